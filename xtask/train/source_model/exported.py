"""Reads the files that export.py writes back into parameters, so that training can go on from what the plugin ships."""

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from .features import FEATURES
from .framing import FRAMINGS, Framing
from .model import shapes
from .source_sets import SOURCE_SETS, SourceSet

DESCRIPTION = "source_model"
VERSION = 1


def read(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """(weights float16, by the names of the file; its description). SystemExit with a sentence if it is no net."""
    if not path.exists():
        raise SystemExit(f"there is no {path}: the weights to start from")
    try:
        with safe_open(path, "np") as file:
            about = json.loads((file.metadata() or {})[DESCRIPTION])
            weights = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, KeyError, ValueError) as error:
        raise SystemExit(f"{path} holds no source model: {error}") from None
    if about.get("version") != VERSION or tuple(about.get("features", ())) != FEATURES:
        raise SystemExit(f"{path} is a source model of another version, which cannot be trained on from here")
    framing, source_set = framing_of(about, path), source_set_of(about, path)
    expected = shapes(len(FEATURES) * framing.bands, framing.bands, about["hidden"], source_set)
    if {k: v.shape for k, v in weights.items()} != expected:
        raise SystemExit(f"{path}: its weights do not have the shapes of a net for {source_set.name}, {framing.name}")
    if not all(np.isfinite(v).all() for v in weights.values()):
        raise SystemExit(f"{path}: it has weights that are no numbers")
    return weights, about


def framing_of(about: dict, path: Path) -> Framing:
    for framing in FRAMINGS.values():
        if about["step_samples_at_44100"] == framing.step and about["bands"] == framing.bands:
            return framing
    raise SystemExit(f"{path} is a net for frames that no latency mode has")


def source_set_of(about: dict, path: Path) -> SourceSet:
    for source_set in SOURCE_SETS.values():
        if tuple(about["sources"]) == source_set.sources and about.get("others", False) == source_set.others:
            return source_set
    raise SystemExit(f"{path} is a net for sources that are not known here: {', '.join(about['sources'])}")


def as_checkpoint(path: Path) -> dict:
    """What `train.begin` takes from the checkpoint that it starts from."""
    weights, about = read(path)
    parameters = {k: v.astype(np.float32) for k, v in weights.items()}
    settings = {
        "source_set": source_set_of(about, path).name,
        "framing": framing_of(about, path).name,
        "features": ",".join(about["features"]),
        "hidden": str(about["hidden"]),
    }
    steps = about.get("trained", {}).get("steps", 0)
    kept = {"earlier": steps, "step": 0, "curve": [], "validation": [], "runs": []}
    return kept | {"parameters": parameters, "average": parameters, "settings": settings}
