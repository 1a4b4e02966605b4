"""Multitracks of a user: what is in a folder, which pieces are held out, and excerpts of them.

Files are read in blocks and excerpts, one piece at a time: memory does not grow with the folder, but for one number per
second of a stem. What is there, and where it sounds, is found in one reading and kept in the work folder.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from . import RATE
from .source_sets import KIT, MIXTURE, SourceSet
from .stem_names import KIT_PARTS, find

SILENT_RMS = 1e-4
"""A stem whose loudest second is softer than this, -80 dB, is silent."""
SHORTEST_SECONDS = 5.0
LONGEST_DIFFERENCE_SECONDS = 1.0
"""Stems of a piece whose lengths differ by more are worth a line."""
GRID = 25
"""Excerpts begin at multiples of 1/25 s, which is a whole number of samples at every usual rate."""
MARGIN_SECONDS = 0.2
"""Read on both sides of an excerpt for the resampler: a multiple of the grid."""
HELD_OUT_SHARE = 0.2
MOST_HELD_OUT = 24


@dataclass(frozen=True)
class Stem:
    """One file. `loudness` is its RMS second by second."""

    path: Path
    part: str
    rate: int
    frames: int
    channels: int
    loudness: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return self.frames / self.rate


@dataclass(frozen=True)
class Piece:
    """The stems of one piece that are not silent; all begin together."""

    name: str
    stems: tuple[Stem, ...]

    @property
    def seconds(self) -> float:
        return max(s.seconds for s in self.stems)

    @property
    def has_kit(self) -> bool:
        """Whether the drums are there in parts. Overheads hold all parts, so with them the parts are not apart."""
        parts = {s.part for s in self.stems}
        return len(parts & set(KIT_PARTS)) > 1 and "overheads" not in parts

    def of(self, source: str) -> tuple[Stem, ...]:
        """The stems of drums, bass, rest or a part of the kit. If one stem is all drums, parts do not count again."""
        has_all_drums = any(s.part == "drums" for s in self.stems)
        if source == "drums":
            alone = ("drums", "percussion") if has_all_drums else ("percussion", "overheads", *KIT_PARTS)
            return tuple(s for s in self.stems if s.part in alone)
        with_percussion = source == "toms" and not has_all_drums
        return tuple(s for s in self.stems if s.part == source or (with_percussion and s.part == "percussion"))

    def has(self, source_set: SourceSet) -> bool:
        """Whether it tells apart at least two of the sources."""
        if source_set is KIT:
            return self.has_kit
        return sum(bool(self.of(s)) for s in source_set.sources) > 1

    def sounding(self, source: str) -> np.ndarray:
        """Whether the source plays, second by second: not 40 dB below its loudest second."""
        n = int(np.ceil(self.seconds))
        power = np.zeros(n)
        for stem in self.of(source):
            power[: len(stem.loudness)] += np.square(stem.loudness)[:n]
        return power > 1e-4 * max(power.max(), 1e-12)


@dataclass
class Survey:
    """What a folder holds. `notes` has a sentence for everything that was left out or looked odd."""

    pieces: list[Piece]
    notes: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Differs when other stems are in the folder."""
        each = [(p.name, s.path.name, s.part, s.frames, s.loudness) for p in self.pieces for s in p.stems]
        return hashlib.sha256(repr(each).encode()).hexdigest()[:8]


def survey(folder: Path, cache: Path, say=print) -> Survey:
    """Reads every stem below `folder` once; SystemExit with a sentence if there is nothing to learn from."""
    if not folder.is_dir():
        raise SystemExit(f"there is no folder {folder}")
    named = find(folder)
    if not named.pieces:
        reason = named.notes[0] if named.notes else "it has no audio files"
        raise SystemExit(
            f"no stems in {folder}: {reason}. A piece is a subfolder with files like drums.wav, bass.wav, other.wav"
        )
    known = json.loads(cache.read_text()) if cache.exists() else {}
    result = Survey([], named.notes)
    for name, files in named.pieces.items():
        stems = []
        for path, part in files:
            stem = looked_at(path, part, known)
            if isinstance(stem, str):
                result.notes.append(f"left out {path}: {stem}")
            else:
                stems.append(stem)
        if stems:
            add(result, Piece(name, tuple(stems)))
    cache.parent.mkdir(parents=True, exist_ok=True)
    temporary = cache.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(known))
    os.replace(temporary, cache)
    for note in result.notes:
        say(note)
    return result


def add(result: Survey, piece: Piece) -> None:
    if piece.seconds < SHORTEST_SECONDS:
        result.notes.append(f"left out {piece.name}: {piece.seconds:.1f} s are shorter than {SHORTEST_SECONDS:.0f} s")
        return
    lengths = sorted(s.seconds for s in piece.stems)
    if lengths[-1] - lengths[0] > LONGEST_DIFFERENCE_SECONDS:
        result.notes.append(
            f"{piece.name}: its stems last {lengths[0]:.1f} to {lengths[-1]:.1f} s; all count as beginning together, "
            "and the shorter ones as silent after their end"
        )
    if "overheads" in {s.part for s in piece.stems} and len({s.part for s in piece.stems} & set(KIT_PARTS)) > 1:
        result.notes.append(
            f"{piece.name}: overheads hold all of the kit, so its parts are not apart and train no net for kits"
        )
    result.pieces.append(piece)


