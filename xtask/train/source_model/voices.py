"""Synthetic instruments of the rest: pads, leads, guitars, electric pianos, voices, noise that rises.

All are mono float64 at RATE, CLIP_SECONDS long.
"""

import numpy as np

from . import RATE
from .basses import LENGTH, hertz, oscillator, picked_up, pitch_curve, place, released, shape
from .effects import bandpass, boom, chance, highpass, log_uniform, lowpass
from .kernels import resonant_lowpass, resonators, string
from .lines import Note

# Formants of sung vowels, Hz (after Peterson and Barney 1952, with a fourth).
VOWELS = np.array(
    [
        [730, 1090, 2440, 3400],
        [530, 1840, 2480, 3500],
        [270, 2290, 3010, 3600],
        [570, 840, 2410, 3300],
        [300, 870, 2240, 3200],
        [640, 1190, 2390, 3350],
        [490, 1350, 1690, 3300],
    ],
    dtype=float,
)


def tones(notes: list[Note], rng: np.random.Generator, kind: str) -> np.ndarray:
    """ "pad", "lead", "pluck", "stab" or "organ" on detuned oscillators and a filter."""
    y = np.zeros(LENGTH)
    wave = str(rng.choice(["saw", "pulse", "saw", "triangle"]))
    voices = int(rng.choice([1, 2, 3, 5])) if kind != "organ" else 1
    detune = log_uniform(rng, 0.001, 0.015)
    attack = log_uniform(rng, 0.1, 0.8) if kind == "pad" else log_uniform(rng, 0.001, 0.02)
    release = log_uniform(rng, 0.1, 0.8) if kind == "pad" else log_uniform(rng, 0.02, 0.3)
    cutoff, octaves, speed = log_uniform(rng, 200, 5000), rng.uniform(0, 4), log_uniform(rng, 1, 30)
    damping, vibrato = log_uniform(rng, 0.1, 1.8), (rng.uniform(4, 7), rng.choice([0, rng.uniform(0, 0.012)]))
    bars = rng.random(6) * (rng.random(6) < 0.7)
    before = None
    for note in notes:
        n = int((note.length + release) * RATE)
        t = np.arange(n) / RATE
        hz = pitch_curve(note, before, n, 0.06) * (
            1 + vibrato[1] * np.minimum(1, 3 * t) * np.sin(2 * np.pi * vibrato[0] * t)
        )
        phase = np.cumsum(hz) / RATE
        if kind == "organ":
            x = sum(a * np.sin(2 * np.pi * k * phase) for k, a in zip((0.5, 1, 1.5, 2, 3, 4), bars))
        else:
            x = sum(
                oscillator(wave, phase * (1 + detune * (v - (voices - 1) / 2)) + rng.random()) for v in range(voices)
            )
            x = resonant_lowpass(x, np.clip(cutoff * 2 ** (octaves * np.exp(-speed * t)), 60, 9000), damping)
        if kind in ("pluck", "stab"):
            x = x * np.exp(-t * speed * 0.5)
        place(y, note.velocity * x * shape(n, attack, release), note.time)
        before = note
    return y


def bells(notes: list[Note], rng: np.random.Generator) -> np.ndarray:
    """Frequency modulation with ratios between electric piano and bell."""
    y = np.zeros(LENGTH)
    ratio, index, decay = float(rng.choice([1, 2, 3.5, 7, 14, 1.41])), log_uniform(rng, 0.3, 5), log_uniform(rng, 1, 6)
    for note in notes:
        n = int((note.length + 0.4) * RATE)
        t = np.arange(n) / RATE
        phase = 2 * np.pi * hertz(note.pitch) * t
        x = np.sin(phase + index * note.velocity * np.exp(-decay * t) * np.sin(ratio * phase)) * np.exp(-decay * t / 2)
        place(y, note.velocity * x * shape(n, 0.001, 0.1), note.time)
    return y


