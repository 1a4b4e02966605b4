"""Batches from shards: other gains, equalisers, pauses and tilts on every mixture each time it is drawn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .features import features, mix
from .framing import Framing

WARM_UP_SECONDS = 0.15
"""Not judged: the net has heard nothing yet."""


@dataclass
class Batch:
    """x [N, T, features], flags [N, 3], sound [N, T], e and c [N, T, 3, B], mixture [N, T, B], present [N, 3]."""

    x: np.ndarray
    flags: np.ndarray
    sound: np.ndarray
    e: np.ndarray
    c: np.ndarray
    mixture: np.ndarray
    present: np.ndarray


class Shards:
    """The shards of one framing and split in a folder, mapped into memory; `refresh` finds new ones."""

    def __init__(self, folder: Path, framing: Framing, split: str):
        self.folder, self.framing, self.split = folder, framing, split
        self.files: dict[str, np.ndarray] = {}
        self.refresh()

    def refresh(self) -> None:
        for path in sorted(self.folder.glob(f"{self.framing.name}-{self.split}-*.npy")):
            if path.name not in self.files:
                self.files[path.name] = np.load(path, mmap_mode="r")

    def __len__(self) -> int:
        return sum(len(f) for f in self.files.values())

    def draw(self, rng: np.random.Generator, seconds: float) -> np.ndarray:
        """A random stretch of a random mixture, [T, B, 6]."""
        names = list(self.files)
        shard = self.files[names[rng.integers(len(names))]]
        steps = min(shard.shape[1], int(seconds * self.framing.steps_per_second))
        start = 0 if rng.random() < 0.35 else rng.integers(0, shard.shape[1] - steps + 1)
        return shard[rng.integers(len(shard)), start : start + steps].astype(np.float32)


def gains(rng: np.random.Generator, steps: int, framing: Framing) -> np.ndarray:
    """Amplitude gains [T, 3, B]: an equaliser and level per source, a tilt and an edge for all, pauses of single sources."""
    bands = framing.bands
    place = np.linspace(0, 1, bands)
    octaves = np.log2(framing.centres_hz / 1000)
    db = np.zeros((3, bands))
    for _ in range(3):
        centre, width = rng.random((3, 1)), 0.05 + 0.3 * rng.random((3, 1))
        db += rng.normal(0, 4, (3, 1)) * np.exp(-0.5 * ((place - centre) / width) ** 2)
    db += rng.normal(0, 3.5, (3, 1))
    db += rng.normal(0, 1.2) * octaves
    g = 10 ** (db / 20)
    if rng.random() < 0.12:
        g[:, framing.centres_hz > np.exp(rng.uniform(np.log(3500), np.log(18000)))] = 0
    g = np.repeat(g[None], steps, 0)
    if rng.random() < 0.3:
        source, length = rng.integers(3), int(rng.uniform(0.1, 0.6) * steps)
        start = rng.integers(0, steps - length) if rng.random() < 0.6 else 0
        g[start : start + length, source] = 0
    return g.astype(np.float32)


def batch(shards: Shards, rng: np.random.Generator, size: int, seconds: float) -> Batch:
    framing = shards.framing
    return assemble([augmented(shards.draw(rng, seconds), rng, framing) for _ in range(size)])


def augmented(gram: np.ndarray, rng: np.random.Generator, framing: Framing) -> tuple:
    g = gains(rng, len(gram), framing)
    hidden = None
    if rng.random() < 0.3:  # a few bands read as silent
        hidden = np.zeros((len(gram), framing.bands), dtype=bool)
        for _ in range(rng.integers(1, 4)):
            width = rng.integers(1, 12)
            at = rng.integers(0, framing.bands - width)
            hidden[:, at : at + width] = True
    return example(gram, g, framing, rng.random() < 0.5, hidden)


def example(gram: np.ndarray, gain: np.ndarray, framing: Framing, told: bool, hidden=None) -> tuple:
    """One member of a batch. `told`: the flags say what plays; otherwise all may."""
    steps, bands = gram.shape[:2]
    e, c = np.empty((steps, 3, bands), np.float32), np.empty((steps, 3, bands), np.float32)
    x = np.empty((steps, bands), np.float32)
    mix(gram, gain, e, c, x)
    f, sound = features(x, framing.steps_per_second, hidden)
    energy = e.sum((0, 2))
    present = (energy > 1e-5 * energy.sum()).astype(np.float32)
    flags = present if told and present.any() else np.ones(3, np.float32)
    return f, flags, sound, e, c, x, present


def assemble(examples: list[tuple]) -> Batch:
    return Batch(*(np.stack(part) for part in zip(*examples)))
