"""Scores the files r0.wav, e0.wav, ... of a folder with mir_eval or museval and prints the figures as JSON."""

import json
import pathlib
import sys
import warnings

import mir_eval
import numpy as np
import soundfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "cli"))
import peers  # noqa: E402


def main():
    warnings.simplefilter("ignore")
    peer, folder, sources, window = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    read = lambda name: soundfile.read(f"{folder}/{name}.wav", always_2d=True)[0]
    references = np.array([read(f"r{source}") for source in range(sources)])
    estimates = np.array([read(f"e{source}") for source in range(sources)])
    if peer == "mir_eval":
        found = mir_eval.separation.bss_eval_images(references, estimates, compute_permutation=False)[:4]
    else:
        frames = peers.museval_metrics().bss_eval(references, estimates, window=window, hop=window)[:4]
        found = [np.nanmedian(figure, axis=1) for figure in frames]
    json.dump([list(map(float, figure)) for figure in found], sys.stdout)


main()
