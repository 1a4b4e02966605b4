"""Synthetic drums: one function per class, each with its own random build. Mono float64 at RATE."""

import numpy as np

from . import RATE
from .effects import bandpass, chance, highpass, log_uniform, lowpass


def seconds(n: int) -> np.ndarray:
    return np.arange(n) / RATE


def sweep(start_hz: float, end_hz: float, speed: float, n: int) -> np.ndarray:
    """Sine whose pitch falls exponentially from start to end."""
    t = seconds(n)
    return np.sin(2 * np.pi * np.cumsum(end_hz + (start_hz - end_hz) * np.exp(-speed * t)) / RATE)


def kick(rng):
    """From clicky and short to a booming tail of two seconds that is as long and as low as a bass note."""
    length = log_uniform(rng, 0.1, 2.2 if chance(rng, 0.3) else 0.7)
    n = int(length * RATE)
    t = seconds(n)
    body = sweep(log_uniform(rng, 90, 900), log_uniform(rng, 32, 90), log_uniform(rng, 12, 120), n)
    if chance(rng, 0.25):
        body = np.tanh(3 * body)
    x = body * np.exp(-t * rng.uniform(3, 6) / length) ** rng.uniform(0.4, 1.5)
    click = rng.standard_normal(n) * np.exp(-t * log_uniform(rng, 80, 1200))
    x += rng.uniform(0, 0.6) * lowpass(click, log_uniform(rng, 800, 12000), 1)
    if chance(rng, 0.3):  # the beater on the skin of an acoustic drum
        skin = bandpass(rng.standard_normal(n), 60, log_uniform(rng, 200, 1500), 1)
        x += rng.uniform(0.2, 1.5) * skin * np.exp(-t * rng.uniform(15, 60))
    return np.tanh(x * log_uniform(rng, 0.6, 6))


def snare(rng):
    length = log_uniform(rng, 0.08, 0.6)
    n = int(length * RATE)
    t = seconds(n)
    hz = log_uniform(rng, 120, 330)
    modes = ((1, 1), (rng.uniform(1.4, 1.9), 0.6), (rng.uniform(2.1, 2.9), 0.3))
    body = sum(a * np.sin(2 * np.pi * hz * m * t * (1 + 0.3 * np.exp(-60 * t))) for m, a in modes)
    noise = bandpass(rng.standard_normal(n), log_uniform(rng, 400, 2500), rng.uniform(5000, 16000))
    x = rng.uniform(0.1, 1) * body * np.exp(-t * rng.uniform(10, 45))
    x += rng.uniform(0.4, 1.8) * noise * np.exp(-t * rng.uniform(4, 9) / length)
    return np.tanh(x * log_uniform(rng, 0.5, 3))


def metal(rng, n):
    hz = log_uniform(rng, 150, 1200)
    ratios = (1, 1.34, 1.68, 2.1, 2.53, 2.98) if chance(rng, 0.6) else 1 + 3 * rng.random(6)
    t = seconds(n)
    return sum(np.sign(np.sin(2 * np.pi * hz * m * t)) for m in ratios) * rng.uniform(0, 0.4) + rng.standard_normal(n)


def hat(rng):
    length = log_uniform(rng, 0.02, 0.2)
    n = int(length * RATE)
    return highpass(metal(rng, n), log_uniform(rng, 2500, 9500), 3) * np.exp(-5 * seconds(n) / length)


def open_hat(rng):
    length = log_uniform(rng, 0.2, 1.0)
    n = int(length * RATE)
    return highpass(metal(rng, n), log_uniform(rng, 2500, 9000), 3) * np.exp(-5 * seconds(n) / length)


def cymbal(rng):
    length = log_uniform(rng, 0.6, 2.5)
    n = int(length * RATE)
    t = seconds(n)
    partials = sum(
        rng.uniform(0, 1) * np.sin(2 * np.pi * log_uniform(rng, 300, 9000) * t + rng.uniform(0, 6)) for _ in range(24)
    )
    x = 0.3 * partials + highpass(rng.standard_normal(n), log_uniform(rng, 1200, 5000), 1)
    return x * np.exp(-5 * t / length) * np.minimum(1, t / log_uniform(rng, 0.0005, 0.01))


