"""Reads the training sets of the manifest into banks of one-shots and notes.

A bank is decoded once and cached in the work folder, because decoding takes longer than everything that is done with it.
"""

import hashlib
import json
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from . import RATE

MANIFEST = Path(__file__).resolve().parent.parent / "manifest.toml"
MAX_ONE_SHOT_SECONDS = 2.5
MAX_LAYERS_PER_CLASS = 24
MAX_LAYERS_PER_NOTE = 3

# The first match names the class of a one-shot; a kit's own `classes` in the manifest come first.
CLASS_WORDS = (
    ("kick|bass.?drum", "kick"),
    ("snare", "snare"),
    ("clap", "clap"),
    ("rim|stick|clave|block", "rim"),
    ("open|ohihat|hhopen", "open"),
    ("hi.?hat|hhclosed|hithat|chihat|closedhat|hat", "hat"),
    ("ride", "ride"),
    ("crash|cymb", "crash"),
    ("tom", "tom"),
    ("cabasa|maraca|shaker|tamb|guiro", "shaker"),
    ("", "perc"),
)
SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}


@dataclass
class Bank:
    """Everything that could be read. Samples are mono float32 at RATE, peak 1, softest layer first."""

    kits: dict[str, dict[str, list[np.ndarray]]] = field(default_factory=dict)
    """Kit name -> class -> one-shots."""
    notes: dict[str, dict[int, list[np.ndarray]]] = field(default_factory=dict)
    """Instrument name -> MIDI pitch -> notes."""
    soundfonts: dict[str, str] = field(default_factory=dict)
    """Set name -> file."""
    role: dict[str, str] = field(default_factory=dict)
    """Kit, instrument or soundfont -> "drums", "bass", "rest", "far-drums" ..."""
    held_out: set[str] = field(default_factory=set)
    """Names of kits, instruments and soundfonts that training never hears."""

    def names(self, role: str, held_out: bool) -> list[str]:
        """Kits, instruments or soundfonts of a role on one side of the split."""
        return sorted(n for n, r in self.role.items() if r == role and (n in self.held_out) == held_out)


def manifest(path: Path = MANIFEST) -> list[dict]:
    with open(path, "rb") as file:
        return tomllib.load(file)["set"]


def manifest_digest(path: Path = MANIFEST) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def folder_of(entry: dict, sets: Path | None) -> Path | None:
    """Where a set lies, or None where it is missing."""
    candidates = [Path(entry["path"])] if "path" in entry else []
    if sets:
        candidates.insert(0, sets / entry["name"])
    return next((c for c in candidates if c.exists()), None)


def files_of(entry: dict, folder: Path) -> list[Path]:
    if folder.is_file():
        return [folder]
    globs = " ".join(p["files"] for p in entry.get("kits", []) + entry.get("instruments", []))
    return sorted({f for g in split_globs(globs) for f in folder.glob(g)})


def split_globs(text: str) -> list[str]:
    """Globs are separated by a blank that follows a suffix, so that folders may have blanks in their names."""
    return re.split(r"(?<=\.wav) |(?<=\.flac) |(?<=\.ogg) ", text)


def digest(entry: dict, folder: Path) -> str:
    """SHA-256 over the sorted SHA-256 digests of the files that are read."""
    each = sorted(hashlib.sha256(f.read_bytes()).hexdigest() for f in files_of(entry, folder))
    return hashlib.sha256("\n".join(each).encode()).hexdigest()


def load(work: Path, sets: Path | None, say=print) -> Bank:
    """Reads all sets that are there; those missing are skipped with a line."""
    bank = Bank()
    for entry in manifest():
        folder = folder_of(entry, sets)
        if folder is None:
            say(f"skipped {entry['name']}: not found ({entry['from']})")
            continue
        if entry["kind"] == "soundfont":
            bank.soundfonts[entry["name"]] = str(folder)
            note_role(bank, entry, entry)
            continue
        parts = entry.get("kits", []) + entry.get("instruments", [])
        for part in parts:
            note_role(bank, entry, part)
            groups = cached(work / "banks", part, folder, read_kit if entry["kind"] == "drums" else read_notes)
            if entry["kind"] == "drums":
                bank.kits[part["name"]] = groups
            else:
                bank.notes[part["name"]] = {int(p): xs for p, xs in groups.items()}
    return bank


def note_role(bank: Bank, entry: dict, part: dict) -> None:
    bank.role[part["name"]] = entry["role"]
    if part.get("held_out", entry.get("held_out", False)):
        bank.held_out.add(part["name"])


