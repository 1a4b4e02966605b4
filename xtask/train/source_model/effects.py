"""What happens to a source between the instrument and the record: equaliser, room, dynamics, saturation, wear.

Each takes a mono signal at RATE and a generator and gives a signal of the same length; `on_stems` lets one act on several stems
that are heard as one. None aims at beauty: the net shall not be able to know a source by the colour of the few recordings that it
was trained on.
"""

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from . import RATE
from .kernels import envelope, hold, noise_gate


def chance(rng: np.random.Generator, p: float) -> bool:
    return rng.random() < p


def log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def level(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))) + 1e-9)


def on_stems(effect, stems: np.ndarray, rng: np.random.Generator, *settings) -> np.ndarray:
    """The stems [N, T] or the one signal [T] after an effect on their sum.

    What bends the waveform or follows the level acts through the gain that it has on the sum, so that the stems still add up to what it
    makes of that. Everything else acts on each stem with the same draw.
    """
    if stems.ndim == 1:
        return effect(stems, rng, *settings)
    if effect in BY_GAIN:
        whole = stems.sum(0)
        safe = np.where(np.abs(whole) > 1e-9, whole, 1.0)
        return stems * np.where(np.abs(whole) > 1e-9, effect(whole, rng, *settings) / safe, 1.0)
    seed = rng.integers(2**31)
    return np.stack([effect(stem, np.random.default_rng(seed), *settings) for stem in stems])


def equaliser(x: np.ndarray, rng: np.random.Generator, most_db: float = 6.0) -> np.ndarray:
    """A few broad bells anywhere, sometimes a falling top."""
    octaves = np.log2(np.maximum(rfftfreq(len(x), 1 / RATE), 10))
    db = np.zeros_like(octaves)
    for _ in range(rng.integers(1, 5)):
        db += rng.uniform(-most_db, most_db) * np.exp(
            -0.5 * ((octaves - rng.uniform(5.3, 13.6)) / rng.uniform(0.4, 2)) ** 2
        )
    if chance(rng, 0.3):
        db -= 12 * rng.uniform(0.3, 1) * np.maximum(0, octaves - rng.uniform(10.5, 13.8))
    if chance(rng, 0.1):
        db -= 12 * rng.uniform(0.3, 1) * np.maximum(0, rng.uniform(5.0, 6.3) - octaves)
    return irfft(rfft(x) * 10 ** (db / 20), len(x))


def lowpass(x: np.ndarray, hz: float, order: int = 4) -> np.ndarray:
    return sosfilt(butter(order, min(0.95, 2 * hz / RATE), output="sos"), x)


def highpass(x: np.ndarray, hz: float, order: int = 2) -> np.ndarray:
    return sosfilt(butter(order, 2 * hz / RATE, "high", output="sos"), x)


def bandpass(x: np.ndarray, low_hz: float, high_hz: float, order: int = 2) -> np.ndarray:
    return sosfilt(butter(order, [2 * low_hz / RATE, min(0.95, 2 * high_hz / RATE)], "band", output="sos"), x)


