"""Basses: sampled, plucked by a model of the string, and synthetic of every kind that could be thought of."""

from dataclasses import replace

import numpy as np

from . import RATE
from .effects import bandpass, chance, channel_strip, chorus, echo, faster, log_uniform, lowpass, normalised, saturation
from .kernels import resonant_lowpass, string
from .lines import Note
from .piece import CLIP_SECONDS, Piece
from .sets import Bank

LENGTH = int(CLIP_SECONDS * RATE)
SYNTHESIS = (
    "subtractive",
    "acid",
    "reese",
    "wobble",
    "sub",
    "808",
    "fm",
    "organ",
    "auto-wah",
    "plucked",
    "picked",
    "slap",
    "muted",
    "pwm",
    "talking",
    "digital",
)
HELD_OUT_SYNTHESIS = ("pwm", "talking", "digital")


def hertz(pitch: float) -> float:
    return 440.0 * 2 ** ((pitch - 69) / 12)


def place(y: np.ndarray, x: np.ndarray, time: float) -> None:
    at = int(time * RATE)
    x = x[: max(0, len(y) - at)]
    y[at : at + len(x)] += x


def shape(n: int, attack_s: float, release_s: float) -> np.ndarray:
    """Straight rise and fall within n samples."""
    t = np.arange(n) / RATE
    return np.minimum(1, t / attack_s) * np.minimum(1, np.maximum(0, (n / RATE - t) / release_s))


# ---- sampled


def sampled(bank: Bank, instrument: str, notes: list[Note], rng: np.random.Generator, shift: int = 0) -> np.ndarray:
    """Plays an instrument's recordings; each note takes the nearest recorded pitch, sometimes its neighbour."""
    recorded = bank.notes[instrument]
    pitches = np.array(sorted(recorded))
    y = np.zeros(LENGTH)
    release = log_uniform(rng, 0.015, 0.12)
    hit = rng.uniform(0.05, 0.8) if chance(rng, 0.3) else 0.0
    hand = Hand(rng) if any(n.pop for n in notes) and chance(rng, 0.8) else None
    for note in notes:
        pitch = note.pitch + shift
        nearest = int(pitches[np.argmin(np.abs(pitches - pitch + rng.normal(0, 1)))])
        layers = recorded[nearest]
        x = faster(layers[min(len(layers) - 1, int(note.velocity * len(layers)))], hertz(pitch) / hertz(nearest))
        n = min(len(x), int((note.length + release) * RATE))
        x = x[:n] * shape(n, 1e-4, release)
        if hand:
            x = hand.slapped(x, note, hertz(pitch), rng)
        elif hit:
            x = struck(x, hit, rng)
        place(y, note.velocity * x, note.time)
    return y


# ---- strings