def guitar(notes: list[Note], rng: np.random.Generator, distorted: bool) -> np.ndarray:
    """Strings of steel or nylon on a body or a pick-up. Distortion comes after the sum, so that a chord's strings beat."""
    y = np.zeros(LENGTH)
    damping, bright, position = rng.uniform(0.02, 0.6), rng.uniform(0.15, 1), rng.uniform(0.05, 0.35)
    ring, rough, pick = log_uniform(rng, 0.0008, 0.01), log_uniform(rng, 0.03, 1), rng.uniform(0, 0.2)
    palm = rng.uniform(0, 0.5) if chance(rng, 0.5) else 0.0
    for note in notes:
        hz = hertz(note.pitch)
        n = int((note.length + 0.05) * RATE)
        period = int(RATE / hz)
        burst = lowpass(released(period, position, rough, rng), 500 + 9000 * bright * note.velocity, 1)
        burst /= np.abs(burst).max() + 1e-9
        excitation = np.zeros(n)
        excitation[: min(n, period)] = burst[:n]
        muted = palm if note.length < 0.15 else 0.0  # short notes by the palm on the bridge
        x = string(excitation, hz, min(1.0, damping + muted), 1 - ring * (1 + 8 * muted))
        m = min(n, RATE // 200)
        x[:m] += pick * rng.standard_normal(m) * np.exp(-np.arange(m) / (0.001 * RATE))
        place(y, note.velocity * x * shape(n, 2e-4, 0.05), note.time)
    if distorted:  # an amplifier and its speaker
        y = highpass(picked_up(y, rng.uniform(0.0003, 0.002), 0.7), rng.uniform(60, 250), 1)
        y = np.tanh(y / (np.abs(y).max() + 1e-9) * 10 ** (rng.uniform(15, 45) / 20))
        y = bandpass(y, rng.uniform(60, 120), rng.uniform(2500, 6500), 2)
        return boom(y, rng) if chance(rng, 0.3) else y
    if chance(rng, 0.5):
        return boom(y, rng)
    return picked_up(y, rng.uniform(0.0003, 0.002), rng.uniform(0.3, 0.9))


def electric_piano(notes: list[Note], rng: np.random.Generator) -> np.ndarray:
    """Tines and reeds: a tone that barks when struck hard, a short bell above it, often tremolo."""
    y = np.zeros(LENGTH)
    bark, bell, ratio = rng.uniform(0.2, 2.5), rng.uniform(0, 0.5), rng.uniform(5, 15)
    decay, release = log_uniform(rng, 0.4, 3), log_uniform(rng, 0.03, 0.3)
    for note in notes:
        n = int((note.length + release) * RATE)
        t = np.arange(n) / RATE
        phase = 2 * np.pi * hertz(note.pitch) * t
        x = np.sin(phase + bark * note.velocity**2 * (0.3 + np.exp(-5 * t)) * np.sin(phase)) * np.exp(-decay * t)
        x += bell * note.velocity * np.exp(-25 * t) * np.sin(ratio * phase)
        place(y, note.velocity * x * shape(n, 0.002, release), note.time)
    depth = rng.uniform(0, 0.6) if chance(rng, 0.5) else 0.0
    return y * (1 + depth * np.sin(2 * np.pi * rng.uniform(2, 8) * np.arange(LENGTH) / RATE))


def singer(notes: list[Note], rng: np.random.Generator, spoken: bool = False) -> np.ndarray:
    """A voice: glottal pulses through formants that move from vowel to vowel, consonants of noise, breath.

    `spoken` lets the pitch fall and wander as in speech or rap; sung notes have vibrato and slide into each other.
    """
    source, noise = np.zeros(LENGTH), np.zeros(LENGTH)
    hz = np.full((4, LENGTH), 500.0)
    size, breath = rng.uniform(0.85, 1.25), rng.uniform(0.0, 0.15)
    vibrato = (rng.uniform(4.5, 6.5), rng.uniform(0.002, 0.02))
    vowel = VOWELS[rng.integers(len(VOWELS))]
    before = None
    for note in notes:
        n = int((note.length + 0.05) * RATE)
        t = np.arange(n) / RATE
        curve = pitch_curve(note, before, n, rng.uniform(0.03, 0.1))
        if spoken:
            curve = curve * 2 ** ((rng.uniform(-4, 5) * np.exp(-t * 4) - rng.uniform(0, 6) * t / (t[-1] + 0.05)) / 12)
        else:
            curve = curve * (1 + vibrato[1] * np.minimum(1, 2 * t) * np.sin(2 * np.pi * vibrato[0] * t))
        wander = np.cumsum(rng.standard_normal(n // 256 + 2)) * 0.001
        curve = curve * (1 + np.interp(np.arange(n), np.arange(len(wander)) * 256, wander))
        phase = np.cumsum(curve) / RATE % 1
        x = np.where(phase < 0.4, np.sin(np.pi * phase / 0.4) ** 2 - 0.3, -0.3)  # Rosenberg-like pulse
        x = np.diff(x, prepend=x[0]) * 8 + 0.2 * x + breath * rng.standard_normal(n)
        place(source, note.velocity * x * shape(n, rng.uniform(0.01, 0.06), 0.05), note.time)
        goal = VOWELS[rng.integers(len(VOWELS))]
        at, end = int(note.time * RATE), min(LENGTH, int(note.time * RATE) + n)
        blend = 1 - np.exp(-np.arange(end - at) / (rng.uniform(0.03, 0.12) * RATE))
        hz[:, at:end] = vowel[:, None] + (goal - vowel)[:, None] * blend
        vowel, before = goal, note
        if chance(rng, 0.6):
            m = int(log_uniform(rng, 0.01, 0.14) * RATE)
            consonant = bandpass(rng.standard_normal(m), log_uniform(rng, 1200, 5000), rng.uniform(6000, 14000), 1)
            place(noise, rng.uniform(0.02, 0.25) * consonant * np.hanning(m), max(0.0, note.time - m / RATE * 0.7))
    bandwidth = np.array([70.0, 100, 140, 200])[:, None] * rng.uniform(0.7, 1.6) * np.ones((1, LENGTH))
    gain = np.array([1, 0.6, 0.35, 0.2])[:, None] * np.ones((1, LENGTH))
    y = resonators(source, np.minimum(hz * size, 9000), bandwidth, gain)
    return y / (np.abs(y).max() + 1e-9) + noise


def riser(rng: np.random.Generator) -> np.ndarray:
    """Noise or a tone that climbs or falls through a resonant filter."""
    t = np.arange(LENGTH) / RATE
    length, start = rng.uniform(1, 7), rng.uniform(0, 3)
    u = np.clip((t - start) / length, 0, 1)
    if chance(rng, 0.4):
        u = 1 - u
    x = rng.standard_normal(LENGTH) if chance(rng, 0.7) else oscillator("saw", np.cumsum(60 * 2 ** (4 * u)) / RATE)
    y = resonant_lowpass(highpass(x, 200), 200 * 2 ** (5 * u), log_uniform(rng, 0.1, 1.5))
    return y * u ** rng.uniform(0, 2) * ((t > start) & (t < start + length + 0.05))


def atmosphere(rng: np.random.Generator) -> np.ndarray:
    """Slowly swelling coloured noise and a few drifting partials: rain, crowd, drone."""
    t = np.arange(LENGTH) / RATE
    low = log_uniform(rng, 100, 2500)
    y = bandpass(rng.standard_normal(LENGTH), low, low * rng.uniform(2, 8), 1) * (
        1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(0.05, 0.7) * t)
    )
    for _ in range(rng.integers(0, 7)):
        hz = log_uniform(rng, 80, 2500)
        y += rng.uniform(0, 0.5) * np.sin(
            2 * np.pi * hz * t + rng.uniform(0, 3) * np.sin(2 * np.pi * rng.uniform(0.05, 0.5) * t)
        )
    return lowpass(y, log_uniform(rng, 1000, 12000), 1)


def chopped(x: np.ndarray, step_s: float, rng: np.random.Generator) -> np.ndarray:
    """Cut to the beat: steps are muted, repeated or left, with short fades."""
    n = max(64, int(step_s * RATE))
    edge = np.minimum(1, np.minimum(np.arange(n), np.arange(n)[::-1]) / 200)
    y = np.zeros_like(x)
    source = rng.integers(0, max(1, len(x) // n))
    for k in range(len(x) // n):
        if chance(rng, 0.6):
            source = k
        if chance(rng, 0.75):
            y[k * n : (k + 1) * n] = edge * x[source * n : (source + 1) * n]
    return y
