"""Writes the averaged weights as the plugin reads them, and a golden file that pins how it must run them."""

import datetime
import hashlib
import json
import os
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from . import RATE
from .exported import DESCRIPTION, VERSION
from .features import FEATURES, FOLLOWER_SECONDS, TONAL_BANDS, tonal_steps
from .framing import FRAMINGS
from .reference import SourceModel
from .sets import manifest_digest
from .source_sets import SourceSet
from .train import averaged, resume

GOLDEN_STEPS = 40


def export(
    checkpoint: Path, source_set: SourceSet, framing_name: str, folder: Path, trained: dict | None = None
) -> Path:
    """Writes NET.safetensors and golden-NET.safetensors into `folder`. `trained`: what else it says of its training."""
    state = resume(checkpoint)
    if state is None:
        raise SystemExit(f"no checkpoint {checkpoint}")
    framing = FRAMINGS[framing_name]
    weights = {k: np.asarray(v).astype(np.float16) for k, v in averaged(state).items()}
    about = {
        "version": VERSION,
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
        }
        | (trained or {}),
    }
    name = source_set.file(framing_name)
    write(folder / f"golden-{name}.safetensors", golden(weights, framing, source_set))
    return write(folder / f"{name}.safetensors", weights, about)


def write(path: Path, tensors: dict[str, np.ndarray], about: dict | None = None) -> Path:
    """Whole or not at all. `about` is the description of a net."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    save_file(tensors, temporary, metadata={DESCRIPTION: json.dumps(about, sort_keys=True)} if about else None)
    temporary.chmod(0o644)
    os.replace(temporary, path)
    return path


def digest_of(what: Path | bytes) -> str:
    """Of a file or of bytes, 8 hexadecimal digits."""
    return hashlib.sha256(what if isinstance(what, bytes) else what.read_bytes()).hexdigest()[:8]


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