def clap(rng):
    n = int(0.4 * RATE)
    t = seconds(n)
    starts = np.cumsum([0.0] + [rng.uniform(0.005, 0.016) for _ in range(rng.integers(2, 5))])
    shape = sum((t >= s) * np.exp(-200 * np.maximum(0, t - s)) for s in starts)
    shape += 0.7 * (t > starts[-1]) * np.exp(-np.maximum(0, t - starts[-1]) * rng.uniform(9, 45))
    return bandpass(rng.standard_normal(n), rng.uniform(500, 1300), rng.uniform(2000, 8000)) * shape


def tom(rng):
    length = log_uniform(rng, 0.15, 1.0)
    n = int(length * RATE)
    hz = log_uniform(rng, 55, 320)
    x = sweep(hz * rng.uniform(1.1, 2), hz, rng.uniform(10, 40), n) + 0.3 * sweep(hz * 1.6, hz * 1.58, 10, n)
    return x * np.exp(-5 * seconds(n) / length) + rng.uniform(0, 0.3) * rng.standard_normal(n) * np.exp(
        -60 * seconds(n)
    )


def rim(rng):
    n = int(0.12 * RATE)
    t = seconds(n)
    x = sum(rng.uniform(0.3, 1) * np.sin(2 * np.pi * log_uniform(rng, 350, 4000) * t) for _ in range(3))
    return (x + 0.4 * rng.standard_normal(n)) * np.exp(-t * rng.uniform(40, 200))


def shaker(rng):
    length = log_uniform(rng, 0.04, 0.25)
    n = int(length * RATE)
    t = seconds(n) / length
    return (
        bandpass(rng.standard_normal(n), log_uniform(rng, 2000, 6000), rng.uniform(8000, 17000))
        * t ** rng.uniform(0.2, 2)
        * (1 - t) ** 2
    )


def perc(rng):
    """Blocks, bells, congas, zaps, bursts of noise."""
    kind = rng.integers(0, 5)
    length = log_uniform(rng, 0.06, 0.9)
    n = int(length * RATE)
    t = seconds(n)
    if kind == 0:  # cow bell
        hz = log_uniform(rng, 300, 1200)
        x = np.sign(np.sin(2 * np.pi * hz * t)) + np.sign(np.sin(2 * np.pi * hz * rng.uniform(1.3, 1.6) * t))
        return bandpass(x, hz * 0.7, hz * 6, 1) * np.exp(-5 * t / length)
    if kind == 1:  # bell or glass: inharmonic partials
        hz = log_uniform(rng, 300, 3000)
        return sum(np.sin(2 * np.pi * hz * m * t) * np.exp(-t * (3 + 4 * m) / length) / m for m in (1, 2.76, 5.4, 8.93))
    if kind == 2:  # zap
        return np.tanh(
            2 * sweep(log_uniform(rng, 1000, 9000), log_uniform(rng, 50, 500), log_uniform(rng, 10, 80), n)
        ) * np.exp(-5 * t / length)
    if kind == 3:  # conga, bongo
        hz = log_uniform(rng, 120, 700)
        return sweep(hz * 1.15, hz, 40, n) * np.exp(-6 * t / length) + 0.4 * rng.standard_normal(n) * np.exp(-150 * t)
    low = log_uniform(rng, 200, 5000)
    return bandpass(rng.standard_normal(n), low, low * rng.uniform(1.3, 6)) * np.exp(-5 * t / length)


SYNTHESIS = {
    "kick": kick, "snare": snare, "hat": hat, "open": open_hat, "crash": cymbal, "ride": cymbal,
    "clap": clap, "tom": tom, "rim": rim, "shaker": shaker, "perc": perc,
}  # fmt: skip
