"""Which stem is what, by its name."""

import tempfile
import unittest
from pathlib import Path

from source_model.stem_names import find, part_of, words


def found(*files: str) -> dict[str, dict[str, str]]:
    """Piece -> file -> part, of empty files."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for file in files:
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).touch()
        pieces = find(root).pieces
        return {n: {p.relative_to(root / n).as_posix(): part for p, part in stems} for n, stems in pieces.items()}


class StemNames(unittest.TestCase):
    def test_names_of_files_say_the_part(self):
        for name, part in {
            "drums": "drums", "Bass_DI": "bass", "Bass Guitar": "bass", "Bass Drum": "kick", "KickOut": "kick",
            "HiHat_2": "hats",
            "Snare Top": "snare", "floor-tom": "toms", "crash": "cymbals", "OH": "overheads", "perc": "percussion",
            "vocals": "rest",
            "Bass Clarinet": "rest", "Steel Drums": "rest", "synth808": "bass", "keys": "rest", "guitar": "rest",
        }.items():  # fmt: skip
            self.assertEqual(part_of(words(name)), part, name)

    def test_musdb18_hq_just_works(self):
        stems = ("mixture", "drums", "bass", "other", "vocals")
        pieces = found(*(f"{split}/A - Song/{s}.wav" for split in ("train", "test") for s in stems))
        expected = {"drums.wav": "drums", "bass.wav": "bass", "other.wav": "rest", "vocals.wav": "rest"}
        self.assertEqual(pieces, {"train/A - Song": expected, "test/A - Song": expected})

    def test_exports_of_moises_just_work_whatever_words_are_in_the_title(self):
        parts = {"drums": "drums", "bass": "bass", "vocals": "rest", "guitar": "rest"}
        for title in ("Song", "Bass Cannon", "Drums of War"):
            files = {f"{title}-{s}-C major-120bpm-440hz.mp3": part for s, part in parts.items()}
            self.assertEqual(found(*(f"piece/{f}" for f in files))["piece"], files)
            with_mixture = found(f"piece/{title}.mp3", *(f"piece/{f}" for f in files))
            self.assertEqual(with_mixture["piece"], files)

    def test_a_folder_per_stem_belongs_to_the_piece_above(self):
        pieces = found("p/drums/kick.wav", "p/drums/1.wav", "p/bass/take 2.wav", "p/guitar/3.wav", "q/stems/bass.wav")
        parts = {"drums/kick.wav": "kick", "drums/1.wav": "drums", "bass/take 2.wav": "bass", "guitar/3.wav": "rest"}
        self.assertEqual(pieces, {"p": parts, "q": {"stems/bass.wav": "bass"}})

    def test_mixtures_of_stems_are_no_stems(self):
        files = ("mix", "Full Mix", "master", "no_vocals", "instrumental", "accompaniment", "drums", "bass")
        self.assertEqual(set(found(*(f"p/{f}.wav" for f in files))["p"]), {"drums.wav", "bass.wav"})

    def test_what_is_not_read_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            for file in ("p/bass.m4a", "p/drums.wav", "p/._drums.wav", "p/notes.txt", "loose.wav"):
                (Path(folder) / file).parent.mkdir(exist_ok=True)
                (Path(folder) / file).touch()
            named = find(Path(folder))
        self.assertEqual([len(s) for s in named.pieces.values()], [1])
        self.assertEqual(len(named.notes), 2)
        self.assertIn("bass.m4a", " ".join(named.notes))
        self.assertIn("a piece is a folder of its own", " ".join(named.notes))


if __name__ == "__main__":
    unittest.main()
