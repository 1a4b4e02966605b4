"""Everything that is neither drums nor bass: chords, melodies, voices, noises, on soundfonts, recordings and synthesis."""

from dataclasses import dataclass, field

import numpy as np

from .basses import LENGTH, sampled
from .effects import chance, channel_strip, chorus, compressor_gain, echo, level, normalised, saturation
from .lines import Note
from .piece import CLIP_SECONDS, Piece
from .sets import Bank
from .soundfont import Request
from .voices import atmosphere, bells, chopped, electric_piano, guitar, riser, singer, tones

# General MIDI programs that are neither bass, percussion nor sound effect, counted from 0.
PROGRAMS = tuple(p for p in range(112) if not 32 <= p <= 39 and p != 47)
HELD_OUT_PROGRAMS = (5, 11, 18, 30, 44, 51, 56, 65, 73, 81, 90, 105)
# Those whose low notes can pass for a bass. No pianos, organs, guitars, brass: what they play is the rest, also low notes that
# double the bass, or the net would learn to give their chords to the bass.
LOW_PROGRAMS = (42, 43, 66, 67, 70, 71, 80, 84, 86, 87)
# Those that play chords under a song: pianos, organs, guitars, strings, choirs, pads.
CHORD_PROGRAMS = (*range(0, 8), *range(16, 32), *range(48, 55), *range(88, 96))
FIGURES = ("pad", "stabs", "strum", "arpeggio", "melody", "riff", "drone", "offbeat", "left-hand")
ACCOMPANIMENTS = ("comping", "two-hands", "power", "strummed", "root-and-chord", "doubling")
SYNTHESIS = (
    "pad",
    "lead",
    "pluck",
    "stab",
    "organ",
    "bells",
    "guitar",
    "power",
    "electric-piano",
    "voice",
    "speech",
    "choir",
    "riser",
    "atmosphere",
)
CHORD_SYNTHESIS = ("pad", "stab", "organ", "guitar", "guitar", "power", "electric-piano", "electric-piano", "choir")


@dataclass
class Part:
    """One instrument of a clip: `instrument` is "soundfont", a bank's instrument, or one of SYNTHESIS."""

    instrument: str
    notes: list[Note]
    gain: float
    program: int = 0


@dataclass
class Arrangement:
    """The rest of one clip: its parts, of which those on the soundfont are rendered elsewhere, many clips at once."""

    piece: Piece
    parts: list[Part] = field(default_factory=list)

    def requests(self, clip: int) -> list[Request]:
        return [Request(clip, p.program, p.notes) for p in self.parts if p.instrument == "soundfont"]


def arrange(bank: Bank, piece: Piece, line: list[Note], rng: np.random.Generator, held_out: bool) -> Arrangement:
    """`line` is the bass line, which a part may double."""
    names = bank.names("rest", held_out)
    recorded = [n for n in names if n in bank.notes]
    programs = [p for p in PROGRAMS if (p in HELD_OUT_PROGRAMS) == held_out]
    chord_programs = [p for p in CHORD_PROGRAMS if (p in HELD_OUT_PROGRAMS) == held_out]
    arrangement = Arrangement(piece)
    for k in range(rng.choice([1, 1, 2, 2, 3, 4])):
        u = rng.random()
        accompanies = k == 0 and chance(rng, 0.55)
        figure = str(rng.choice(ACCOMPANIMENTS if accompanies else FIGURES))
        if u < 0.5 and bank.soundfonts:
            instrument = "soundfont"
        elif u < 0.65 and recorded:
            instrument = str(rng.choice(recorded))
        else:
            instrument = str(rng.choice(CHORD_SYNTHESIS if accompanies else SYNTHESIS))
        if figure == "power" and chance(rng, 0.6):
            instrument = "power"
        if instrument in ("lead", "voice", "speech"):
            figure = "speech" if instrument == "speech" else str(rng.choice(["melody", "riff"]))
        notes = accompaniment(piece, figure, line, rng) if accompanies else figure_notes(piece, figure, rng)
        if rng.random() < 0.2:  # enters later or falls silent
            cut = rng.uniform(1, CLIP_SECONDS - 1)
            notes = [n for n in notes if (n.time > cut) == (cut < CLIP_SECONDS / 2)]
        program = int(rng.choice(chord_programs if accompanies else programs))
        arrangement.parts.append(Part(instrument, notes, 10 ** (rng.uniform(-9, 0) / 20), program))
    return arrangement


