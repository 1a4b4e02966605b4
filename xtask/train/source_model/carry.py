"""Takes a trained net's weights over to another framing or another list of features: a start that is far along already."""

import numpy as np

from .framing import FRAMINGS


def carried(
    weights: dict[str, np.ndarray], framing: str, features: list[str], to_framing: str, to_features: tuple[str, ...]
) -> dict[str, np.ndarray]:
    """The recurrences stay as they are; what belongs to a band is interpolated over frequency; a new feature weighs nothing."""
    before, after = FRAMINGS[framing], FRAMINGS[to_framing]
    across = interpolation(np.log(before.centres_hz), np.log(after.centres_hz))
    w = {k: np.asarray(v, np.float32) for k, v in weights.items()}
    columns = np.split(w["input.weight"][:, :-3], len(features), axis=1)
    density = before.bands / after.bands  # a sum over fewer bands shall come to the same
    parts = [
        density * columns[features.index(f)] @ across.T
        if f in features
        else np.zeros((len(w["input.bias"]), after.bands))
        for f in to_features
    ]
    w["input.weight"] = np.concatenate([*parts, w["input.weight"][:, -3:]], 1).astype(np.float32)
    for name in ("output.weight", "output.bias"):
        each = w[name].reshape(3, before.bands, -1)
        w[name] = np.concatenate([across @ s for s in each]).astype(np.float32)
    w["output.bias"] = w["output.bias"].reshape(-1)
    return w


def interpolation(at: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Linear interpolation from points `at` to points `to`, as a matrix [len(to), len(at)]."""
    return np.stack([np.interp(to, at, row) for row in np.eye(len(at))], 1)
