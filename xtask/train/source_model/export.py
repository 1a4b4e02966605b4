"""Writes the averaged weights as the plugin reads them, and a golden file that pins how it must run them."""

import datetime
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from . import RATE
from .features import FEATURES, FOLLOWER_SECONDS, TONAL_BANDS, tonal_steps
from .framing import FRAMINGS
from .reference import SourceModel
from .sets import manifest_digest
from .source_sets import SourceSet
from .train import averaged, resume

GOLDEN_STEPS = 40


def export(checkpoint: Path, source_set: SourceSet, framing_name: str, folder: Path) -> Path:
    """Writes NET.safetensors and golden-NET.safetensors into `folder`."""
    state = resume(checkpoint)
    if state is None:
        raise SystemExit(f"no checkpoint {checkpoint}")
    framing = FRAMINGS[framing_name]
    weights = {k: np.asarray(v).astype(np.float16) for k, v in averaged(state).items()}
    about = {
        "version": 1,
        "sources": list(source_set.sources),
        "others": source_set.others,
        "bin_spacing_hz": RATE / framing.length,
        "bands": framing.bands,
        "first_bin": 1,
        "last_bin": framing.length // 2 + 1,
        "hidden": len(weights["input.bias"]),
        "step_samples_at_44100": framing.step,
        "features": list(FEATURES),
        "tonal_steps": tonal_steps(framing.steps_per_second),
        "tonal_bands": TONAL_BANDS,
        "follower_seconds": FOLLOWER_SECONDS,
        "memory_seconds": framing.memory_seconds,
        "trained": {
            "date": datetime.date.today().isoformat(),
            "steps": state["earlier"] + state["step"],
            "seed": int(state["settings"]["seed"]),
            "manifest": manifest_digest(),
        },
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{source_set.file(framing_name)}.safetensors"
    save_file(weights, path, metadata={"source_model": json.dumps(about, sort_keys=True)})
    pinned = folder / f"golden-{source_set.file(framing_name)}.safetensors"
    save_file(golden(weights, framing, source_set), pinned)
    for file in (path, pinned):
        file.chmod(0o644)
    return path


def golden(weights: dict[str, np.ndarray], framing, source_set: SourceSet) -> dict[str, np.ndarray]:
    """energies [T, B], flags [F], prior [T, S, B], float32: hits on a noise floor, a silent step, a jump of 60 dB."""
    rng = np.random.default_rng(7)
    bands = np.arange(framing.bands)
    energies = 1e-3 * rng.exponential(1, (GOLDEN_STEPS, framing.bands))
    for at in range(0, GOLDEN_STEPS, 8):
        fall = np.exp(-np.arange(GOLDEN_STEPS - at) / 4)[:, None]
        energies[at:] += 30 * fall * np.exp(-bands / rng.uniform(5, 60)) * rng.exponential(1, framing.bands)
    energies += 10 * np.exp(-(((bands - 9) / 2) ** 2))
    energies[19] = 0
    energies[30:] *= 1e-6
    energies = energies.astype(np.float32)
    flags = np.ones(source_set.flags, np.float32)
    flags[2] = 0
    net = SourceModel(weights, framing, source_set.count)
    prior = np.stack([net.step(e.astype(np.float64), flags) for e in energies]).astype(np.float32)
    return {"energies": energies, "flags": flags, "prior": prior}
