"""Figures of mir_eval and museval, for the cases that the test makes.

Reads lines `folder sources window hop` from stdin; a folder holds r0.wav, e0.wav, r1.wav, ... of one length and one
number of channels. Prints a JSON list with an object per case.
"""

import importlib.util
import json
import sys
import warnings

import mir_eval
import numpy as np
import soundfile

warnings.simplefilter("ignore")
# museval looks here for the error of a singular matrix; NumPy 2 has moved it.
np.linalg.linalg = np.linalg


def museval_metrics(remember=False):
    """museval.metrics without the rest of the package, which looks for ffmpeg when it is imported."""
    folder = importlib.util.find_spec("museval").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("museval_metrics", folder + "/metrics.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # Version 3 and the frames of version 4 need the same of the whole signals, which takes most of the time.
    for name in ["_compute_reference_correlations", "_compute_projection_filters"] if remember else []:
        setattr(module, name, remembering(getattr(module, name)))
    return module


def remembering(function):
    """The function, which computes only once what it is asked again."""
    known = {}

    def remembered(*arguments):
        key = tuple(hash(part.tobytes()) if isinstance(part, np.ndarray) else part for part in arguments)
        if key not in known:
            known[key] = function(*arguments)
        return known[key]

    return remembered


def finite(values):
    """As JSON has it, where it is a number."""
    return [None if np.isnan(value) else float(np.clip(value, -1e9, 1e9)) for value in np.ravel(values)]


def figures(metrics, folder, sources, window, hop):
    read = lambda name: soundfile.read(f"{folder}/{name}.wav", always_2d=True)[0]
    references = np.array([read(f"r{source}") for source in range(sources)])
    estimates = np.array([read(f"e{source}") for source in range(sources)])
    found = {}
    if references.shape[2] == 1:
        one = mir_eval.separation.bss_eval_sources(references[..., 0], estimates[..., 0], False)
        found["v3"] = [finite(row) for row in one[:3]]
        best = mir_eval.separation.bss_eval_sources(references[..., 0], estimates[..., 0], True)
        found["order"] = [int(index) for index in best[3]]
    else:
        # mir_eval's version of this is for mono alone.
        one = metrics.bss_eval_sources(references, estimates, False)
        found["v3"] = [finite(row) for row in one[:3]]
    image = mir_eval.separation.bss_eval_images(references, estimates, False)
    found["images"] = [finite(row) for row in image[:4]]
    frames = metrics.bss_eval(references, estimates, window=window, hop=hop)
    found["frames"] = [[finite(row) for row in figure] for figure in frames[:4]]
    return found


def main():
    cases = [line.split() for line in sys.stdin]
    json.dump([figures(museval_metrics(remember=True), case[0], *map(int, case[1:])) for case in cases], sys.stdout)


if __name__ == "__main__":
    main()