def struck(x: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """A note as a thumb or a pick strikes it: louder at first, the string buzzing on the frets, a thump and a click."""
    t = np.arange(len(x)) / RATE
    y = x * (1 + strength * np.exp(-t / 0.012)) + strength * 0.4 * np.tanh(5 * x) * np.exp(-t * 30)
    m = min(len(x), int(0.03 * RATE))
    noise = rng.standard_normal(m)
    thump = bandpass(noise, 70, rng.uniform(250, 700), 1) * np.exp(-t[:m] / 0.008)
    click = bandpass(noise, 1200, rng.uniform(4000, 9000), 1) * np.exp(-t[:m] / 0.002)
    y[:m] += strength * np.abs(x).max() * (0.8 * thump + 0.4 * click)
    return y


def released(period: int, position: float, rough: float, rng: np.random.Generator) -> np.ndarray:
    """One swing of a string that was plucked at `position` of its length, [period]: overtones fall as 1/n; `rough` adds noise."""
    n = np.arange(period)
    burst = np.where(n < position * period, 1.0, -position / (1 - position))
    noise = rng.standard_normal(period)
    return burst + rough * (noise - noise.mean())


def picked_up(x: np.ndarray, delay_s: float, amount: float) -> np.ndarray:
    """The comb of a pick-up's place: what comes back from the bridge `delay_s` later, upside down."""
    delay = max(1, int(delay_s * RATE))
    y = x.copy()
    y[delay:] -= amount * x[:-delay]
    return y


class Hand:
    """How a bassist slaps, drawn once per clip.

    The thumb throws the string against the frets: a click of a few milliseconds, then a smaller one at every swing of the string
    until it swings free. A popped string is pulled up and snaps back: harder, and with less below it.
    """

    def __init__(self, rng: np.random.Generator):
        self.click, self.click_s = log_uniform(rng, 0.15, 2), rng.uniform(0.002, 0.008)
        self.rattle, self.rattle_s = log_uniform(rng, 0.1, 1.2), log_uniform(rng, 0.01, 0.08)
        self.low_hz, self.high_hz = log_uniform(rng, 400, 2000), log_uniform(rng, 4000, 12000)
        self.thump = rng.uniform(0, 0.8)
        self.pop = rng.uniform(1, 2.5)
        self.pickup_s, self.comb = rng.uniform(0.0006, 0.004), rng.uniform(0, 0.8)

    def slapped(self, x: np.ndarray, note: Note, hz: float, rng: np.random.Generator) -> np.ndarray:
        """The tone `x` of a string, with what the frets add."""
        n = len(x)
        if n < RATE // 200:
            return x
        t = np.arange(n) / RATE
        if note.dead:
            x = x * np.exp(-t / 0.012)
        force = np.abs(x).max() * (self.pop if note.pop else 1) * rng.uniform(0.7, 1.3)
        # The same noise at every swing, so that it sounds with the harmonics of the string.
        swing = np.resize(rng.standard_normal(int(RATE / hz)), n) + 0.5 * rng.standard_normal(n)
        swing *= np.maximum(0, np.cos(2 * np.pi * hz * t)) ** 6 * np.exp(-t / self.rattle_s)
        click = rng.standard_normal(n) * np.exp(-t / self.click_s)
        frets = bandpass(
            self.click * click + self.rattle * (0.3 if note.dead else 1) * swing, self.low_hz, self.high_hz, 1
        )
        thump = bandpass(click, 60, 300, 1) * self.thump * (0.2 if note.pop else 1)
        return picked_up(x + force * (frets + thump), self.pickup_s, self.comb)


def plucked(notes: list[Note], rng: np.random.Generator, kind: str) -> np.ndarray:
    """A string: "plucked" by fingers, "picked" near the bridge, "muted" by the palm, or "slap", struck by the thumb and popped."""
    y = np.zeros(LENGTH)
    damping, bright, position = rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9), rng.uniform(0.05, 0.45)
    ring, rough = log_uniform(rng, 0.001, 0.02), log_uniform(rng, 0.03, 1)
    click = {"muted": rng.uniform(0.1, 0.8), "picked": rng.uniform(0.1, 1)}.get(kind, rng.uniform(0, 0.5))
    pickup_s, comb = rng.uniform(0.0004, 0.004), rng.uniform(0, 0.9) if chance(rng, 0.5) else 0.0
    hand, amplifier = Hand(rng), rng.uniform(0, 4) if chance(rng, 0.6) else 0.0
    if kind == "muted":
        damping, ring = min(1.0, damping + 0.3), 8 * ring
    elif kind == "picked":
        bright, position = rng.uniform(0.5, 1), rng.uniform(0.04, 0.2)
    elif kind == "slap":
        damping, bright = rng.uniform(0.02, 0.4), rng.uniform(0.5, 1)
    for note in notes:
        hz = hertz(note.pitch)
        n = int((note.length + 0.04) * RATE)
        period = int(RATE / hz)
        if kind == "slap" and not note.pop:  # a blow of the thumb, shorter than a swing
            width = min(period, int(log_uniform(rng, 0.0007, 0.004) * RATE))
            burst = np.pad(np.hanning(width), (0, period - width)) + 0.1 * rough * rng.standard_normal(period)
            burst -= np.roll(burst, int(position * period))
        else:
            burst = released(period, position, rough, rng)
            burst = lowpass(burst, 400 + 8000 * (1.0 if note.pop else bright) * note.velocity, 1)
        excitation = np.zeros(n)
        excitation[: min(n, period)] = burst[:n]
        x = string(excitation, hz, damping, 1 - ring * rng.uniform(0.7, 1.4))
        x /= np.abs(x).max() + 1e-9
        if kind == "slap":
            x = hand.slapped(x, note, hz, rng)
        else:
            x = struck(x, click * (2 if note.pop else 1) * 0.6, rng)
            x = picked_up(x, pickup_s, comb) if comb else x
        place(y, note.velocity * x * shape(n, 2e-4, 0.02), note.time)
    return y + amplifier * lowpass(y, 120, 1)


# ---- oscillators


def oscillator(kind: str, phase: np.ndarray, width: np.ndarray | float = 0.5) -> np.ndarray:
    """Naive waveforms of a phase in cycles; at a bass's pitch their aliases are low."""
    c = phase % 1
    if kind == "saw":
        return 2 * c - 1
    if kind == "pulse":
        return np.where(c < width, 1.0, -1.0)
    if kind == "triangle":
        return 4 * np.abs(c - 0.5) - 1
    return np.sin(2 * np.pi * phase)