def cached(folder: Path, part: dict, source: Path, read) -> dict[str, list[np.ndarray]]:
    """Groups of samples from the cache, which is one file per part and named by what the manifest says of it."""
    key = hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()[:10]
    path = folder / f"{part['name']}-{key}.npz"
    if not path.exists():
        groups = read(part, source)
        flat = [(group, x) for group in sorted(groups) for x in groups[group]]
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(
            temporary,
            groups=np.array([g for g, _ in flat]),
            lengths=np.array([len(x) for _, x in flat], dtype=np.int64),
            samples=np.concatenate([x for _, x in flat] or [np.zeros(0)]).astype(np.float16),
        )
        os.replace(temporary, path)
    data = np.load(path)
    groups: dict[str, list[np.ndarray]] = {}
    for group, x in zip(data["groups"], np.split(data["samples"], np.cumsum(data["lengths"])[:-1])):
        groups.setdefault(str(group), []).append(x.astype(np.float32))
    return groups


def decode(path: Path) -> np.ndarray | None:
    """Mono at RATE from the onset on, at most MAX_ONE_SHOT_SECONDS; None for what is silent or cannot be read."""
    try:
        x, rate = soundfile.read(path, always_2d=True, dtype="float32", frames=int(4 * 96000))
    except soundfile.LibsndfileError:
        return None
    x = x.mean(1)
    if rate != RATE:
        g = np.gcd(rate, RATE)
        x = resample_poly(x, RATE // g, rate // g).astype(np.float32)
    peak = np.abs(x).max() if len(x) else 0.0
    if peak < 1e-4:
        return None
    onset = max(0, int(np.argmax(np.abs(x) > 0.03 * peak)) - 60)
    x = x[onset : onset + int(MAX_ONE_SHOT_SECONDS * RATE)].copy()
    fade = min(len(x), 400)
    x[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return x


def thinned(samples: list[np.ndarray], limit: int) -> list[np.ndarray]:
    """At most `limit` of the samples, spread over their levels, softest first, each to peak 1."""
    samples = sorted(samples, key=lambda x: float(np.abs(x).max()))
    if len(samples) > limit:
        samples = [samples[i] for i in np.linspace(0, len(samples) - 1, limit).round().astype(int)]
    return [x / np.abs(x).max() for x in samples]


def read_kit(part: dict, folder: Path) -> dict[str, list[np.ndarray]]:
    rules = [(re.compile(p), c) for p, c in list(part.get("classes", {}).items()) + list(CLASS_WORDS)]
    kit: dict[str, list[np.ndarray]] = {}
    for path in sorted({f for g in split_globs(part["files"]) for f in folder.glob(g)}):
        name = f"{path.parent.name}/{path.name}".lower()
        name_class = next(c for p, c in rules if p.search(name))
        x = decode(path) if name_class else None
        if x is not None:
            kit.setdefault(by_ear(x) if name_class == "?" else name_class, []).append(x)
    return {c: thinned(xs, MAX_LAYERS_PER_CLASS) for c, xs in kit.items()}


def by_ear(x: np.ndarray) -> str:
    """A guess at the class of a one-shot whose name says nothing: by where its energy lies and how long it lasts."""
    power = np.abs(np.fft.rfft(x)) ** 2
    hz = np.fft.rfftfreq(len(x), 1 / RATE)
    total = power.sum() + 1e-12
    low, high = power[hz < 150].sum() / total, power[hz > 4000].sum() / total
    long = np.cumsum(x**2)[min(len(x) - 1, int(0.15 * RATE))] < 0.9 * (x**2).sum()
    if low > 0.6:
        return "kick"
    if high > 0.6:
        return "open" if long else "hat"
    return "snare" if high > 0.1 else "perc"


def read_notes(part: dict, folder: Path) -> dict[str, list[np.ndarray]]:
    notes: dict[str, list[np.ndarray]] = {}
    for path in sorted({f for g in split_globs(part["files"]) for f in folder.glob(g)}):
        pitch = pitch_of(path.stem.lower())
        x = decode(path) if pitch is not None else None
        if x is not None:
            notes.setdefault(str(pitch + 12 * part.get("octave", 0)), []).append(x)
    return {p: thinned(xs, MAX_LAYERS_PER_NOTE) for p, xs in notes.items()}


def pitch_of(stem: str) -> int | None:
    """MIDI pitch of `a#2_f_rr1`, `pizz_eb1_ma`, `a0vh`, or `c#` (without an octave: the one from E1 on, a bass guitar's lowest)."""
    match = re.search(r"(?:^|_)([a-g])(#|b)?(-?\d)?(?:_|$)", stem) or re.search(
        r"(?<![a-z])([a-g])(#|b)?(\d)(?!\d)", stem
    )
    if not match:
        return None
    step = SEMITONES[match[1]] + {"#": 1, "b": -1, None: 0}[match[2]]
    if match[3] is None:
        return 28 + (step - 4) % 12
    return step + 12 * (int(match[3]) + 1)
