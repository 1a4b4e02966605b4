"""What training minimises: the error of the masked sources, in dB, as the ear and BSS Eval weigh it and flattened.

The error of a source's mask, summed over steps and bands, over the source's energy: the negative of its SNR. Thrice: plain;
with a flattened spectrum, so that quiet bands count; and below 150 Hz, where kick and bass are hardest to tell apart.
"""

import jax.numpy as jnp
import numpy as np

FLOOR = 1e-3
"""Share of the mixture's energy below which an error does not matter, -30 dB."""
LOW_HZ = 150.0
WHITENED_WEIGHT, LOW_WEIGHT, ABSENT_WEIGHT = 0.5, 0.25, 0.4
FLATTENING = -0.6


def ratio_db(error, energy, mixture):
    """[N, S] of sums [N, S], [N, S], [N]."""
    floor = FLOOR * mixture[:, None] + 1e-12
    return 10 * jnp.log10((error + floor) / (energy + floor))


def loss(mask, e, c, mixture, present, centres_hz: np.ndarray, warm_up: int):
    """(the loss, parts for the log [plain, whitened, low]) of mask, e, c [N, T, S, B], mixture [N, T, B], present [N, S]."""
    error = jnp.maximum(e - 2 * mask * c + mask**2 * mixture[:, :, None], 0)[:, warm_up:].sum(1)
    energy, total = e[:, warm_up:].sum(1), mixture[:, warm_up:].sum(1)
    flat = (total + 1e-6 * total.mean(1, keepdims=True) + 1e-12) ** FLATTENING
    weight = jnp.where(present > 0, 1.0, ABSENT_WEIGHT)
    weight = weight / weight.sum(1, keepdims=True)

    def part(w):
        return (weight * ratio_db((error * w).sum(2), (energy * w).sum(2), (total * w[:, 0]).sum(1))).sum(1).mean()

    low = jnp.asarray(centres_hz < LOW_HZ, jnp.float32)[None, None]
    plain, whitened, bass = part(jnp.ones_like(low)), part(flat[:, None]), part(low)
    return plain + WHITENED_WEIGHT * whitened + LOW_WEIGHT * bass, jnp.stack([plain, whitened, bass])
