"""Which piece an audio file belongs to, and which part it plays there, by the names of files and folders.

A piece is a folder with audio files. These layouts are understood, mixed as they come:

    Piece/drums.wav, Piece/bass.wav, Piece/vocals.wav, Piece/mixture.wav       MUSDB18-HQ, also below train/ and test/
    Piece/Title-drums-Cmaj-120bpm.wav, Piece/Title-bass-Cmaj-120bpm.wav        exports of Moises and of many DAWs
    Piece/drums/1.wav, Piece/bass/1.wav, Piece/stems/bass.wav                  a folder per stem, or one for all stems
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from .source_sets import KIT

AUDIO = {".wav", ".wave", ".flac", ".aif", ".aiff", ".ogg", ".oga", ".opus", ".mp3", ".w64", ".rf64", ".caf", ".au"}
UNREADABLE_AUDIO = {".m4a", ".mp4", ".aac", ".wma", ".alac", ".ape", ".wv"}

# The first match names the part; what matches none is the rest. "percussion" is drums, and in a kit the toms, as in the
# general shards; "overheads" are drums that no part of the kit can be told from.
PART_WORDS = (
    ("kick", r"kicks?|kickdrum|kik|bass ?drum|bd"),
    ("snare", r"snares?|snaredrum|sd|claps?|rims?|rim ?shots?|side ?stick"),
    ("hats", r"hats?|hi ?hats?|hh|shakers?"),
    ("toms", r"toms?|tomtoms?"),
    ("cymbals", r"cymbals?|crash|crashes|rides?|splash|china"),
    ("overheads", r"overheads?|ohs?|drum rooms?|rooms?"),
    ("percussion", r"percussions?|perc|congas?|bongos?|tambourines?|cowbells?|other kit"),
    ("drums", r"(?<!steel )(drums?|drum ?(kit|set)s?|beats?)"),
    (
        "bass",
        r"(bass|basses|sub|sub ?bass|contrabass|bassline|808s?)"
        r"(?! (clarinet|trombone|flute|sax|saxophone|voice|vocals?))",
    ),
)
PART_RULES = tuple((part, re.compile(rf"\b({words})\b")) for part, words in PART_WORDS)
KIT_PARTS = KIT.sources
MIXTURES = re.compile(
    r"(full ?)?(mix|mixture|mixdown|master|mastered|original|instrumental|accompaniment|karaoke|backing track)"
    r"|(no|minus|without) \w+"
)
"""Names of files that hold several stems."""
STEM_FOLDERS = re.compile(
    r"(lead |backing |background )?(vocals?|vox|voices?)|(acoustic |electric |lead |rhythm )?guitars?"
    r"|(bowed )?strings?|(bass )?(drums?|guitar|synth)"
    r"|bass|basses|drum ?(kit|set)|percussion|piano|keys|keyboards?|organ|synths?"
    r"|winds?|brass|fx|other|rest|other (keys|plucked|kit)"
    r"|kick|snare|hats?|hi ?hats?|toms?|cymbals?|overheads?"
)
CONTAINERS = re.compile(r"stems?|tracks?|multi ?tracks?|audio|audio files|wavs?|flacs?")


@dataclass
class Named:
    """What was found in a folder, before any file was opened."""

    pieces: dict[str, list[tuple[Path, str]]] = field(default_factory=dict)
    """Piece, named by its folder below the root -> files and their parts, sorted."""
    notes: list[str] = field(default_factory=list)
    """A sentence for each thing that was left out."""


def words(text: str) -> list[str]:
    """Lower-case words: `HiHat_2` is hi, hat and 2."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z])(?=\d+$)|_", " ", text)
    return re.findall(r"[^\W_]+", apart.lower())


def part_of(name: list[str]) -> str:
    """The part that a file plays whose name has these words."""
    text = " ".join(name)
    return next((part for part, rule in PART_RULES if rule.search(text)), "rest")


def find(folder: Path) -> Named:
    """Every piece below `folder`, sorted by name."""
    found = Named()
    files: dict[Path, list[tuple[Path, list[str]]]] = {}
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__MACOSX")))
        for name in sorted(names):
            path = Path(at) / name
            if name.startswith("."):
                continue
            if path.suffix.lower() in UNREADABLE_AUDIO:
                found.notes.append(f"left out {path}: its format is not read here; convert it to WAV or FLAC")
            elif path.suffix.lower() in AUDIO:
                piece, inside = placed(path.parent, folder)
                files.setdefault(piece, []).append((path, inside))
    for piece, stems in files.items():
        if piece == folder:
            found.notes.append(f"left out {len(stems)} files directly in {folder}: a piece is a folder of its own")
            continue
        found.pieces[piece.relative_to(folder).as_posix()] = with_parts(piece, stems)
    found.pieces = dict(sorted(found.pieces.items()))
    return found


def placed(folder: Path, root: Path) -> tuple[Path, list[str]]:
    """The piece that files of `folder` belong to; if that is the folder of one stem, the words of its name."""
    inside: list[str] = []
    if folder != root and STEM_FOLDERS.fullmatch(" ".join(words(folder.name))):
        inside, folder = words(folder.name), folder.parent
    if folder != root and CONTAINERS.fullmatch(" ".join(words(folder.name))):
        folder = folder.parent
    return folder, inside


def with_parts(piece: Path, stems: list[tuple[Path, list[str]]]) -> list[tuple[Path, str]]:
    """The files and their parts, without those that are mixtures of others."""
    title = title_of([words(path.stem) for path, inside in stems if not inside])
    parts = []
    for path, inside in stems:
        name = words(path.stem)
        if inside:
            own, whole = part_of(name), part_of(inside)
            parts.append((path, own if whole == "drums" and own in (*KIT_PARTS, "overheads", "percussion") else whole))
            continue
        is_title = name == title or (name == words(piece.name) and part_of(name) == "rest")
        name = name[len(title) :]
        if not is_title and not MIXTURES.fullmatch(" ".join(name)):
            parts.append((path, part_of(name)))
    return parts


def title_of(names: list[list[str]]) -> list[str]:
    """The words that all names begin with. Each but one goes on after them; that one is the mixture."""
    shortest = min(names, key=len, default=[])
    if len(names) > 2 and sum(n == shortest for n in names) == 1 and all(n[: len(shortest)] == shortest for n in names):
        return shortest
    title: list[str] = []
    for each in zip(*(n[:-1] for n in names)):
        if len(names) < 2 or len(set(each)) > 1:
            break
        title.append(each[0])
    return title
