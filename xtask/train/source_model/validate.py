"""Figures on instruments and grooves that training never heard: SNR of the masked bands, in dB."""

import json
from dataclasses import dataclass
from functools import partial
from itertools import compress
from pathlib import Path

import jax
import numpy as np

from .augment import Shards, assemble, example
from .framing import Framing
from .model import prior
from .source_sets import KIT, MIXTURE, SourceSet

REGIONS = {"all": (0, 1e9), "low": (0, 150), "mid": (150, 2000), "high": (2000, 1e9)}
WARM_UP_SECONDS = 0.5

Table = dict[str, dict[str, float]]
"""Case -> region or source -> mean SNR, dB."""


@dataclass(frozen=True)
class Case:
    """What the net is asked: which stems count as which source, what the flags say, and what does not play."""

    into: np.ndarray
    flags: np.ndarray | None
    """None: what plays."""
    silent: tuple[int, ...] = ()
    """Stems that are muted."""
    present: tuple[int, ...] | None = None
    """Only mixtures of these sources, or all."""
    sources: int = 1
    """Only mixtures of at least so many sources."""


CASES = {
    MIXTURE: {
        "drums + bass": Case(MIXTURE.apart(), None, present=(1, 1, 0)),
        "all three": Case(MIXTURE.apart(), None, present=(1, 1, 1)),
    },
    KIT: {
        "three parts": Case(KIT.merged(True, True), np.array([1, 1, 1, 0, 0, 0]), silent=(5,)),
        "five parts": Case(KIT.apart(), np.array([1, 1, 1, 1, 1, 0]), silent=(5,)),
        "three parts beside others": Case(KIT.merged(True, True), np.array([1, 1, 1, 0, 0, 1])),
    },
}
# Pieces of somebody's own, which are measured with their own balance and with whatever plays in them.
PIECES = {
    MIXTURE: {
        "as they are": Case(MIXTURE.apart(), None, sources=2),
        "drums + bass": Case(MIXTURE.apart(), None, silent=(2,), present=(1, 1, 0)),
    },
    KIT: CASES[KIT],
}


class Validation:
    """A split's mixtures, ready to be measured again and again."""

    def __init__(
        self,
        work: Path,
        source_set: SourceSet,
        framing: Framing,
        split: str,
        most: int = 144,
        cases: dict | None = None,
    ):
        self.split, self.framing, self.source_set = split, framing, source_set
        shards = Shards(work, source_set, framing, split)
        grams = [g for f in shards.files.values() for g in f][:most]
        self.mixtures = len(grams)
        self.labels: dict[str, list[str]] = {}
        labels = [m.get("piece", "") for f in sorted(shards.folder.glob(f"{split}-*.json")) for m in mixtures_of(f)]
        cases = CASES if cases is None else cases
        self.batches = {n: self.prepared(n, c, grams, labels) for n, c in cases[source_set].items()} if grams else {}

    def prepared(self, name: str, case: Case, grams: list[np.ndarray], labels: list[str]) -> list:
        gain = np.ones((len(grams[0]), self.source_set.stems, self.framing.bands), np.float32)
        gain[:, list(case.silent)] = 0
        examples = [
            example(np.asarray(g, np.float32), gain, self.framing, self.source_set, case.into, case.flags)
            for g in grams
        ]
        is_meant = [
            e[-1].any() and e[-1].sum() >= case.sources and case.present in (None, tuple(e[-1].astype(int)))
            for e in examples
        ]
        self.labels[name] = list(compress(labels, is_meant))
        examples = list(compress(examples, is_meant))
        return [assemble(examples[at : at + 16]) for at in range(0, len(examples), 16)]

    def measure(self, parameters, pieces: Table | None = None) -> Table:
        """Mean SNR of the sources that play; beside it what the mixture itself and the ideal mask have. Fills `pieces`
        with the mean of each piece, if the mixtures are of pieces.
        """
        table: Table = {}
        kept = self.framing.kept_per_step
        for case, batches in self.batches.items():
            rows = []
            for batch in batches:
                mask = run(parameters, batch.x, batch.flags, batch.sound, self.source_set.count, kept)
                rows += self.rows(batch, np.asarray(mask))
            if not rows:
                continue
            table[case] = {k: float(np.mean([r[k] for r in rows])) for k in rows[0] if k != "each"}
            each = np.array([r["each"] for r in rows])
            for s, name in enumerate(self.source_set.sources):
                if np.isfinite(each[:, s]).any():
                    table[case][name] = float(np.nanmean(each[:, s]))
            if pieces is not None:
                all_of = [(label, r["all"]) for label, r in zip(self.labels[case], rows, strict=True)]
                names = dict.fromkeys(label for label, _ in all_of)
                pieces[case] = {n: float(np.mean([v for label, v in all_of if label == n])) for n in names}
        return table

    def rows(self, batch, mask: np.ndarray) -> list[dict]:
        skip = int(WARM_UP_SECONDS * self.framing.steps_per_second)
        e, c, x = batch.e[:, skip:], batch.c[:, skip:], batch.whole[:, skip:, None]
        ideal = np.clip(c / np.maximum(x, 1e-12), 0, 1)
        rows = []
        for i in range(len(e)):
            row = {"each": [np.nan] * self.source_set.count}
            for name, (low, high) in REGIONS.items():
                inside = (self.framing.centres_hz >= low) & (self.framing.centres_hz < high)
                row[name] = self.snr(
                    e[i], c[i], x[i], mask[i, skip:], inside, batch.present[i], row["each"] if name == "all" else None
                )
            everything = np.ones(self.framing.bands, bool)
            row["mixture"] = self.snr(e[i], c[i], x[i], np.ones_like(e[i]), everything, batch.present[i])
            row["ideal"] = self.snr(e[i], c[i], x[i], ideal[i], everything, batch.present[i])
            rows.append(row)
        return rows

    @staticmethod
    def snr(e, c, x, mask, inside, present, each=None) -> float:
        error = np.maximum(e - 2 * mask * c + mask**2 * x, 0)[:, :, inside].sum((0, 2))
        energy, total = e[:, :, inside].sum((0, 2)), x[:, :, inside].sum()
        db = 10 * np.log10((energy + 1e-4 * total + 1e-12) / (error + 1e-4 * total + 1e-12))
        if each is not None:
            each[:] = [float(v) if p else np.nan for v, p in zip(db, present)]
        return float(db[present > 0].mean())


def mixtures_of(file: Path) -> list[dict]:
    """What each mixture of a shard is."""
    return json.loads(file.read_text())["mixtures"]


@partial(jax.jit, static_argnums=(4, 5))
def run(parameters, x, flags, sound, sources, kept):
    return prior(parameters, x, flags, sound, sources, kept)


def line(name: str, table: Table) -> str:
    """One line for the log."""
    parts = [
        f"{case}: {t['all']:.2f} (low {t['low']:.2f} mid {t['mid']:.2f} high {t['high']:.2f})"
        for case, t in table.items()
    ]
    return f"{name}  " + "  |  ".join(parts)