def looked_at(path: Path, part: str, known: dict) -> Stem | str:
    """The stem, or why it cannot be used. `known` keeps what was found of each file, by its path, size and time."""
    status = path.stat()
    key, stamp = str(path.resolve()), [status.st_size, status.st_mtime_ns]
    if known.get(key, {}).get("stamp") != stamp:
        known[key] = {"stamp": stamp} | scanned(path)
    found = known[key]
    if "refused" in found:
        return found["refused"]
    return Stem(path, part, found["rate"], found["frames"], found["channels"], tuple(found["loudness"]))


def scanned(path: Path) -> dict:
    """What one reading of a file says; a block at a time."""
    loudness, frames = [], 0
    try:
        with soundfile.SoundFile(path) as file:
            rate, channels = file.samplerate, file.channels
            for block in file.blocks(rate, dtype="float32", always_2d=True):
                frames += len(block)
                loudness.append(float(f"{np.sqrt(np.mean(np.square(block, dtype=np.float64))):.3g}"))
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        return {"refused": f"it cannot be read ({str(error).rstrip('.')})"}
    if not np.isfinite(loudness).all():
        return {"refused": "it has samples that are no numbers"}
    if not loudness or max(loudness) < SILENT_RMS:
        return {"refused": "it is silent"}
    return {"rate": rate, "frames": frames, "channels": channels, "loudness": loudness}


def split(pieces: list[Piece], source_sets: list[SourceSet], seed: int) -> tuple[list[Piece], list[Piece]]:
    """(pieces to train on, pieces held out): a fifth of those with each set's sources, by seed and names alone.

    SystemExit with a sentence if either side has none with the sources of one of the sets.
    """
    order = sorted(pieces, key=lambda p: hashlib.sha256(f"{seed} {p.name}".encode()).digest())
    held_out: set[str] = set()
    for source_set in source_sets:
        usable = [p.name for p in order if p.has(source_set)]
        missing = max(1, min(MOST_HELD_OUT, round(HELD_OUT_SHARE * len(usable)))) - len(held_out & set(usable))
        held_out |= set([n for n in usable if n not in held_out][: max(0, missing)])
    training = [p for p in pieces if p.name not in held_out]
    for source_set in source_sets:
        if not any(p.has(source_set) for p in training):
            raise SystemExit(
                f"holding out {', '.join(sorted(held_out))} leaves no piece with "
                f"{' or '.join(source_set.sources[:2])} apart to train on: add pieces, or try another --seed"
            )
    return training, [p for p in pieces if p.name in held_out]


def excerpt(piece: Piece, start: float, seconds: float, sources: tuple[str, ...], side: float = 0.0) -> np.ndarray:
    """The sources from `start` on, a multiple of 1/GRID s: [sources, seconds * RATE], mono; silence after the end.

    `side`: 0 is the middle of a stereo recording, -1 its left channel, 1 its right, the same in all stems.
    """
    out = np.zeros((len(sources), int(round(seconds * RATE))))
    for x, source in zip(out, sources):
        for stem in piece.of(source):
            part = read(stem, start, seconds, side)[: len(x)]
            x[: len(part)] += part
    return out


def read(stem: Stem, start: float, seconds: float, side: float) -> np.ndarray:
    """An excerpt of one stem, mono at RATE, as far as it goes."""
    margin = MARGIN_SECONDS if stem.rate != RATE else 0.0
    first = round(max(0.0, start - margin) * stem.rate)
    if first >= stem.frames:
        return np.zeros(0)
    with soundfile.SoundFile(stem.path) as file:
        file.seek(first)
        count = round((start + seconds + margin) * stem.rate) - first
        x = file.read(count, dtype="float32", always_2d=True)
    weights = np.full(x.shape[1], 1 / x.shape[1])
    if x.shape[1] == 2:
        weights = np.array([1 - side, 1 + side]) / 2
    y = x @ weights
    if stem.rate != RATE:
        divisor = np.gcd(stem.rate, RATE)
        y = resample_poly(y, RATE // divisor, stem.rate // divisor)
    skipped = round(start * RATE) - round(first / stem.rate * RATE)
    return y[skipped : skipped + int(round(seconds * RATE))]


def usable_sets(pieces: list[Piece]) -> list[SourceSet]:
    """The kinds of nets that at least two pieces have stems for: one to train on and one to measure by."""
    return [s for s in (MIXTURE, KIT) if sum(p.has(s) for p in pieces) > 1]
