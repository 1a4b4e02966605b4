"""Takes a trained net's weights over to another framing, list of features or set of sources: a start that is far along already."""

import numpy as np

from .framing import FRAMINGS
from .source_sets import SOURCE_SETS, SourceSet

Weights = dict[str, np.ndarray]


def carried(
    weights: Weights, settings: dict, to_framing: str, to_features: tuple[str, ...], to_set: SourceSet, fresh: Weights
) -> Weights:
    """`weights` of a net with `settings`. The recurrences stay as they are; what belongs to a band is interpolated over frequency; a
    new feature weighs nothing. For another set of sources, flags and outputs begin as in `fresh`.
    """
    before, after = FRAMINGS[settings["framing"]], FRAMINGS[to_framing]
    from_set = SOURCE_SETS[settings.get("source_set", "mixture")]
    features = settings["features"].split(",")
    across = interpolation(np.log(before.centres_hz), np.log(after.centres_hz))
    w = {k: np.asarray(v, np.float32) for k, v in weights.items()}
    own, flags = np.split(w["input.weight"], [-from_set.flags], axis=1)
    columns = np.split(own, len(features), axis=1)
    density = before.bands / after.bands  # a sum over fewer bands shall come to the same
    parts = [
        density * columns[features.index(f)] @ across.T
        if f in features
        else np.zeros((len(w["input.bias"]), after.bands))
        for f in to_features
    ]
    if from_set is not to_set:
        flags = np.asarray(fresh["input.weight"])[:, -to_set.flags :]
        w |= {name: np.asarray(fresh[name]) for name in ("output.weight", "output.bias")}
    else:
        for name in ("output.weight", "output.bias"):
            each = w[name].reshape(to_set.count, before.bands, -1)
            w[name] = np.concatenate([across @ s for s in each]).astype(np.float32)
        w["output.bias"] = w["output.bias"].reshape(-1)
    w["input.weight"] = np.concatenate([*parts, flags], 1).astype(np.float32)
    return w


def interpolation(at: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Linear interpolation from points `at` to points `to`, as a matrix [len(to), len(at)]."""
    return np.stack([np.interp(to, at, row) for row in np.eye(len(at))], 1)