def pitch_curve(note: Note, before: Note | None, n: int, glide_s: float, always: bool = False) -> np.ndarray:
    """Frequency in Hz, [n]; a slide starts at the note before; with `always`, every note does."""
    hz = np.full(n, hertz(note.pitch))
    if (note.slide or always) and before is not None:
        hz *= (hertz(before.pitch) / hertz(note.pitch)) ** np.exp(-np.arange(n) / (glide_s * RATE))
    return hz


class Patch:
    """The settings of a synthetic bass, drawn once per clip."""

    def __init__(self, kind: str, rng: np.random.Generator):
        self.kind = kind
        self.wave = str(rng.choice(["saw", "pulse", "triangle", "saw"]))
        self.width = rng.uniform(0.08, 0.5)
        self.detune = rng.uniform(0.001, 0.02) if kind == "reese" or chance(rng, 0.25) else 0.0
        self.cutoff = log_uniform(rng, 90, 2500)
        self.sweep_octaves = rng.uniform(1, 5) if kind in ("acid", "auto-wah") else rng.uniform(0, 4)
        self.speed = log_uniform(rng, 2, 40)
        self.damping = log_uniform(rng, 0.05, 0.5) if kind in ("acid", "auto-wah") else log_uniform(rng, 0.15, 2)
        # The filter's envelope: rises, falls to what stays; its cutoff may follow the pitch.
        self.rise = log_uniform(rng, 0.01, 0.12) if kind == "auto-wah" or chance(rng, 0.2) else 0.0
        self.stays = rng.uniform(0, 0.6) if chance(rng, 0.3) else 0.0
        self.tracking = rng.uniform(0.3, 1) if chance(rng, 0.4) else 0.0
        self.lfo_octaves = rng.uniform(1, 3) if kind == "wobble" else rng.choice([0, 0, 0, rng.uniform(0, 1)])
        self.lfo_beats = float(rng.choice([0.25, 1 / 3, 0.5, 2 / 3, 1, 2]))
        self.sub = rng.choice([0, 0, rng.uniform(0.2, 1)])
        self.ratio = float(rng.choice([0.5, 1, 1, 2, 3, 3.5, 7, 1.41]))
        self.index = log_uniform(rng, 0.3, 8)
        self.decay = log_uniform(rng, 0.3, 4) if chance(rng, 0.5) else 0.0
        self.release = log_uniform(rng, 0.008, 0.25)
        self.attack = log_uniform(rng, 0.001, 0.03)
        self.glide = log_uniform(rng, 0.02, 0.15)
        self.portamento = chance(rng, 0.12)
        self.overdrive = log_uniform(rng, 1, 10) if chance(rng, 0.25) else 0.0
        self.fall = rng.uniform(0.5, 4)
        self.drive = log_uniform(rng, 1, 8)


def synthetic(notes: list[Note], piece: Piece, rng: np.random.Generator, kind: str) -> np.ndarray:
    patch = Patch(kind, rng)
    y = np.zeros(LENGTH)
    before = None
    for note in notes:
        ring = max(note.length, 0.4) if kind == "808" else note.length
        n = int((ring + patch.release) * RATE)
        hz = pitch_curve(note, before, n, patch.glide, patch.portamento)
        x = voice(patch, note, hz, piece, rng)
        if patch.decay or kind == "808":
            x *= np.exp(-np.arange(n) / RATE * (patch.decay or 1.2))
        place(y, note.velocity * x * shape(n, patch.attack, patch.release), note.time)
        before = note
    return y


