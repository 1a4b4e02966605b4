"""Drum kits and the loops that are played on them."""

import numpy as np

from . import RATE
from .effects import chance, channel_strip, echo, faster, log_uniform, normalised, on_stems, worn
from .grooves import Hit
from .oneshots import SYNTHESIS
from .piece import CLIP_SECONDS, Piece
from .sets import Bank
from .source_sets import KIT, PARTS

CLASSES = tuple(SYNTHESIS)
# Usual levels, dB. Every kit departs from them.
LEVEL_DB = {
    "kick": 0, "snare": -2, "hat": -13, "open": -13, "crash": -9, "ride": -12,
    "clap": -5, "tom": -4, "rim": -8, "shaker": -14, "perc": -9,
}  # fmt: skip

Kit = dict[str, list[np.ndarray]]
"""Class -> one-shots, softest first."""


def assemble(bank: Bank, rng: np.random.Generator, held_out: bool) -> Kit:
    """A kit of one set, of many sets, or synthetic; every drum is tuned, damped or layered at random."""
    names = bank.names("drums", held_out)
    manner = rng.random()
    home = bank.kits[str(rng.choice(names))] if names else {}
    own, synthetic = (0.9, 0.0) if manner < 0.45 else (0.0, 0.1) if manner < 0.75 else (0.3, 0.75)
    if held_out:
        synthetic = 0.0  # synthesis is never unheard
    tune = rng.normal(0, 1.5)
    return {c: drum(bank, names, home, c, own, synthetic, tune, rng) for c in CLASSES}


def drum(
    bank: Bank, names: list[str], home: Kit, name: str, own: float, synthetic: float, tune: float, rng
) -> list[np.ndarray]:
    """The layers of one class; `tune` in semitones."""
    elsewhere = [n for n in names if name in bank.kits[n]]
    if chance(rng, synthetic) or not elsewhere:
        make = SYNTHESIS[name]
        layers = [make(rng)]
    else:
        kit = home if chance(rng, own) and name in home else bank.kits[str(rng.choice(elsewhere))]
        layers = kit[name]
        count = int(rng.choice([1, 2, 4, 8]))
        if len(layers) > count:
            first = rng.integers(0, len(layers) - count + 1)
            layers = layers[first : first + count]
    ratio = 2 ** ((tune + rng.normal(0, 2)) / 12)
    damping = log_uniform(rng, 0.04, 0.6) if chance(rng, 0.3) else None
    second = SYNTHESIS[name](rng) if chance(rng, 0.12) and synthetic > 0 else None
    return [prepared(x, ratio, damping, second) for x in layers]


def prepared(x: np.ndarray, ratio: float, damping: float | None, second: np.ndarray | None) -> np.ndarray:
    y = faster(x, ratio)
    if damping:
        y *= np.exp(-np.arange(len(y)) / (damping * RATE))
    y = y / (np.abs(y).max() + 1e-9)
    if second is not None:
        n = max(len(y), len(second))
        y = np.pad(y, (0, n - len(y))) + 0.6 * np.pad(second / (np.abs(second).max() + 1e-9), (0, n - len(second)))
    return y.astype(np.float32)


def play(kit: Kit, hits: list[Hit], rng: np.random.Generator) -> np.ndarray:
    """The dry parts of the kit, [5, CLIP_SECONDS * RATE], in the order of `source_sets.KIT`."""
    n = int(CLIP_SECONDS * RATE)
    parts = np.zeros((KIT.count, n + 4 * RATE))
    gain = {c: LEVEL_DB[c] + rng.normal(0, 3.5) for c in kit}
    range_db = rng.uniform(6, 26)
    ringing = None  # an open hat is choked by the next closed one
    for hit in sorted(hits, key=lambda h: h.time):
        layers = kit[hit.drum]
        pick = min(len(layers) - 1, max(0, int(hit.velocity * len(layers) + rng.normal(0, 0.7))))
        x = layers[pick]
        at = int(hit.time * RATE)
        y = parts[KIT.sources.index(PARTS[hit.drum])]
        if hit.drum in ("hat", "open") and ringing is not None and ringing[0] < at:
            choke(y, *ringing, at)
        y[at : at + len(x)] += 10 ** ((gain[hit.drum] + range_db * (hit.velocity - 1)) / 20) * x
        ringing = (at, x * 10 ** ((gain["open"] + range_db * (hit.velocity - 1)) / 20)) if hit.drum == "open" else None
    return parts[:, :n]


def choke(y: np.ndarray, start: int, x: np.ndarray, at: int) -> None:
    """Takes away what is left of a sound after `at`, with a fade of 5 ms."""
    left = x[at - start :]
    if len(left) == 0:
        return
    fade = np.ones(len(left))
    m = min(len(left), RATE // 200)
    fade[:m] = np.linspace(0, 1, m)
    y[at : at + len(left)] -= fade * left


def kit_clip(bank: Bank, piece: Piece, hits: list[Hit], rng: np.random.Generator, held_out: bool) -> np.ndarray | None:
    """The parts of a finished drum loop, [5, CLIP_SECONDS * RATE], whose sum has RMS 0.05."""
    parts = play(assemble(bank, rng, held_out), hits, rng)
    if not parts.any():
        return None
    if chance(rng, 0.06):
        parts = on_stems(echo, parts, rng, 60 / piece.bpm)
    return normalised(worn(parts, rng) if chance(rng, 0.33) else channel_strip(parts, rng))
