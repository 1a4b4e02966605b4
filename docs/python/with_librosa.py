"""Bases with librosa, for `unbraid import`: python with_librosa.py bases.npz drums=kit.wav bass=bass.wav"""

import sys

import librosa
import numpy as np

FRAME, HOP, COMPONENTS = 4096, 512, 25

arrays = {}
for argument in sys.argv[2:]:
    name, path = argument.split("=", 1)
    sound, rate = librosa.load(path, sr=None)  # without sr=None it resamples to 22,050 Hz
    magnitudes = np.abs(librosa.stft(sound, n_fft=FRAME, hop_length=HOP))
    settings = {"beta_loss": "kullback-leibler", "solver": "mu", "init": "random", "max_iter": 100, "random_state": 0}
    bases, activations = librosa.decompose.decompose(magnitudes, n_components=COMPONENTS, sort=True, **settings)
    arrays[name] = bases  # W, [F, K]
np.savez(sys.argv[1], sample_rate=rate, n_fft=FRAME, **arrays)