def voice(patch: Patch, note: Note, hz: np.ndarray, piece: Piece, rng: np.random.Generator) -> np.ndarray:
    """One note's tone before its envelope, [n]."""
    t = np.arange(len(hz)) / RATE
    phase = np.cumsum(hz) / RATE + rng.random()
    accent = (patch.stays + (1 - patch.stays) * np.exp(-patch.speed * t)) * (0.4 + note.velocity)
    if patch.rise:
        accent = accent * (1 - np.exp(-t / patch.rise))
    if patch.kind == "808":
        x = np.sin(2 * np.pi * np.cumsum(hz * (1 + patch.fall * np.exp(-40 * t))) / RATE)
        return np.tanh(patch.drive * x)
    if patch.kind == "sub":
        return np.tanh(0.7 * patch.drive * np.sin(2 * np.pi * phase)) if patch.drive > 2 else np.sin(2 * np.pi * phase)
    if patch.kind == "fm":
        return np.sin(2 * np.pi * phase + patch.index * (0.2 + accent) * np.sin(2 * np.pi * patch.ratio * phase))
    if patch.kind == "organ":
        bars = ((0.5, 0.5), (1, 1), (2, 0.6), (3, 0.4), (4, 0.3))
        return sum(
            a * patch.width * 2 ** (k % 3) * np.sin(2 * np.pi * k * phase) for k, a in bars
        ) + 0.3 * accent * np.sin(8 * np.pi * phase)
    if patch.kind == "digital":  # a ring of two oscillators, and a bit-like staircase
        x = np.sin(2 * np.pi * phase) + 0.6 * np.sin(2 * np.pi * phase) * np.sin(
            4 * np.pi * phase + patch.index * accent
        )
        return np.round(x * (2 + 6 * patch.width)) / (2 + 6 * patch.width)
    width = (
        0.5 + 0.42 * np.sin(2 * np.pi * t / (piece.step * 16 * patch.lfo_beats) + note.time)
        if patch.kind == "pwm"
        else patch.width
    )
    wave = "pulse" if patch.kind == "pwm" else patch.wave
    x = oscillator(wave, phase, width)
    for k in range(1, 4 if patch.kind == "reese" else 2):
        if patch.detune:
            x = x + oscillator(wave, phase * (1 + patch.detune * (k if k % 2 else -k) / 2) + 0.3 * k, width)
    if patch.sub:
        x = x + patch.sub * np.sin(np.pi * phase)
    if patch.kind == "talking":  # two moving formants
        u = 0.5 + 0.5 * np.sin(2 * np.pi * t / (4 * piece.step * patch.lfo_beats) + note.time)
        low = resonant_lowpass(x, 300 + 500 * u, 0.15)
        return low + 0.5 * resonant_lowpass(x, 900 + 1500 * (1 - u), 0.12)
    beats = (note.time - piece.start + t) / (4 * piece.step)
    octaves = patch.sweep_octaves * accent + patch.lfo_octaves * np.sin(2 * np.pi * beats / patch.lfo_beats)
    cutoff = patch.cutoff * (hertz(note.pitch) / 55) ** patch.tracking * 2**octaves
    x = resonant_lowpass(x, np.clip(cutoff, 40, 9000), patch.damping)
    return np.tanh(patch.overdrive * x) if patch.overdrive else x


# ---- clips


def bass_clip(
    bank: Bank, piece: Piece, notes: list[Note], rng: np.random.Generator, held_out: bool, played: np.ndarray | None
) -> np.ndarray | None:
    """A finished bass line, RMS 0.05. `played` [LENGTH] is what another instrument of a soundfont made of the notes, if any did."""
    if not notes:
        return None
    names = bank.names("bass", held_out)
    guitars = [] if held_out else [n for n in bank.names("rest", False) if "guitar" in n]
    kinds = HELD_OUT_SYNTHESIS if held_out else [k for k in SYNTHESIS if k not in HELD_OUT_SYNTHESIS]
    if not held_out and any(n.pop for n in notes) and chance(rng, 0.6):
        kinds = ["slap"]
    u = rng.random()
    if played is not None and np.any(played):
        y = played
    elif u < 0.44 and names:
        y = sampled(
            bank,
            str(rng.choice(names)),
            notes,
            rng,
            shift=int(rng.choice([0, 0, 0, 12, -12 if piece.root > 34 else 0])),
        )
    elif u < 0.5 and guitars:
        y = sampled(bank, str(rng.choice(guitars)), notes, rng)
    else:
        y = synthesised(notes, piece, rng, str(rng.choice(kinds)))
    if chance(rng, 0.08):  # doubled an octave higher
        y = y + rng.uniform(0.2, 0.8) * synthesised(
            [replace(n, pitch=n.pitch + 12) for n in notes], piece, rng, str(rng.choice(kinds))
        )
    if not np.any(y):
        return None
    if chance(rng, 0.08):
        y = chorus(y, rng)
    if chance(rng, 0.04):
        y = echo(y, rng, 60 / piece.bpm)
    if chance(rng, 0.18):  # distorted: with some of the clean sound below
        y = saturation(bandpass(y, 80, 6000, 1), rng, 40) + rng.uniform(0, 1) * lowpass(y, 200, 2)
    return normalised(channel_strip(y, rng))


def synthesised(notes: list[Note], piece: Piece, rng: np.random.Generator, kind: str) -> np.ndarray:
    return (
        plucked(notes, rng, kind)
        if kind in ("plucked", "picked", "slap", "muted")
        else synthetic(notes, piece, rng, kind)
    )
