"""What is read of a folder of stems, and which pieces are held out."""

import tempfile
import tracemalloc
import unittest
from pathlib import Path

import numpy as np

from source_model import RATE
from source_model.fine_tune import Request, chosen_nets
from source_model.source_sets import KIT, MIXTURE
from source_model.stem_shards import held_out, make_held_out_shards, make_training_shard, places
from source_model.stems import Piece, Stem, excerpt, split, survey

from . import folders


def named(name: str, parts: tuple[str, ...]) -> Piece:
    return Piece(name, tuple(Stem(Path(p), p, RATE, 10 * RATE, 1, (0.1,) * 10) for p in parts))


class InAFolder(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.root = Path(self.temporary.name) / "stems"
        self.root.mkdir()

    def survey(self):
        return survey(self.root, Path(self.temporary.name) / "found.json", lambda _: None)

    def refusal(self, act) -> str:
        with self.assertRaises(SystemExit) as refused:
            act()
        return str(refused.exception)

    def nets(self) -> list[str]:
        return chosen_nets(Request(self.root, Path(), None, Path(), None), self.survey())


class Reading(InAFolder):
    def test_mono_and_stereo_of_any_rate_are_heard_at_the_same_place(self):
        seconds, hz = 6.0, 441.0
        for rate, channels in ((44100, 2), (48000, 1), (96000, 2), (22050, 1), (8000, 1)):
            folders.write(self.root / f"{rate}/bass.wav", folders.tone(hz, seconds, rate, channels), rate)
        for piece in self.survey().pieces:
            x = excerpt(piece, 2.04, 2.0, ("bass",))[0]
            t = np.arange(len(x)) / RATE + 2.04
            expected = 0.1 * np.sin(2 * np.pi * hz * t)
            self.assertEqual(len(x), 2 * RATE)
            self.assertLess(np.abs(x - expected)[100:-100].max(), 2e-3, piece.name)

    def test_stereo_is_heard_from_its_middle_or_from_one_side(self):
        x = np.concatenate([folders.tone(441, 6), folders.tone(441, 6, gain=0.02)], 1)
        folders.write(self.root / "p/bass.wav", x)
        piece = self.survey().pieces[0]
        peaks = [np.abs(excerpt(piece, 0, 2, ("bass",), side)).max() for side in (-1, 0, 1)]
        np.testing.assert_allclose(peaks, (0.1, 0.06, 0.02), atol=1e-3)

    def test_a_stem_that_ends_early_is_silent_from_there_on_and_that_is_said(self):
        folders.piece(self.root / "p", 10)
        folders.write(self.root / "p/bass.wav", folders.tone(80, 6))
        found = self.survey()
        drums, bass = excerpt(found.pieces[0], 5, 4, ("drums", "bass"))
        self.assertTrue(np.any(drums[2 * RATE :]))
        self.assertTrue(np.any(bass[: RATE // 2]))
        self.assertFalse(np.any(bass[RATE:]))
        self.assertIn("6.0 to 10.0 s", found.notes[0])

    def test_what_cannot_be_used_is_left_out_with_a_sentence(self):
        folders.piece(self.root / "p")
        folders.write(self.root / "p/vocals.wav", np.zeros((RATE, 1)))
        (self.root / "p/keys.wav").write_bytes(b"no audio")
        folders.write(self.root / "p/guitar.wav", np.full((RATE, 1), np.nan))
        folders.piece(self.root / "short", 3)
        found = self.survey()
        self.assertEqual([(p.name, len(p.stems)) for p in found.pieces], [("p", 3)])
        for words in ("it is silent", "it cannot be read", "samples that are no numbers", "3.0 s are shorter than 5 s"):
            self.assertEqual(sum(words in note for note in found.notes), 1, words)

    def test_what_nothing_can_be_learned_from_is_refused_with_a_sentence(self):
        self.assertIn("no stems in", self.refusal(self.survey))
        folders.write(self.root / "loose.wav", folders.tone(80, 6))
        self.assertIn("A piece is a subfolder", self.refusal(self.survey))
        folders.piece(self.root / "one")
        self.assertIn("at least two pieces", self.refusal(self.nets))
        folders.write(self.root / "two/drums.wav", folders.clicks(6, 0.5))
        self.assertIn("found: 2 with stems of bass, drums, rest", self.refusal(self.nets))
        self.root = self.root / "nowhere"
        self.assertIn("there is no folder", self.refusal(self.survey))

    def test_nets_are_those_that_the_stems_are_enough_for(self):
        for name in ("a", "b"):
            folders.piece(self.root / name)
        self.assertEqual(set(self.nets()), {"quality", "low-latency"})
        for name in ("c", "d"):
            folders.kit(self.root / name)
        self.assertEqual(set(self.nets()), {"quality", "low-latency", "kit-quality", "kit-low-latency"})

    def test_memory_does_not_grow_with_the_recordings(self):
        def peak(seconds: float) -> int:
            rate = 8000
            for name in ("drums", "bass"):
                folders.write(self.root / f"p/{name}.wav", folders.tone(80, seconds, rate), rate)
            tracemalloc.start()
            excerpt(self.survey().pieces[0], 4, 4, ("drums", "bass"))
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return most

        peak(10)
        self.assertLess(peak(1000) - peak(10), 1_000_000)  # in memory as a whole it is 64 MB

    def test_a_stem_of_all_drums_is_not_counted_twice(self):
        folders.kit(self.root / "p")
        kick, snare, hats = excerpt(self.survey().pieces[0], 0, 2, ("kick", "snare", "hats"))
        drums = excerpt(self.survey().pieces[0], 0, 2, ("drums",))[0]
        np.testing.assert_allclose(drums, kick + snare + hats, atol=1e-9)
        folders.write(self.root / "p/drums.wav", folders.clicks(10, 1.0))
        drums = excerpt(self.survey().pieces[0], 0, 2, ("drums",))[0]
        np.testing.assert_allclose(drums, snare, atol=1e-9)

    def test_overheads_keep_a_piece_from_the_nets_for_kits(self):
        folders.kit(self.root / "p")
        self.assertTrue(self.survey().pieces[0].has(KIT))
        folders.write(self.root / "p/overheads.wav", folders.clicks(10, 0.25))
        found = self.survey()
        self.assertFalse(found.pieces[0].has(KIT))
        self.assertIn("overheads hold all of the kit", found.notes[-1])


class Shards(InAFolder):
    def test_stems_add_up_in_mixtures_of_held_out_pieces(self):
        folders.piece(self.root / "p")
        piece = self.survey().pieces[0]
        for start in places(piece, MIXTURE, 3):
            drums, bass, rest = held_out(piece, MIXTURE, start)
            # the balance of the piece: the rest has half of the bass's gain
            self.assertAlmostEqual(np.abs(rest).max() / np.abs(bass).max(), 0.5, places=2)
            self.assertTrue(np.any(drums))

    def test_shards_of_both_kinds_of_nets_are_the_same_each_time(self):
        for name in ("a", "b"):
            folders.kit(self.root / name)
        pieces = self.survey().pieces
        for source_set, products in ((MIXTURE, 6), (KIT, 21)):
            made = []
            for work in (self.root / "1", self.root / "2"):
                make_training_shard(pieces, work, source_set, 3, 1, mixtures=1)
                make_held_out_shards(pieces[:1], work, source_set, 1)
                made.append({p.name: np.load(p) for p in sorted((work / source_set.shards).glob("*.npy"))})
            self.assertEqual(len(made[0]), 4)
            for name, x in made[0].items():
                np.testing.assert_array_equal(x, made[1][name])
                self.assertEqual(x.shape[-1], products)
                self.assertTrue(np.isfinite(x).all())


class Split(unittest.TestCase):
    def test_a_fifth_is_held_out_by_seed_and_name_alone(self):
        pieces = [named(f"piece {i}", ("drums", "bass")) for i in range(30)]
        training, held = split(pieces, [MIXTURE], 1)
        self.assertEqual((len(training), len(held)), (24, 6))
        self.assertFalse({p.name for p in training} & {p.name for p in held})
        again = split(pieces[::-1], [MIXTURE], 1)[1]
        self.assertEqual({p.name for p in held}, {p.name for p in again})
        self.assertNotEqual({p.name for p in held}, {p.name for p in split(pieces, [MIXTURE], 2)[1]})

    def test_pieces_that_tell_nothing_apart_are_trained_on(self):
        pieces = [named("alone", ("drums",)), named("a", ("drums", "bass")), named("b", ("bass", "rest"))]
        training, held = split(pieces, [MIXTURE], 1)
        self.assertIn("alone", {p.name for p in training})
        self.assertEqual(len(held), 1)

    def test_what_one_net_is_measured_by_trains_no_other(self):
        kits = [named(f"kit {i}", ("kick", "snare", "bass")) for i in range(5)]
        pieces = kits + [named(f"piece {i}", ("drums", "bass")) for i in range(5)]
        training, held = split(pieces, [MIXTURE, KIT], 1)
        for source_set in (MIXTURE, KIT):
            self.assertTrue(any(p.has(source_set) for p in training))
            self.assertTrue(any(p.has(source_set) for p in held))
        self.assertEqual(len(training) + len(held), 10)


if __name__ == "__main__":
    unittest.main()
