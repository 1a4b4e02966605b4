"""Shards of mixtures: per mixture, step and band the Gram matrix of the stems, for both framings.

A shard is made from its seed alone, so shards can be made anywhere, in any order, and put into one folder.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import RATE
from .basses import LENGTH, bass_clip
from .effects import chance, codec, compressor_gain, on_stems, surface_noise, wow
from .framing import FALLS, FRAMINGS, band_sums, spectra
from .grooves import fuller, groove
from .kits import kit_clip
from .lines import bass_line
from .rest import arrange, low_program, perform
from .sets import Bank
from .soundfont import Request, render
from .source_sets import KIT, SourceSet, pairs

PIECES_PER_SHARD = 20
MIXTURES_PER_SHARD = 48
SECONDS = 4.0
HISTORY = FRAMINGS["quality"].history
# How often which sources play: drums, bass, rest.
PRESENCE = (
    ((1, 1, 0), 0.42),
    ((1, 1, 1), 0.40),
    ((1, 0, 1), 0.06),
    ((0, 1, 1), 0.06),
    ((1, 0, 0), 0.03),
    ((0, 1, 0), 0.03),
)
SPLITS = ("train", "valid", "far")


OTHERS = 0.5
"""How often something else plays beside a kit."""


@dataclass
class Clips:
    """The stems of one piece, [LENGTH] each, or None where one came out silent."""

    sources: tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None]
    """Drums, bass, rest."""
    kit: np.ndarray | None
    """The parts of the drums, [5, LENGTH]."""


def make_pieces(bank: Bank, split: str, rng: np.random.Generator, count: int, source_set: SourceSet) -> list[Clips]:
    if split == "far":
        from .far import far_pieces

        return far_pieces(bank, rng, count, source_set)
    held_out = split == "valid"
    grooves = [groove(rng, held_out) for _ in range(count)]
    if source_set is KIT:
        grooves = [(piece, fuller(piece, hits, rng)) for piece, hits in grooves]
    lines = [bass_line(piece, rng, held_out) for piece, _ in grooves]
    arrangements = [arrange(bank, piece, rng, held_out) for piece, _ in grooves]
    fonts = [n for n in ("fluid-r3", "musescore-general") if n in bank.soundfonts]
    rests = np.zeros((count, LENGTH))
    lows: list[np.ndarray | None] = [None] * count
    if fonts:
        font = bank.soundfonts[str(rng.choice(fonts, p=[0.7, 0.3][: len(fonts)] if len(fonts) == 2 else None))]
        asked = [r for i, a in enumerate(arrangements) for r in a.requests(i)]
        low = [i for i in range(count) if not held_out and lines[i] and chance(rng, 0.12)]
        asked += [Request(count + k, low_program(rng), lines[i]) for k, i in enumerate(low)]
        played = render(font, asked, count + len(low))
        rests = played[:count]
        for k, i in enumerate(low):
            lows[i] = played[count + k]
    clips = []
    for i, (piece, hits) in enumerate(grooves):
        kit = kit_clip(bank, piece, hits, rng, held_out)
        drums = None if kit is None else surface_noise(kit.sum(0), rng)
        bass = bass_clip(bank, piece, lines[i], rng, held_out, lows[i])
        clips.append(Clips((drums, bass, perform(bank, arrangements[i], rests[i], rng)), kit))
    return clips


def mixture(clips: list[Clips], rng: np.random.Generator) -> tuple[list[np.ndarray], dict]:
    """Sources [3][HISTORY + SECONDS] of one mixture, and what it is. Half of them are one piece, in time and in key."""
    weights = np.array([w for _, w in PRESENCE])
    present = PRESENCE[rng.choice(len(PRESENCE), p=weights / weights.sum())][0]
    together = chance(rng, 0.55)
    n = HISTORY + int(SECONDS * RATE)
    at, of = rng.integers(0, LENGTH - n), rng.integers(0, len(clips))
    xs = []
    for s, plays in enumerate(present):
        usable = [c.sources[s] for c in clips if c.sources[s] is not None]
        x = clips[of].sources[s] if together else None
        if x is None:
            x = usable[rng.integers(len(usable))] if usable else np.zeros(LENGTH)
        start = at if together else rng.integers(0, LENGTH - n)
        sign = 1 if chance(rng, 0.5) else -1
        xs.append(sign * plays * x[start : start + n].astype(np.float64))
    xs = [x * 10 ** (g / 20) for x, g in zip(xs, (0, rng.uniform(-9, 9), rng.uniform(-11, 7)))]
    if present[0] and chance(rng, 0.15):  # the bass, or all but the drums, ducked by the drums
        duck = compressor_gain(xs[0], rng, 1.2)
        xs[1] = xs[1] * duck
        xs[2] = xs[2] * (duck if chance(rng, 0.5) else 1)
    xs = mastered(np.stack(xs), rng)
    return list(xs), {"present": list(present), "together": bool(together)}


def kit_mixture(clips: list[Clips], rng: np.random.Generator) -> tuple[list[np.ndarray], dict]:
    """The five parts of a kit and everything that plays beside it, [6][HISTORY + SECONDS], and what it is."""
    n = HISTORY + int(SECONDS * RATE)
    of = [c for c in clips if c.kit is not None]
    clip = of[rng.integers(len(of))]
    at = rng.integers(0, LENGTH - n)
    parts = clip.kit[:, at : at + n].astype(np.float64)
    others = np.zeros(n)
    if chance(rng, OTHERS):
        together = chance(rng, 0.55)
        for x, g in zip(clip.sources[1:], (rng.uniform(-9, 9), rng.uniform(-11, 7))):
            if x is not None and chance(rng, 0.75):
                start = at if together else rng.integers(0, LENGTH - n)
                others += 10 ** (g / 20) * x[start : start + n]
        if chance(rng, 0.15):
            others *= compressor_gain(parts.sum(0), rng, 1.2)
    xs = mastered(np.concatenate([parts, others[None]]), rng)
    return list(xs), {"present": [int(np.any(x)) for x in xs]}


def mastered(xs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Stems [N, T] after what happens to the sum: dynamics, tape, codec, silence before."""
    if chance(rng, 0.4):  # one gain curve for all, so that the stems still add up to the mixture
        xs = xs * compressor_gain(xs.sum(0), rng, 1.0)
    for effect in (wow, codec):
        if chance(rng, 0.1):
            xs = on_stems(effect, xs, rng)
    if chance(rng, 0.3):
        xs[:, :HISTORY] = 0
    return xs


