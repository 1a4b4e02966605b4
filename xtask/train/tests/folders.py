"""Folders of stems for the tests."""

from pathlib import Path

import numpy as np
import soundfile

from source_model import RATE


def tone(hz: float, seconds: float, rate: int = RATE, channels: int = 1, gain: float = 0.1) -> np.ndarray:
    """[T, channels]"""
    t = np.arange(round(seconds * rate)) / rate
    return np.repeat(gain * np.sin(2 * np.pi * hz * t)[:, None], channels, 1)


def clicks(seconds: float, every: float, rate: int = RATE) -> np.ndarray:
    """Bursts of noise, [T, 1]."""
    rng = np.random.default_rng(0)
    t = np.arange(round(seconds * rate)) / rate
    return 0.3 * (rng.standard_normal(len(t)) * np.exp(-(t % every) / 0.03))[:, None]


def write(path: Path, x: np.ndarray, rate: int = RATE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x, rate, subtype="FLOAT" if path.suffix == ".wav" else None)


def piece(folder: Path, seconds: float = 10.0, hz: float = 80.0) -> None:
    """Drums, bass and the rest."""
    write(folder / "drums.wav", clicks(seconds, 0.5))
    write(folder / "bass.wav", tone(hz, seconds))
    write(folder / "other.wav", tone(9 * hz, seconds, gain=0.05))


def kit(folder: Path, seconds: float = 10.0) -> None:
    """Kick, snare and hats beside a bass."""
    for name, every in (("kick", 0.5), ("snare", 1.0), ("hats", 0.25)):
        write(folder / f"{name}.wav", clicks(seconds, every))
    write(folder / "bass.wav", tone(60, seconds))
