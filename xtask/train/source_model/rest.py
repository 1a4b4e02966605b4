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
# Those whose low notes can pass for a bass.
LOW_PROGRAMS = (0, 2, 4, 7, 16, 17, 24, 25, 27, 28, 29, 42, 43, 57, 58, 61, 62, 66, 67, 70, 71, 80, 84, 86, 87)
FIGURES = ("pad", "stabs", "strum", "arpeggio", "melody", "riff", "drone", "offbeat", "left-hand")
SYNTHESIS = (
    "pad",
    "lead",
    "pluck",
    "stab",
    "organ",
    "bells",
    "guitar",
    "distorted-guitar",
    "electric-piano",
    "voice",
    "speech",
    "choir",
    "riser",
    "atmosphere",
)


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


def arrange(bank: Bank, piece: Piece, rng: np.random.Generator, held_out: bool) -> Arrangement:
    names = bank.names("rest", held_out)
    recorded = [n for n in names if n in bank.notes]
    programs = HELD_OUT_PROGRAMS if held_out else [p for p in PROGRAMS if p not in HELD_OUT_PROGRAMS]
    arrangement = Arrangement(piece)
    for _ in range(rng.choice([1, 1, 2, 2, 3, 4])):
        u = rng.random()
        figure = str(rng.choice(FIGURES))
        if u < 0.5 and bank.soundfonts:
            instrument = "soundfont"
        elif u < 0.65 and recorded:
            instrument = str(rng.choice(recorded))
        else:
            instrument = str(rng.choice(SYNTHESIS))
        if instrument in ("lead", "voice", "speech"):
            figure = "speech" if instrument == "speech" else str(rng.choice(["melody", "riff"]))
        notes = figure_notes(piece, figure, rng)
        if rng.random() < 0.2:  # enters later or falls silent
            cut = rng.uniform(1, CLIP_SECONDS - 1)
            notes = [n for n in notes if (n.time > cut) == (cut < CLIP_SECONDS / 2)]
        program = int(programs[rng.integers(len(programs))])
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
    if kind in ("guitar", "distorted-guitar"):
        return guitar(part.notes, rng, distorted=kind == "distorted-guitar")
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
