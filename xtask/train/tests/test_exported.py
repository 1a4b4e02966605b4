"""Weights that are read from the plugin's files are those weights."""

import json
import tempfile
import unittest
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from source_model import exported, model
from source_model.__main__ import OUTPUT
from source_model.export import golden, write
from source_model.features import features
from source_model.fine_tune import NETS
from source_model.framing import FRAMINGS
from source_model.train import Settings, begin, muon


class Exported(unittest.TestCase):
    def test_what_is_read_and_written_again_is_the_same_to_the_byte(self):
        with tempfile.TemporaryDirectory() as folder:
            for net in NETS:
                weights, about = exported.read(OUTPUT / f"{net}.safetensors")
                path = write(Path(folder) / f"{net}.safetensors", weights, about)
                self.assertEqual(path.read_bytes(), (OUTPUT / f"{net}.safetensors").read_bytes(), net)

    def test_training_begins_with_exactly_these_weights(self):
        for net, (source_set, framing) in NETS.items():
            path = OUTPUT / f"{net}.safetensors"
            weights, about = exported.read(path)
            settings = Settings(source_set.name, framing, steps=10, hidden=about["hidden"], start_from=path)
            state = begin(settings, muon(settings), net)
            self.assertEqual(state["earlier"], about["trained"]["steps"])
            for name, values in weights.items():
                np.testing.assert_array_equal(np.asarray(state["parameters"][name]).astype(np.float16), values)

    def test_the_weights_answer_as_the_plugins_golden_files_say(self):
        for net, (source_set, framing) in NETS.items():
            pinned = load_file(OUTPUT / f"golden-{net}.safetensors")
            answer = golden(exported.read(OUTPUT / f"{net}.safetensors")[0], FRAMINGS[framing], source_set)
            np.testing.assert_allclose(answer["prior"], pinned["prior"], atol=1e-6)

    def test_the_net_in_training_answers_as_the_plugins_golden_file_says(self):
        net = "kit-low-latency"  # has all that the others have, and states that fade
        (source_set, framing), pinned = NETS[net], load_file(OUTPUT / f"golden-{net}.safetensors")
        framing = FRAMINGS[framing]
        parameters = exported.as_checkpoint(OUTPUT / f"{net}.safetensors")["parameters"]
        x, sound = features(pinned["energies"], framing.steps_per_second)
        flags = pinned["flags"][None]
        answer = model.prior(parameters, x[None], flags, sound[None], source_set.count, framing.kept_per_step)
        # at a silent step the plugin's prior stays as it was
        np.testing.assert_allclose(np.asarray(answer)[0][sound], pinned["prior"][sound], atol=2e-3)

    def test_what_is_no_net_is_refused_with_a_sentence(self):
        weights, about = exported.read(OUTPUT / "quality.safetensors")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "quality.safetensors"

            def refusal() -> str:
                with self.assertRaises(SystemExit) as refused:
                    exported.read(path)
                return str(refused.exception)

            self.assertIn("there is no", refusal())
            path.write_bytes(b"{}")
            self.assertIn("holds no source model", refusal())
            write(path, weights)
            self.assertIn("holds no source model", refusal())
            write(path, weights, json.loads(json.dumps(about)) | {"version": 2})
            self.assertIn("another version", refusal())
            write(path, weights, about | {"hidden": 96})
            self.assertIn("do not have the shapes", refusal())
            write(path, weights | {"output.bias": np.full_like(weights["output.bias"], np.nan)}, about)
            self.assertIn("are no numbers", refusal())


if __name__ == "__main__":
    unittest.main()
