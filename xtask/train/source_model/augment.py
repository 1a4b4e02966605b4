"""Batches from shards: other gains, equalisers, pauses and tilts on every mixture each time it is drawn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .features import features, mix
from .framing import Framing
from .source_sets import KIT, SourceSet, pairs

WARM_UP_SECONDS = 0.15
"""Not judged: the net has heard nothing yet."""


@dataclass
class Batch:
    """x [N, T, features], flags [N, F], sound [N, T], e and c [N, T, S, B], whole [N, T, B], present [N, S].

    `whole` is the energy of the sum of the sources: of the mixture, less what belongs to no source.
    """

    x: np.ndarray
    flags: np.ndarray
    sound: np.ndarray
    e: np.ndarray
    c: np.ndarray
    whole: np.ndarray
    present: np.ndarray


class Shards:
    """The shards of one framing and split in a folder, mapped into memory; `refresh` finds new ones."""

    def __init__(self, work: Path, source_set: SourceSet, framing: Framing, split: str):
        self.folder, self.source_set, self.framing, self.split = work / source_set.shards, source_set, framing, split
        self.files: dict[str, np.ndarray] = {}
        self.refresh()

    def refresh(self) -> None:
        for path in sorted(self.folder.glob(f"{self.framing.name}-{self.split}-*.npy")):
            if path.name not in self.files:
                self.files[path.name] = np.load(path, mmap_mode="r")

    def __len__(self) -> int:
        return sum(len(f) for f in self.files.values())

    def draw(self, rng: np.random.Generator, seconds: float) -> np.ndarray:
        """A random stretch of a random mixture, [T, B, P]."""
        names = list(self.files)
        shard = self.files[names[rng.integers(len(names))]]
        steps = min(shard.shape[1], int(seconds * self.framing.steps_per_second))
        start = 0 if rng.random() < 0.35 else rng.integers(0, shard.shape[1] - steps + 1)
        return shard[rng.integers(len(shard)), start : start + steps].astype(np.float32)


class Blend:
    """Two folders of shards of one kind; `share` of the draws are of the second."""

    def __init__(self, first: Shards, second: Shards, share: float):
        self.both, self.share = (first, second), share
        self.framing, self.source_set = first.framing, first.source_set

    def refresh(self) -> None:
        for shards in self.both:
            shards.refresh()

    def __len__(self) -> int:
        return sum(len(shards) for shards in self.both)

    def draw(self, rng: np.random.Generator, seconds: float) -> np.ndarray:
        return self.both[int(rng.random() < self.share)].draw(rng, seconds)


def gains(rng: np.random.Generator, steps: int, framing: Framing, stems: int) -> np.ndarray:
    """Amplitude gains [T, stems, B]: an equaliser and level per stem, a tilt and an edge for all, pauses of single stems."""
    bands = framing.bands
    place = np.linspace(0, 1, bands)
    octaves = np.log2(framing.centres_hz / 1000)
    db = np.zeros((stems, bands))
    for _ in range(3):
        centre, width = rng.random((stems, 1)), 0.05 + 0.3 * rng.random((stems, 1))
        db += rng.normal(0, 4, (stems, 1)) * np.exp(-0.5 * ((place - centre) / width) ** 2)
    db += rng.normal(0, 3.5, (stems, 1))
    db += rng.normal(0, 1.2) * octaves
    g = 10 ** (db / 20)
    if rng.random() < 0.12:
        g[:, framing.centres_hz > np.exp(rng.uniform(np.log(3500), np.log(18000)))] = 0
    g = np.repeat(g[None], steps, 0)
    if rng.random() < 0.3:
        source, length = rng.integers(stems), int(rng.uniform(0.1, 0.6) * steps)
        start = rng.integers(0, steps - length) if rng.random() < 0.6 else 0
        g[start : start + length, source] = 0
    return g.astype(np.float32)


def batch(shards: Shards | Blend, rng: np.random.Generator, size: int, seconds: float) -> Batch:
    return assemble([augmented(shards.draw(rng, seconds), rng, shards.framing, shards.source_set) for _ in range(size)])


def augmented(gram: np.ndarray, rng: np.random.Generator, framing: Framing, source_set: SourceSet) -> tuple:
    g = gains(rng, len(gram), framing, source_set.stems)
    hidden = None
    if rng.random() < 0.3:  # a few bands read as silent
        hidden = np.zeros((len(gram), framing.bands), dtype=bool)
        for _ in range(rng.integers(1, 4)):
            width = rng.integers(1, 12)
            at = rng.integers(0, framing.bands - width)
            hidden[:, at : at + width] = True
    if source_set is KIT:
        into, flags = strips(rng, g)
        return example(gram, g, framing, source_set, into, flags, hidden)
    return example(gram, g, framing, source_set, source_set.apart(), None if rng.random() < 0.5 else np.ones(3), hidden)


def strips(rng: np.random.Generator, gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The parts of a kit that someone asks for: what counts as what, and the flags. Mutes in `gain` what is not there."""
    merge = ((True, True), (False, False), (True, False), (False, True))[rng.choice(4, p=[0.45, 0.4, 0.05, 0.1])]
    into = KIT.merged(*merge)
    flags = np.ones(KIT.flags)
    flags[3:5] = [not m for m in merge]
    if rng.random() < 0.15:  # a part that the kit lacks, and that is known to be missing
        absent = rng.integers(3)
        flags[absent] = 0
        gain[:, into == absent] = 0
    if rng.random() < 0.25:
        gain[:, -1] = 0
        flags[-1] = rng.random() < 0.3
    return into, flags


def example(
    gram: np.ndarray, gain: np.ndarray, framing: Framing, source_set: SourceSet, into: np.ndarray, flags, hidden=None
) -> tuple:
    """One member of a batch. `into` is the source of each stem; without `flags` they say what plays."""
    steps, bands = gram.shape[:2]
    e, c = (np.empty((steps, source_set.count, bands), np.float32) for _ in range(2))
    whole, x = (np.empty((steps, bands), np.float32) for _ in range(2))
    mix(gram, gain, pairs(source_set.stems), into, e, c, whole, x)
    f, sound = features(x, framing.steps_per_second, hidden)
    energy = e.sum((0, 2))
    present = (energy > 1e-5 * energy.sum()).astype(np.float32)
    if flags is None:
        flags = present if present.any() else np.ones(source_set.flags)
    return f, np.asarray(flags, np.float32), sound, e, c, whole, present


def assemble(examples: list[tuple]) -> Batch:
    return Batch(*(np.stack(part) for part in zip(*examples)))
