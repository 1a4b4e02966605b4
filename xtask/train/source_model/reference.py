"""The net step by step in plain numpy, as the plugin runs it: what the golden files hold, and what training is checked against."""

import numpy as np

from .features import FOLLOWER_SECONDS, TONAL_BANDS, tonal_steps
from .framing import Framing

SILENCE = 1e-7


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


class SourceModel:
    """State and step of one net. Weights by the names of the exported file, any float type."""

    def __init__(self, weights: dict[str, np.ndarray], framing: Framing, sources: int):
        self.w = {k: np.asarray(v, np.float64) for k, v in weights.items()}
        hidden = len(self.w["input.bias"])
        self.h1, self.h2 = np.zeros(hidden), np.zeros(hidden)
        self.keep = np.exp(-1 / (FOLLOWER_SECONDS * framing.steps_per_second))
        self.kept = framing.kept_per_step
        self.level = 0.0
        self.steps_per_second = framing.steps_per_second
        self.recent: list[np.ndarray] = []
        self.prior = np.full((sources, len(self.w["output.bias"]) // sources), 1 / sources)

    def step(self, energies: np.ndarray, flags: np.ndarray) -> np.ndarray:
        """Band energies [B] and flags [F] -> prior [S, B]. Silence is not a step: everything stays as it was."""
        power = energies.sum()
        if power < SILENCE:
            return self.prior
        if self.level == 0:
            self.level = power
        else:
            x = max(power, 1e-3 * self.level)
            self.level = max(np.exp(self.keep * np.log(self.level) + (1 - self.keep) * np.log(x)), 0.1 * power)
        f = np.log10(energies / self.level + 1e-7)
        change = f - self.recent[-1] if self.recent else np.zeros_like(f)
        x = np.concatenate([f, change, self.tonal(f)])
        x = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
        z = np.maximum(self.w["input.weight"] @ np.concatenate([x, flags]) + self.w["input.bias"], 0)
        self.h1 = self.gru("gru1", z, self.h1)
        self.h2 = self.gru("gru2", self.h1 + z, self.h2)
        o = self.w["output.weight"] @ np.concatenate([self.h1, self.h2]) + self.w["output.bias"]
        self.h1, self.h2 = self.kept * self.h1, self.kept * self.h2
        o = np.where(flags[: len(self.prior), None] > 0, o.reshape(len(self.prior), -1), -20.0)
        o = np.exp(o - o.max(0))
        self.prior = o / o.sum(0)
        return self.prior

    def tonal(self, f: np.ndarray) -> np.ndarray:
        """Median of a band's last levels less that of the levels around it; of n values the one at n // 2 of their order."""
        self.recent = [*self.recent, f][-tonal_steps(self.steps_per_second) :]
        half = TONAL_BANDS // 2
        steady = np.sort(self.recent, 0)[len(self.recent) // 2]
        around = [np.sort(f[max(0, b - half) : b + half + 1]) for b in range(len(f))]
        return steady - np.array([a[len(a) // 2] for a in around])

    def gru(self, name: str, x: np.ndarray, h: np.ndarray) -> np.ndarray:
        """torch's equations; rows of the weights are r, z, n."""
        a_r, a_z, a_n = np.split(self.w[f"{name}.weight_ih"] @ x + self.w[f"{name}.bias_ih"], 3)
        b_r, b_z, b_n = np.split(self.w[f"{name}.weight_hh"] @ h + self.w[f"{name}.bias_hh"], 3)
        r, z = sigmoid(a_r + b_r), sigmoid(a_z + b_z)
        n = np.tanh(a_n + r * b_n)
        return (1 - z) * n + z * h
