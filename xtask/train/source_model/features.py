"""What the net reads of a mixture, and what it is measured by, from Gram matrices per band.

A Gram matrix of a band holds the inner products of the stems' spectra, in the order of `source_sets.pairs`. Any gain per stem and
band turns it into that of another mixture, without a transform: g_a g_b times the product of stems a and b.
"""

import numpy as np
from numba import njit

from .kernels import follower

FOLLOWER_SECONDS = 1.0
FEATURES = ("level", "change", "tonal")
TONAL_SECONDS = 0.145
TONAL_BANDS = 9


def tonal_steps(steps_per_second: float) -> int:
    """13 in Quality, 25 in low latency."""
    return 2 * int(TONAL_SECONDS * steps_per_second / 2) + 1


@njit(cache=True)
def mix(gram, gain, pairs, into, e, c, whole, x):
    """Fills e, c [T, S, B], whole and x [T, B] from gram [T, B, P], amplitude gains [T, stems, B] and the stems' sources `into`.

    e is each source's energy, c its product with the sum of all sources, `whole` that sum's energy: the error of a mask m on the
    sum is e - 2 m c + m^2 whole. x is the mixture's energy, with what belongs to no source.
    """
    e[:], c[:], whole[:], x[:] = 0, 0, 0, 0
    for t in range(gram.shape[0]):
        for b in range(gram.shape[1]):
            for p in range(gram.shape[2]):
                i, j = pairs[p]
                product = gram[t, b, p] * gain[t, i, b] * gain[t, j, b]
                if product == 0.0:
                    continue
                times = 1.0 if i == j else 2.0
                x[t, b] += times * product
                if into[i] < 0 or into[j] < 0:
                    continue
                whole[t, b] += times * product
                c[t, into[i], b] += product
                if i != j:
                    c[t, into[j], b] += product
                if into[i] == into[j]:
                    e[t, into[i], b] += times * product
            whole[t, b] = max(whole[t, b], 0.0)
            x[t, b] = max(x[t, b], 0.0)


def features(
    energies: np.ndarray, steps_per_second: float, hidden: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Band energies [T, B] -> (normalised features [T, 3 B], whether a step is sound [T]).

    "level" f: log10 of the energy over the follower. "change": f less that of the last step of sound. "tonal": see `tonal`.
    Then zero mean and unit variance per step. `hidden` [T, B], in training only, says what is masked: such bands read as silent.
    """
    level, sound = follower(energies.sum(1, dtype=np.float64), steps_per_second, FOLLOWER_SECONDS)
    f = np.log10(energies / np.maximum(level, 1e-30)[:, None] + 1e-7).astype(np.float32)
    if hidden is not None:
        f[hidden] = -7.0
    steady = tonal(f, sound, tonal_steps(steps_per_second), TONAL_BANDS)
    return normalised(np.concatenate([f, change(f, sound), steady], 1)) * sound[:, None], sound


@njit(cache=True)
def change(f, sound):
    """f [T, B] less that of the last step of sound; 0 at the first."""
    out = np.zeros_like(f)
    before = -1
    for t in range(f.shape[0]):
        if not sound[t]:
            continue
        if before >= 0:
            out[t] = f[t] - f[before]
        before = t
    return out


@njit(cache=True)
def tonal(f, sound, steps, bands):
    """How much steadier than broad a band is: the median of its last `steps` levels less the median of the `bands` levels
    around it (Fitzgerald 2010, causal). The median of n values is the one at n // 2 of their order; at the beginning and at
    the edges of the spectrum n is what there is.
    """
    out = np.zeros_like(f)
    count_bands = f.shape[1]
    half = bands // 2
    recent = np.zeros((count_bands, steps), dtype=np.float32)
    order = np.zeros((count_bands, steps), dtype=np.float32)
    around = np.zeros(bands + 1, dtype=np.float32)
    heard = 0
    for t in range(f.shape[0]):
        if not sound[t]:
            continue
        slot = heard % steps
        full = heard >= steps
        n = 0
        for b in range(min(half, count_bands)):
            insert(around, n, f[t, b])
            n += 1
        for b in range(count_bands):
            if b + half < count_bands:
                insert(around, n, f[t, b + half])
                n += 1
            if b - half - 1 >= 0:
                remove(around, n, f[t, b - half - 1])
                n -= 1
            if full:
                remove(order[b], steps, recent[b, slot])
            held = min(heard, steps - 1)
            insert(order[b], held, f[t, b])
            recent[b, slot] = f[t, b]
            out[t, b] = order[b, (held + 1) // 2] - around[n // 2]
        heard += 1
    return out


@njit(cache=True)
def insert(ordered, n, value):
    """Into the first n of `ordered`, which become n + 1."""
    i = n
    while i > 0 and ordered[i - 1] > value:
        ordered[i] = ordered[i - 1]
        i -= 1
    ordered[i] = value


@njit(cache=True)
def remove(ordered, n, value):
    """Out of the first n of `ordered`, which become n - 1."""
    i = 0
    while ordered[i] != value:
        i += 1
    while i < n - 1:
        ordered[i] = ordered[i + 1]
        i += 1


def normalised(x: np.ndarray) -> np.ndarray:
    """Zero mean and unit variance per step, [T, features] float32."""
    x = x - x.mean(1, keepdims=True)
    return (x / np.sqrt(np.square(x).mean(1, keepdims=True) + 1e-5)).astype(np.float32)