def gram(xs: list[np.ndarray], name: str, rng: np.random.Generator) -> np.ndarray:
    """[T, B, P] float16, scaled to a peak that float16 holds with 100 dB below it."""
    framing = FRAMINGS[name]
    fall = int(rng.choice(FALLS[name]))
    cut = HISTORY - framing.history
    each = [spectra(x[cut:].astype(np.float32), framing, fall) for x in xs]
    products = []
    for a, b in pairs(len(xs)):
        power = each[a].real * each[b].real + each[a].imag * each[b].imag
        products.append(band_sums(power, framing))
    g = np.stack(products, -1)
    return (g * (2e4 / max(np.abs(g).max(), 1e-20))).astype(np.float16)


def make_shard(
    bank: Bank, work: Path, source_set: SourceSet, split: str, index: int, seed: int, mixtures: int = MIXTURES_PER_SHARD
) -> None:
    """A shard of made music, into the work folder."""
    rng = np.random.default_rng([seed, SPLITS.index(split), index] + ([1] if source_set is KIT else []))
    clips = make_pieces(bank, split, rng, max(4, PIECES_PER_SHARD * mixtures // MIXTURES_PER_SHARD), source_set)
    draw = kit_mixture if source_set is KIT else mixture
    write_shard(work, source_set, split, index, seed, rng, mixtures, lambda _: draw(clips, rng))


def make_shards(
    bank: Bank,
    work: Path,
    source_set: SourceSet,
    split: str,
    count: int,
    seed: int,
    mixtures: int = MIXTURES_PER_SHARD,
    minutes: float | None = None,
    shard: str = "0/1",
    fewest: int = 1,
    say=print,
) -> None:
    """The shards of `count` that are not there yet, every N-th from the I-th on for `shard` I/N. `fewest` are made even
    if it takes longer than `minutes`.
    """
    first, every = (int(v) for v in shard.split("/"))
    end = time.monotonic() + 60 * (minutes or 1e9)
    for index in range(first, count, every):
        if (work / source_set.shards / f"{split}-{index:05d}.json").exists():
            continue
        start = time.monotonic()
        make_shard(bank, work, source_set, split, index, seed, mixtures)
        say(f"{source_set.name} {split} shard {index}: {time.monotonic() - start:.1f} s")
        if time.monotonic() > end and index + 1 >= fewest:
            break


def write_shard(
    work: Path,
    source_set: SourceSet,
    split: str,
    index: int,
    seed: int,
    rng: np.random.Generator,
    mixtures: int,
    draw: Callable[[int], tuple[list[np.ndarray], dict]],
) -> None:
    """Writes FRAMING-SPLIT-INDEX.npy [M, T, B, P] for both framings and a .json of what each mixture is.

    `draw(m)` gives the stems of mixture m, [HISTORY + SECONDS] each, and what it is; silent ones are drawn again.
    """
    folder = work / source_set.shards
    grams: dict[str, list[np.ndarray]] = {name: [] for name in FRAMINGS}
    about: list[dict] = []
    while len(about) < mixtures:
        xs, what = draw(len(about))
        if sum(np.square(x).sum() for x in xs[: source_set.count]) < 1e-3:
            continue
        for name in FRAMINGS:
            grams[name].append(gram(xs, name, rng))
        about.append(what)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FRAMINGS:
        temporary = folder / f".{name}-{split}-{index}.{os.getpid()}.npy"
        np.save(temporary, np.stack(grams[name]))
        os.replace(temporary, folder / f"{name}-{split}-{index:05d}.npy")
    described = {"sources": source_set.sources, "seed": seed, "mixtures": about}
    (folder / f"{split}-{index:05d}.json").write_text(json.dumps(described))