def figure_notes(piece: Piece, figure: str, rng: np.random.Generator) -> list[Note]:
    register = {"melody": 36, "speech": int(rng.integers(10, 24)), "left-hand": 12, "riff": 24}.get(
        figure, int(rng.choice([12, 24, 24, 36]))
    )
    size = int(rng.choice([2, 3, 3, 4]))
    rhythm = [int(s) for s in np.flatnonzero(rng.random(16) < rng.choice([0.15, 0.3, 0.6]))] or [0]
    melody = [int(d) for d in rng.choice([0, 1, 2, 3, 4, 5, 7, -1], 16)]
    inversion = int(rng.integers(0, 3))
    notes: list[Note] = []

    def play(bar: int, step: float, length: float, degrees: list[int], strum: float = 0.0) -> None:
        for i, degree in enumerate(degrees):
            time = piece.time(bar, step) + i * strum
            if 0 <= time < CLIP_SECONDS - 0.05:
                pitch = piece.root + register + piece.degree(piece.chord(bar) + degree)
                notes.append(
                    Note(time, max(0.03, length * piece.step), pitch, rng.uniform(0.4, 1), slide=rng.random() < 0.15)
                )

    for bar in range(piece.bars()):
        chord = [2 * k + (7 if k < inversion else 0) for k in range(size)]
        if figure == "pad" or figure == "drone" and bar % 2 == 0:
            play(
                bar, 0, piece.steps_per_bar * (0.98 if figure == "pad" else 1.96), chord if figure == "pad" else [0, 4]
            )
        elif figure in ("stabs", "strum", "riff", "melody", "left-hand", "offbeat"):
            steps = [2, 6, 10, 14] if figure == "offbeat" else [0, 4, 8, 12] if figure == "left-hand" else rhythm
            for i, step in enumerate(steps):
                gap = (steps[i + 1] if i + 1 < len(steps) else piece.steps_per_bar) - step
                if figure in ("melody", "riff"):
                    play(
                        bar,
                        step,
                        gap * rng.uniform(0.5, 1),
                        [melody[(i + (bar % 2) * 5 if figure == "melody" else i) % 16]],
                    )
                elif figure == "left-hand":
                    play(bar, step, gap * 0.9, [(0, 4, 2, 4)[i % 4]])
                else:
                    play(
                        bar,
                        step,
                        min(gap, rng.uniform(0.5, 4)),
                        chord,
                        rng.uniform(0.005, 0.03) if figure == "strum" else 0,
                    )
        elif figure == "arpeggio":
            for step in range(0, piece.steps_per_bar, 1 if size > 2 else 2):
                play(bar, step, rng.uniform(0.5, 2), [chord[step % size] + 7 * (step // size % 2)])
        elif figure == "speech":
            step = 0.0
            while step < piece.steps_per_bar - 1:
                length = rng.uniform(0.5, 2.2)
                if rng.random() < 0.85:
                    play(bar, step, length * 0.85, [int(rng.choice([0, 0, 1, 2]))])
                step += length
    return notes


def accompaniment(piece: Piece, figure: str, line: list[Note], rng: np.random.Generator) -> list[Note]:
    """Chords between 80 and 800 Hz, where most songs have them, some with a left hand as low as the bass."""
    if figure == "doubling" and line:
        up = int(rng.choice([0, 12, 12, 24]))
        return [Note(n.time, n.length, n.pitch + up, n.velocity, n.slide) for n in line if not n.dead]
    low = int(rng.integers(38, 46) if figure in ("power", "strummed") else rng.integers(45, 57))
    size = int(rng.choice([3, 3, 4, 5]))
    every, held = int(rng.choice([1, 2, 2, 4, 8])), rng.choice([0.4, 0.7, 1.0, 1.0])
    rhythm = list(range(0, piece.steps_per_bar, every))
    if chance(rng, 0.5):
        rhythm = [s for s in rhythm if s == 0 or chance(rng, 0.7)]
    octaves, moving, strum = chance(rng, 0.5), chance(rng, 0.5), rng.uniform(0.003, 0.025)
    notes: list[Note] = []

    def play(bar: int, step: float, steps: float, pitches: list[int], spread: float = 0.0, loud: float = 1.0) -> None:
        velocity = loud * rng.uniform(0.6, 1)
        for i, pitch in enumerate(pitches):
            time = piece.time(bar, step) + i * spread
            if 0 <= time < CLIP_SECONDS - 0.05:
                notes.append(Note(time, max(0.04, steps * piece.step), pitch, velocity * rng.uniform(0.85, 1)))

    for bar in range(piece.bars()):
        root = (piece.root + piece.degree(piece.chord(bar))) % 12
        chord = [(piece.root + piece.degree(piece.chord(bar) + d)) % 12 for d in (0, 2, 4)]
        from_low = low + (root - low) % 12
        close = [p for p in range(low, 128) if p % 12 in chord]
        bottom = 33 + (root - 33) % 12
        if figure == "two-hands":
            left = [bottom, bottom + 12] if octaves else [bottom + 12]
            for step in (0, 8) if moving and piece.steps_per_bar > 8 else (0,):
                play(bar, step, (8 if moving else piece.steps_per_bar) * held, [p + 7 * (step > 0) for p in left])
        if figure == "root-and-chord":
            for step in range(0, piece.steps_per_bar, 4):
                fifth = 7 * (moving and step % 16 == 8)
                play(bar, step, 4 * held, close[:size] if step % 8 else [bottom + 12 * octaves + fifth], strum / 2)
            continue
        for i, step in enumerate(rhythm):
            steps = ((rhythm + [piece.steps_per_bar])[i + 1] - step) * held
            if figure == "power":
                rings = step == 0 or chance(rng, 0.3)  # or chugs
                play(
                    bar,
                    step,
                    steps if rings else 0.6,
                    [from_low, from_low + 7, from_low + 12][: 3 if rings else 2],
                    strum / 4,
                )
            elif figure == "strummed":
                up = step % 4 == 2 and every <= 2 or step % 2 == 1
                strings = [from_low, *(p for p in close if p > from_low + 4)][:6]
                play(bar, step, steps, strings[:1:-1] if up else strings, strum, 0.7 if up else 1.0)
            else:
                play(bar, step, steps, close[:size])
    return notes


def perform(bank: Bank, arrangement: Arrangement, played: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """The finished rest of a clip, RMS 0.05. `played` [LENGTH] is what the soundfont's parts came to."""
    y = np.zeros(LENGTH)
    if np.any(played):
        y += played / level(played) * rng.uniform(0.5, 1)
    for part in arrangement.parts:
        if part.instrument == "soundfont":
            continue
        x = synthesised(bank, part, arrangement.piece, rng)
        if np.any(x) and np.isfinite(x).all():
            y += part.gain * x / level(x)
    if not np.any(y):
        return None
    if chance(rng, 0.15):
        y = chopped(y, arrangement.piece.step * float(rng.choice([1, 2, 4])), rng)
    if chance(rng, 0.15):
        y = chorus(y, rng)
    if chance(rng, 0.2):
        y = echo(y, rng, 60 / arrangement.piece.bpm)
    if chance(rng, 0.1):
        y = saturation(y, rng, 30) * compressor_gain(y, rng)
    return normalised(channel_strip(y, rng))


def synthesised(bank: Bank, part: Part, piece: Piece, rng: np.random.Generator) -> np.ndarray:
    kind = part.instrument
    if kind in bank.notes:
        return sampled(bank, kind, part.notes, rng)
    if kind == "riser":
        return riser(rng)
    if kind == "atmosphere":
        return atmosphere(rng)
    if not part.notes:
        return np.zeros(LENGTH)
    if kind == "bells":
        return bells(part.notes, rng)
    if kind in ("guitar", "power"):
        return guitar(part.notes, rng, distorted=kind == "power")
    if kind == "electric-piano":
        return electric_piano(part.notes, rng)
    if kind in ("voice", "speech"):
        return singer(part.notes, rng, spoken=kind == "speech")
    if kind == "choir":
        return sum(singer([n for n in part.notes], rng) for _ in range(2))
    return tones(part.notes, rng, kind)


def low_program(rng: np.random.Generator) -> int:
    """A program whose low notes play a bass line."""
    return int(LOW_PROGRAMS[rng.integers(len(LOW_PROGRAMS))])
