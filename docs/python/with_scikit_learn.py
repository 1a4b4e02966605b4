"""Bases with scikit-learn, for `unbraid import`: python with_scikit_learn.py bases.npz drums=kit.wav bass=bass.wav"""

import sys

import numpy as np
import soundfile
from scipy.signal import stft
from sklearn.decomposition import NMF

FRAME, HOP, COMPONENTS = 4096, 512, 25

arrays = {}
for argument in sys.argv[2:]:
    name, path = argument.split("=", 1)
    sound, rate = soundfile.read(path, always_2d=True)
    spectra = stft(sound.mean(axis=1), nperseg=FRAME, noverlap=FRAME - HOP)[2]
    nmf = NMF(COMPONENTS, beta_loss="kullback-leibler", solver="mu", init="random", max_iter=100, random_state=0)
    arrays[name] = nmf.fit_transform(np.abs(spectra))  # W, [F, K]
np.savez(sys.argv[1], sample_rate=rate, **arrays)
