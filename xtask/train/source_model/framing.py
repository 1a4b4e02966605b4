"""Frames, windows and bands as the engine has them: the net sees exactly what the plugin will show it."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.fft import rfft

from . import RATE

SINGLE_BINS = 48
WIDTH_RATIO = 1 / 24


@dataclass(frozen=True)
class Framing:
    """A frame of `length` samples ends at the newest one; its window falls in the last `fall`."""

    name: str
    length: int
    fall: int
    step: int
    """Samples from one step of the net to the next."""
    memory_seconds: float | None
    """Time constant with which the net's states fade; None: they do not."""

    @property
    def steps_per_second(self) -> float:
        return RATE / self.step

    @property
    def kept_per_step(self) -> float:
        """The share of the net's states that is left after a step."""
        return float(np.exp(-1 / (self.memory_seconds * self.steps_per_second))) if self.memory_seconds else 1.0

    @property
    def history(self) -> int:
        """Samples of the first frame that lie before the first step."""
        return self.length - self.step

    @cached_property
    def edges(self) -> np.ndarray:
        """Band edges in bins, [B + 1]: bins 1 to N/2, one by one below SINGLE_BINS, then a twenty-fourth of the frequency wide."""
        last = self.length // 2 + 1
        edges = [1]
        while edges[-1] < last:
            edge = edges[-1]
            width = 1 if edge < SINGLE_BINS else int(np.floor(edge * WIDTH_RATIO + 0.5))
            edges.append(min(edge + max(width, 1), last))
        return np.array(edges)

    @property
    def bands(self) -> int:
        return len(self.edges) - 1

    @cached_property
    def centres_hz(self) -> np.ndarray:
        """[B]"""
        return (self.edges[:-1] + self.edges[1:] - 1) / 2 * RATE / self.length


FRAMINGS = {
    "low-latency": Framing("low-latency", 2058, 2 * 64, 256, memory_seconds=3.0),
    "quality": Framing("quality", 4116, 3 * 512, 512, memory_seconds=None),
}
# Direct, Live and Balanced share a net, so each mixture of its shards takes the window of one of them.
FALLS = {"low-latency": (64, 128, 640), "quality": (1536,)}


@lru_cache
def window(length: int, fall: int) -> np.ndarray:
    """The engine's analysis window, [length] float32: a root-Hann rise, then a fall of `fall` samples."""
    rise = length - fall
    return np.sqrt(np.concatenate([hann(2 * rise)[:rise], hann(2 * fall)[fall:]])).astype(np.float32)


def hann(n: int) -> np.ndarray:
    """Periodic Hann window."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)


def spectra(x: np.ndarray, framing: Framing, fall: int | None = None) -> np.ndarray:
    """Complex spectra [T, N/2+1] of a signal that begins with `framing.history` samples of what was before the first step."""
    frames = np.lib.stride_tricks.sliding_window_view(x, framing.length)[:: framing.step]
    return rfft(frames * window(framing.length, fall or framing.fall), axis=1)


def band_sums(power: np.ndarray, framing: Framing) -> np.ndarray:
    """Sums of bins [T, N/2+1] into bands [T, B]."""
    return np.add.reduceat(power[:, : framing.edges[-1]], framing.edges[:-1], axis=1)
