"""The loops over samples, compiled: filters, voices, envelopes. All signals are float64 mono at RATE."""

import numpy as np
from numba import njit

from . import RATE


@njit(cache=True)
def resonant_lowpass(x, cutoff_hz, damping):
    """Chamberlin's state-variable low-pass, run twice per sample. `cutoff_hz` [T]; damping 2 is dull, 0.05 sings."""
    y = np.empty_like(x)
    low = 0.0
    band = 0.0
    for i in range(len(x)):
        f = 2.0 * np.sin(np.pi * min(cutoff_hz[i], 9000.0) / (2.0 * RATE))
        for _ in range(2):
            low += f * band
            band += f * (x[i] - low - damping * band)
        y[i] = low
    return y


@njit(cache=True)
def resonators(x, hz, bandwidth_hz, gain):
    """Parallel two-pole resonators whose frequencies move: hz, bandwidth_hz, gain [R, T]."""
    y = np.zeros_like(x)
    for r in range(hz.shape[0]):
        a = 0.0
        b = 0.0
        for i in range(len(x)):
            radius = np.exp(-np.pi * bandwidth_hz[r, i] / RATE)
            v = (1.0 - radius) * x[i] + 2.0 * radius * np.cos(2.0 * np.pi * hz[r, i] / RATE) * a - radius * radius * b
            b = a
            a = v
            y[i] += gain[r, i] * v
    return y


@njit(cache=True)
def string(excitation, hz, damping, decay):
    """Karplus and Strong's string with a fractional delay: damping 0..1 (dull), decay 0.9..1 per period."""
    n = len(excitation)
    period = RATE / hz - 0.5 * damping
    whole = int(period)
    part = period - whole
    y = np.zeros(n)
    for i in range(n):
        back = 0.0
        if i > whole + 2:
            now = (1.0 - part) * y[i - whole] + part * y[i - whole - 1]
            before = (1.0 - part) * y[i - whole - 1] + part * y[i - whole - 2]
            back = (1.0 - 0.5 * damping) * now + 0.5 * damping * before
        y[i] = excitation[i] + decay * back
    return y


@njit(cache=True)
def envelope(x, attack_s, release_s):
    """Peak envelope follower with its own times for rise and fall."""
    up = 1.0 - np.exp(-1.0 / (attack_s * RATE))
    down = 1.0 - np.exp(-1.0 / (release_s * RATE))
    e = 0.0
    y = np.empty_like(x)
    for i in range(len(x)):
        v = abs(x[i])
        e += (up if v > e else down) * (v - e)
        y[i] = e
    return y


@njit(cache=True)
def noise_gate(e, threshold, release_s):
    """Gain [T] of a gate that opens at once above `threshold` and closes in `release_s`."""
    down = np.exp(-1.0 / (release_s * RATE))
    g = 0.0
    y = np.empty_like(e)
    for i in range(len(e)):
        g = min(1.0, g + 0.01) if e[i] > threshold else g * down
        y[i] = g
    return y


@njit(cache=True)
def hold(x, step):
    """Sample and hold at every `step` samples (fractional), the sound of a low sample rate without a filter."""
    y = np.empty_like(x)
    kept = 0.0
    next_at = 0.0
    for i in range(len(x)):
        if i >= next_at:
            kept = x[i]
            next_at += step
        y[i] = kept
    return y


@njit(cache=True)
def follower(power, steps_per_second, seconds):
    """The level follower of the net: power [T] -> (level q [T], whether a step is sound [T]). See features.py."""
    a = np.exp(-1.0 / (seconds * steps_per_second))
    q = np.empty(len(power))
    sound = np.zeros(len(power), dtype=np.bool_)
    level = 0.0
    for t in range(len(power)):
        p = power[t]
        if p >= 1e-7:
            sound[t] = True
            if level == 0.0:
                level = p
            else:
                x = max(p, 1e-3 * level)
                level = max(np.exp(a * np.log(level) + (1.0 - a) * np.log(x)), 0.1 * p)
        q[t] = level
    return q, sound
