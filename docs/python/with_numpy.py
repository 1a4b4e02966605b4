"""A preset with NumPy, its updates written out: python with_numpy.py mine.unbraid.safetensors drums=kit.wav bass=bass.wav"""

import json
import sys

import numpy as np
import soundfile
from safetensors.numpy import save_file

FRAME, HOP, COMPONENTS, UPDATES = 4096, 512, 25, 200

tensors, sources = {}, []
for argument in sys.argv[2:]:
    name, path = argument.split("=", 1)
    sound, rate = soundfile.read(path, always_2d=True)
    frames = np.lib.stride_tricks.sliding_window_view(sound.mean(axis=1), FRAME)[::HOP]
    v = np.abs(np.fft.rfft(frames * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)))).T + 1e-9
    random = np.random.default_rng(0)
    w, h = (np.abs(random.standard_normal(shape)) for shape in [(len(v), COMPONENTS), (COMPONENTS, v.shape[1])])
    for _ in range(UPDATES):  # Lee and Seung 2001
        h *= w.T @ (v / (w @ h)) / w.sum(0)[:, None]
        w *= (v / (w @ h)) @ h.T / h.sum(1)
        h *= w.sum(0)[:, None]
        w /= w.sum(0)  # each basis sums to 1
    tensors[f"source.{len(sources)}.bases.{FRAME}"] = np.ascontiguousarray(w.T, np.float32)  # [K, F]
    training = {"divergence": "kl", "seed": 0, "iterations": UPDATES}
    frame = {"frame_len": FRAME, "sample_rate": float(rate), "window": "hann", "exponent": 1.0, "training": training}
    sources.append({
        "name": name, "colour": "#e69f00", "kind": "fixed", "blocks": [COMPONENTS], "learned_from": [path],
        "licence": None, "knobs": {"gain_db": 0.0, "mute": False, "solo": False}, "dictionaries": [frame],
    })
document = {"format_version": 1, "written_by": "NumPy", "sources": sources}
save_file(tensors, sys.argv[1], metadata={"unbraid": json.dumps(document)})
