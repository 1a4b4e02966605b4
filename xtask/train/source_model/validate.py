"""Figures on instruments and grooves that training never heard: SNR of the masked bands, in dB."""

from pathlib import Path

import jax
import numpy as np

from .augment import Shards, assemble, example
from .framing import Framing
from .model import prior

REGIONS = {"all": (0, 1e9), "low": (0, 150), "mid": (150, 2000), "high": (2000, 1e9)}
WARM_UP_SECONDS = 0.5
CASES = {"drums + bass": (1, 1, 0), "all three": (1, 1, 1)}


class Validation:
    """A split's mixtures, ready to be measured again and again."""

    def __init__(self, folder: Path, framing: Framing, split: str, most: int = 144):
        self.split, self.framing = split, framing
        shards = Shards(folder, framing, split)
        unity = None
        self.batches = []
        grams = [g for f in shards.files.values() for g in f][:most]
        for at in range(0, len(grams), 16):
            group = [np.asarray(g, np.float32) for g in grams[at : at + 16]]
            unity = np.ones((len(group[0]), 3, framing.bands), np.float32)
            self.batches.append(assemble([example(g, unity, framing, told=True) for g in group]))

    def measure(self, parameters) -> dict[str, dict[str, float]]:
        """Case -> region -> mean SNR of the sources that play, dB; beside it what the mixture itself and the ideal mask have."""
        rows = []
        for batch in self.batches:
            mask = np.asarray(run(parameters, batch.x, batch.flags, batch.sound))
            rows += self.rows(batch, mask)
        table: dict[str, dict[str, float]] = {}
        for case, present in CASES.items():
            chosen = [r for r in rows if r["present"] == present]
            if chosen:
                table[case] = {k: float(np.mean([r[k] for r in chosen])) for k in chosen[0] if k != "present"}
                for s, name in enumerate(("drums", "bass", "rest")):
                    if present[s]:
                        table[case][name] = float(np.mean([r["each"][s] for r in chosen]))
                table[case].pop("each")
        return table

    def rows(self, batch, mask: np.ndarray) -> list[dict]:
        skip = int(WARM_UP_SECONDS * self.framing.steps_per_second)
        e, c, x = batch.e[:, skip:], batch.c[:, skip:], batch.mixture[:, skip:, None]
        ideal = np.clip(c / np.maximum(x, 1e-12), 0, 1)
        rows = []
        for i in range(len(e)):
            row = {"present": tuple(int(v) for v in batch.present[i]), "each": [0.0, 0.0, 0.0]}
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
            each[:] = [float(v) for v in db]
        return float(db[present > 0].mean())


@jax.jit
def run(parameters, x, flags, sound):
    return prior(parameters, x, flags, sound)


def line(name: str, table: dict[str, dict[str, float]]) -> str:
    """One line for the log."""
    parts = [
        f"{case}: {t['all']:.2f} (low {t['low']:.2f} mid {t['mid']:.2f} high {t['high']:.2f})"
        for case, t in table.items()
    ]
    return f"{name}  " + "  |  ".join(parts)