def room(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Early echoes and a decaying, coloured tail, 26 to 5 dB below the sound."""
    t60 = log_uniform(rng, 0.1, 1.6)
    n = int(0.7 * t60 * RATE)
    decay = np.exp(-6.9 * np.arange(n) / (t60 * RATE))
    response = bandpass(rng.standard_normal(n) * decay, rng.uniform(60, 400), rng.uniform(2500, 14000), 1)
    for _ in range(rng.integers(0, 7)):
        response[rng.integers(0, max(1, min(n, int(0.05 * RATE))))] += rng.normal(
            0, 0.3 * np.abs(response).max() + 1e-9
        )
    wet = fftconvolve(x, response)[: len(x)]
    wet = np.roll(wet, int(rng.uniform(0, 0.03) * RATE))
    return x + 10 ** (rng.uniform(-26, -5) / 20) * wet * level(x) / level(wet)


def echo(x: np.ndarray, rng: np.random.Generator, beat_s: float) -> np.ndarray:
    """A tempo echo with a dull feedback path."""
    delay = int(beat_s * rng.choice([0.25, 0.5, 0.75, 1.0]) * RATE)
    y = x.copy()
    wet, gain = x, 10 ** (rng.uniform(-14, -5) / 20)
    for _ in range(3):
        wet = gain * lowpass(np.concatenate([np.zeros(delay), wet])[: len(x)], rng.uniform(1500, 8000), 1)
        y += wet
    return y


def compressor(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return x * compressor_gain(x, rng)


def compressor_gain(x: np.ndarray, rng: np.random.Generator, most: float = 0.8) -> np.ndarray:
    """A gain curve, so that the same curve can act on several sources: then their sum stays exact."""
    e = envelope(x, log_uniform(rng, 0.0005, 0.04), log_uniform(rng, 0.03, 0.35)) + 1e-9
    threshold = max(np.percentile(e[::64], rng.uniform(40, 95)), 1e-6)
    return np.minimum(1.0, (e / threshold) ** -rng.uniform(0.2, most))


def saturation(x: np.ndarray, rng: np.random.Generator, most_db: float = 16.0) -> np.ndarray:
    peak = np.abs(x).max() + 1e-9
    drive = 10 ** (rng.uniform(0, most_db) / 20)
    y = x / peak * drive
    shape = rng.integers(0, 4)
    if shape == 0:
        y = np.tanh(y)
    elif shape == 1:
        y = np.clip(y, -1, 1)
    elif shape == 2:  # an uneven curve makes even harmonics, as tubes do
        y = np.tanh(y + 0.4) - np.tanh(0.4)
    else:
        y = y / (1 + np.abs(y))
    return y * peak / max(1e-9, np.abs(y).max())


def chorus(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(len(x))
    delay = (0.004 + 0.003 * np.sin(2 * np.pi * rng.uniform(0.2, 3) * t / RATE + rng.uniform(0, 6))) * RATE
    return x + rng.uniform(0.3, 1) * np.interp(t - delay, t, x, left=0)


def faster(x: np.ndarray, ratio: float) -> np.ndarray:
    """Resampled like a record: `ratio` 2 is an octave up and half as long."""
    n = int(len(x) / ratio)
    return np.interp(np.arange(n) * ratio, np.arange(len(x)), x)


def wow(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slow and fast speed errors of tapes and turntables. Linear, so it may act on a mixture's sources one by one."""
    t = np.arange(len(x)) / RATE
    shift = sum(
        depth * np.sin(2 * np.pi * hz * t + rng.uniform(0, 6)) / (2 * np.pi * hz)
        for hz, depth in ((rng.uniform(0.3, 1.5), rng.uniform(0, 0.006)), (rng.uniform(4, 12), rng.uniform(0, 0.002)))
    )
    return np.interp(t + shift, t, x)


def crush(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Early samplers: 8 to 12 bits at 8 to 30 kHz, with or without a filter against images."""
    peak = np.abs(x).max() + 1e-9
    steps = 2.0 ** rng.uniform(6, 12)
    rate = log_uniform(rng, 9000, 32000)
    y = hold(np.asarray(x, dtype=np.float64), RATE / rate)
    y = np.round(y / peak * steps) / steps * peak
    return lowpass(y, 0.45 * rate) if chance(rng, 0.6) else y


def codec(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What lossy codecs do to the top: nothing above an edge."""
    return lowpass(x, rng.uniform(5000, 16000), 8)


def vinyl(n: int, rng: np.random.Generator) -> np.ndarray:
    """Crackle, hiss and hum of a worn record, [n], RMS about 1."""
    y = np.zeros(n)
    clicks = rng.integers(0, n, int(log_uniform(rng, 1, 60) * n / RATE))
    y[clicks] = rng.standard_normal(len(clicks)) * rng.exponential(1, len(clicks))
    y = bandpass(y, 500, rng.uniform(3000, 12000), 1)
    y = y / level(y) * rng.uniform(0, 1)
    hiss = bandpass(rng.standard_normal(n), rng.uniform(200, 2000), rng.uniform(5000, 15000), 1)
    y += hiss / level(hiss) * rng.uniform(0.2, 1)
    t = np.arange(n) / RATE
    if chance(rng, 0.3):
        mains = rng.choice([50, 60])
        y += sum(rng.uniform(0, 0.7) * np.sin(2 * np.pi * mains * k * t) for k in (1, 2, 3))
    return y / level(y)


def surface_noise(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A drum loop [T] with what a record's surface adds to some, float32."""
    if not chance(rng, 0.13):
        return x
    return (x + 10 ** (rng.uniform(-45, -22) / 20) * level(x) * vinyl(len(x), rng)).astype(np.float32)


def boom(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A resonance of room or box that rings with every hit."""
    hz = log_uniform(rng, 55, 350)
    radius = 1 - np.pi * rng.uniform(8, 50) / RATE
    ring = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hz / RATE), radius**2], x)
    return x + rng.uniform(0.3, 2.5) * ring * level(x) / level(ring)


def gate(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    e = envelope(np.asarray(x, dtype=np.float64), 0.001, 0.05)
    return x * noise_gate(e, np.percentile(e[::64], rng.uniform(30, 70)), log_uniform(rng, 0.01, 0.1))


BY_GAIN = (compressor, saturation, gate)


def worn(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A drum break, [T] or [N, T], that has been through records, samplers and tapes; its pitch moves with its speed."""
    ratio = 2 ** (rng.uniform(-7, 5) / 12)
    y = on_stems(replayed, x, rng, ratio)
    for effect, p in (
        (lowpass_anywhere, 0.5),
        (boom, 0.4),
        (crush, 0.35),
        (saturation, 0.5),
        (gate, 0.2),
        (compressor, 0.5),
        (room, 0.3),
        (wow, 0.2),
    ):
        if chance(rng, p):
            y = on_stems(effect, y, rng)
    return on_stems(equaliser, y, rng, 7)


def replayed(x: np.ndarray, rng: np.random.Generator, ratio: float) -> np.ndarray:
    """A loop at another speed, as long as before."""
    return faster(np.concatenate([x, x]) if ratio > 1 else x, ratio)[: len(x)]


def lowpass_anywhere(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return lowpass(x, log_uniform(rng, 1500, 12000), 2)


def channel_strip(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The common path of a track, [T] or [N, T]: equaliser, then the rest in a usual order, each with some probability."""
    y = on_stems(equaliser, x, rng)
    for effect, p in ((compressor, 0.45), (saturation, 0.3), (room, 0.5), (crush, 0.06), (codec, 0.08)):
        if chance(rng, p):
            y = on_stems(effect, y, rng)
    return y


def normalised(x: np.ndarray) -> np.ndarray | None:
    """Stems [T] or [N, T] with RMS 0.05 over what sounds of their sum, float32; None for silence or what went wrong."""
    if not np.isfinite(x).all():
        return None
    whole = np.atleast_2d(x).sum(0)
    power = np.square(whole[: len(whole) // 512 * 512].reshape(-1, 512)).mean(1)
    if power.max() < 1e-9:
        return None
    loud = power[power > 1e-3 * power.max()].mean()
    return (0.05 * x / np.sqrt(loud)).astype(np.float32)
