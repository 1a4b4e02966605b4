"""Fine-tuning as a whole: what is written and when, and that a run that was killed goes on."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import jax
import numpy as np

from source_model import exported, fine_tune
from source_model.__main__ import OUTPUT
from source_model.augment import Blend, Shards
from source_model.fine_tune import HELD_OUT, Request, judged
from source_model.framing import FRAMINGS
from source_model.source_sets import MIXTURE
from source_model.stem_shards import make_held_out_shards, make_training_shard
from source_model.stems import survey
from source_model.train import Settings, resume, train_on

from . import folders


def tables(held_out: float, valid: float, far: float) -> dict:
    return {
        name: {"a": {"all": v + 1}, "b": {"all": v - 1}}
        for name, v in ((HELD_OUT, held_out), ("valid", valid), ("far", far))
    }


class Guard(unittest.TestCase):
    def test_weights_are_written_only_if_held_out_pieces_gain_and_nothing_is_forgotten(self):
        before = tables(3.0, 5.0, 6.0)
        for after, accepted, words in (
            (tables(4.0, 5.1, 6.0), True, "held-out pieces +1.00 dB, general validation valid +0.10 dB, far +0.00 dB"),
            (tables(4.0, 4.75, 6.0), True, "valid -0.25 dB"),
            (tables(4.0, 4.65, 7.0), False, "NOT written: the general validation may lose 0.3 dB at most"),
            (tables(4.0, 5.0, 5.6), False, "NOT written: the general validation may lose 0.3 dB at most"),
            (tables(3.05, 5.5, 6.5), False, "NOT written: the held-out pieces must gain 0.1 dB at least"),
            (tables(2.0, 5.0, 6.0), False, "NOT written: the held-out pieces must gain 0.1 dB at least"),
            (tables(float("nan"), 5.0, 6.0), False, "NOT written: training went wrong"),
        ):
            answer, sentence = judged(before, after, 0.3)
            self.assertEqual(answer, accepted, sentence)
            self.assertIn(words, sentence)


# Compiling takes longer than everything else, and the same steps are compiled again and again. Kept to the program's end,
# because JAX goes on writing there.
COMPILED = tempfile.TemporaryDirectory()
jax.config.update("jax_compilation_cache_dir", COMPILED.name)


class InAFolder(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        for k in range(2):
            folders.piece(self.root / f"stems/piece {k}", 9.0, 70 + 20 * k)

    def shards(self, name: str) -> Path:
        """A work folder with a few mixtures to train on and to measure by."""
        pieces = survey(self.root / "stems", self.root / "found.json", lambda _: None).pieces
        make_training_shard(pieces, self.root / name, MIXTURE, 0, 1, mixtures=3)
        make_held_out_shards(pieces, self.root / name, MIXTURE, 1)
        return self.root / name


class Resumed(InAFolder):
    def test_a_run_that_was_killed_ends_with_the_same_bits(self):
        framing = FRAMINGS["quality"]
        both = [Shards(self.shards("work"), MIXTURE, framing, "train")] * 2
        settings = Settings("mixture", "quality", steps=6, hidden=8, size=2, seconds=0.4, checkpoint_every=2)
        whole, killed = self.root / "whole.pickle", self.root / "killed.pickle"
        train_on(Blend(*both, 0.5), [], whole, settings, lambda _: None)

        drawn = 0

        class Dying(Blend):
            def draw(self, rng, seconds):
                nonlocal drawn
                drawn += 1
                if drawn > 10:
                    raise KeyboardInterrupt
                return super().draw(rng, seconds)

        with self.assertRaises(KeyboardInterrupt):
            train_on(Dying(*both, 0.5), [], killed, settings, lambda _: None)
        self.assertEqual(resume(killed)["step"], 4)
        train_on(Blend(*both, 0.5), [], killed, settings, lambda _: None)
        first, second = resume(whole), resume(killed)
        self.assertEqual(second["step"], 6)
        for name, values in first["parameters"].items():
            np.testing.assert_array_equal(np.asarray(values), np.asarray(second["parameters"][name]))

    def test_mixtures_are_drawn_from_both_folders_by_their_share(self):
        class Always:
            framing = source_set = None

            def __init__(self, value):
                self.value = value

            def draw(self, rng, seconds):
                return self.value

        blend, rng = Blend(Always(0), Always(1), 0.3), np.random.default_rng(1)
        self.assertAlmostEqual(np.mean([blend.draw(rng, 1) for _ in range(4000)]), 0.3, delta=0.03)


class Whole(InAFolder):
    def run_once(self, output: str, **changes) -> tuple[list[str], str]:
        """Names of the files in the output, and the report."""
        request = Request(
            self.root / "stems", self.root / "work", self.root / output, OUTPUT, None, ("quality",), steps=2, size=1,
            seconds=0.4, rate=1e-6,
        )  # fmt: skip

        def make_shards(bank, work, source_set, split, *_, **__):
            if split == "train":
                self.shards("work")

        changes |= {"make_shards": make_shards, "FEWEST_STEMS": 1, "MOST_STEMS": 1}
        with mock.patch.object(fine_tune.sets, "load", return_value=fine_tune.sets.Bank()):
            with mock.patch.multiple(fine_tune, **changes):
                fine_tune.fine_tune(request, lambda _: None)
        folder = self.root / output
        return sorted(p.name for p in folder.iterdir()), (folder / "fine-tuning.md").read_text()

    def test_no_weights_are_written_without_a_gain_and_with_one_they_are_nets(self):
        files, report = self.run_once("nothing")
        self.assertEqual(files, ["fine-tuning.md"])
        self.assertIn("quality: NOT written: the held-out pieces must gain 0.1 dB", report)
        files, report = self.run_once("better", GAIN_DB=-100.0)
        self.assertEqual(files, ["fine-tuning.md", "golden-quality.safetensors", "quality.safetensors"])
        self.assertIn("| held-out pieces | as they are | before |", report)
        self.assertRegex(report, r"\| piece \d \| as they are \| -?\d+\.\d\d \|")
        self.assertIn("| piece 0 | 9.0 | bass, drums, rest |", report)
        self.assertEqual(report.count("held out |"), 1)
        _, about = exported.read(self.root / "better" / "quality.safetensors")
        start = exported.read(OUTPUT / "quality.safetensors")[1]
        self.assertEqual(about["trained"]["steps"], start["trained"]["steps"] + 2)
        self.assertIn("stems", about["trained"]["fine_tuned"])


if __name__ == "__main__":
    unittest.main()
