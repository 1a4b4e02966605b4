"""Shards of mixtures of a user's stems: the pieces as they are, other gains, and sources of several pieces together.

A shard is made from the pieces, its seed and its number alone, and reads a few excerpts: memory does not grow with the
folder.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import RATE
from .basses import LENGTH
from .effects import chance, normalised
from .mixtures import HISTORY, SECONDS, Clips, kit_mixture, mixture, write_shard
from .piece import CLIP_SECONDS
from .source_sets import KIT, MIXTURE, SourceSet
from .stems import GRID, Piece, excerpt

EXCERPTS_PER_SHARD = 12
MIXTURES_PER_SHARD = 48
AS_THEY_ARE = 0.4
"""How often a mixture is that of the piece, with its own balance."""
KIT_REMIXED = 0.25
"""How often the parts of a kit come from several pieces."""
SPLITS = ("train", "valid")


@dataclass
class Excerpt:
    """LENGTH samples of a piece, twice: with its own balance, and with each source (and the kit) at RMS 0.05."""

    piece: str
    own: Clips
    level: Clips


def excerpts(pieces: list[Piece], source_set: SourceSet, rng: np.random.Generator, count: int) -> list[Excerpt]:
    """From pieces drawn by their length, where at least two sources play if a few draws find such a place. SystemExit with
    a sentence if a hundred draws for each find nothing but silence.
    """
    seconds = np.array([p.seconds for p in pieces])
    out: list[Excerpt] = []
    for _ in range(100 * count):
        if len(out) == count:
            return out
        piece = pieces[rng.choice(len(pieces), p=seconds / seconds.sum())]
        side = float(rng.choice([0, 0, -1, 1]))
        made = one_excerpt(piece, source_set, place(piece, source_set, rng), side)
        if made is not None:
            out.append(made)
    raise SystemExit(
        f"the stems of {', '.join(p.name for p in pieces[:5])} are nearly everywhere silent: cut the silence off"
    )


def place(piece: Piece, source_set: SourceSet, rng: np.random.Generator) -> float:
    last = max(0, int((piece.seconds - CLIP_SECONDS) * GRID))
    playing = sum(piece.sounding(s).astype(int) for s in source_set.sources)
    start = 0.0
    for _ in range(8):
        start = int(rng.integers(last + 1)) / GRID
        if (playing[int(start) : int(start + CLIP_SECONDS)] > 1).mean() > 0.25:
            break
    return start


def one_excerpt(piece: Piece, source_set: SourceSet, start: float, side: float) -> Excerpt | None:
    """None where the piece is silent, or for a set of parts of a kit where the kit is. Other sets leave the kit out."""
    parts = KIT.sources if source_set is KIT else ()
    x = excerpt(piece, start, CLIP_SECONDS, (*MIXTURE.sources, *parts), side).astype(np.float32)
    sources, kit = x[: MIXTURE.count], x[MIXTURE.count :]
    whole, level_kit = normalised(sources.sum(0)), normalised(kit) if parts else None
    if whole is None or (parts and level_kit is None):
        return None
    scale = np.abs(whole).max() / np.abs(sources.sum(0)).max()
    own = Clips(tuple(scale * s if np.any(s) else None for s in sources), scale * kit if parts else None)
    return Excerpt(piece.name, own, Clips(tuple(normalised(s) for s in sources), level_kit))


def as_it_is(clips: Clips, source_set: SourceSet, start: int) -> list[np.ndarray]:
    """The stems of a shard from `start` on, [HISTORY + SECONDS] each."""
    n = HISTORY + int(SECONDS * RATE)
    sources = [np.zeros(LENGTH) if s is None else s for s in clips.sources]
    if source_set is KIT:
        sources = [*clips.kit, sources[1] + sources[2]]
    return [np.asarray(s[start : start + n], np.float64) for s in sources]


def training_mixture(
    made: list[Excerpt], source_set: SourceSet, rng: np.random.Generator
) -> tuple[list[np.ndarray], dict]:
    if chance(rng, AS_THEY_ARE):
        one = made[rng.integers(len(made))]
        xs = as_it_is(one.own, source_set, int(rng.integers(0, LENGTH - HISTORY - int(SECONDS * RATE))))
        if chance(rng, 0.3):
            xs = [np.concatenate([np.zeros(HISTORY), x[HISTORY:]]) for x in xs]
        return xs, {"piece": one.piece}
    clips = [e.level for e in made]
    if source_set is KIT and chance(rng, KIT_REMIXED):
        clips = [remixed_kit(clips, rng)]
    return (kit_mixture if source_set is KIT else mixture)(clips, rng)


def remixed_kit(clips: list[Clips], rng: np.random.Generator) -> Clips:
    """A kit whose parts come from any of the clips."""
    parts = np.stack([clips[rng.integers(len(clips))].kit[part] for part in range(KIT.count)])
    kit = normalised(parts)
    return Clips(clips[rng.integers(len(clips))].sources, clips[0].kit if kit is None else kit)


def make_training_shard(
    pieces: list[Piece], work: Path, source_set: SourceSet, index: int, seed: int, mixtures: int = MIXTURES_PER_SHARD
) -> None:
    rng = np.random.default_rng([seed, SPLITS.index("train"), index, 2 + (source_set is KIT)])
    usable = [p for p in pieces if source_set is not KIT or p.has_kit]
    made = excerpts(usable, source_set, rng, EXCERPTS_PER_SHARD)
    write_shard(
        work, source_set, "train", index, seed, rng, mixtures,
        lambda _: training_mixture(made, source_set, rng),
    )  # fmt: skip


def make_held_out_shards(pieces: list[Piece], work: Path, source_set: SourceSet, seed: int) -> None:
    """One shard per held-out piece: as it is, at places spread evenly over where at least two sources play."""
    usable = [p for p in pieces if p.has(source_set)]
    each = max(4, min(12, MIXTURES_PER_SHARD // len(usable)))
    for index, piece in enumerate(usable):
        if (work / source_set.shards / f"valid-{index:05d}.json").exists():
            continue
        rng = np.random.default_rng([seed, SPLITS.index("valid"), index, 2 + (source_set is KIT)])
        mixtures = [xs for start in places(piece, source_set, each) if (xs := held_out(piece, source_set, start))]
        if mixtures:
            write_shard(
                work, source_set, "valid", index, seed, rng, len(mixtures),
                lambda m, mixtures=mixtures, name=piece.name: (mixtures[m], {"piece": name}),
            )  # fmt: skip


def places(piece: Piece, source_set: SourceSet, count: int) -> list[float]:
    """Where to measure, in seconds."""
    last = max(0.0, piece.seconds - CLIP_SECONDS)
    playing = sum(piece.sounding(s).astype(int) for s in source_set.sources)
    good = [s for s in range(int(last) + 1) if (playing[s : s + int(CLIP_SECONDS)] > 1).mean() > 0.5]
    good = good or list(range(int(last) + 1))
    return [float(good[i]) for i in np.unique(np.linspace(0, len(good) - 1, count).round().astype(int))]


def held_out(piece: Piece, source_set: SourceSet, start: float) -> list[np.ndarray] | None:
    made = one_excerpt(piece, source_set, start, 0.0)
    if made is None:
        return None
    middle = (LENGTH - HISTORY - int(SECONDS * RATE)) // 2
    xs = as_it_is(made.own, source_set, middle if piece.seconds >= CLIP_SECONDS else 0)
    loud = [float(np.square(x).sum()) for x in xs[: source_set.count]]
    return xs if sum(v > max(1e-5 * sum(loud), 1e-3) for v in loud) > 1 else None
