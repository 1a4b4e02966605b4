"""The net: Linear, two GRUs, Linear, softmax over sources per band. See the interface in presets/source-model/README.md.

z  = relu(W_in [x, flags] + b_in)
h1 = GRU(z), h2 = GRU(h1 + z)
p  = softmax over sources of W_out [h1, h2] + b_out, where a source whose flag is 0 gets -20

After each step h1 and h2 may fade (`Framing.memory_seconds`): then what was heard long ago does not count.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from .source_sets import SourceSet

FORBIDDEN = -20.0

Parameters = dict[str, jax.Array]
"""Named and shaped as in the exported file, row-major."""


def shapes(features: int, bands: int, hidden: int, source_set: SourceSet) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter. `features` without the flags."""
    p: dict[str, tuple[int, ...]] = {"input.weight": (hidden, features + source_set.flags), "input.bias": (hidden,)}
    for layer in ("gru1", "gru2"):
        p |= {f"{layer}.weight_ih": (3 * hidden, hidden), f"{layer}.weight_hh": (3 * hidden, hidden)}
        p |= {f"{layer}.bias_ih": (3 * hidden,), f"{layer}.bias_hh": (3 * hidden,)}
    p["output.weight"] = (source_set.count * bands, 2 * hidden)
    p["output.bias"] = (source_set.count * bands,)
    return p


def initial(features: int, bands: int, hidden: int, seed: int, source_set: SourceSet) -> Parameters:
    """Uniform within 1/sqrt(fan in), as torch does it; the output's bias is 0. `features` without the flags."""
    rng = np.random.default_rng(seed)
    p = {}
    for name, shape in shapes(features, bands, hidden, source_set).items():
        fan = {"input": features, "output": 2 * hidden}.get(name.split(".")[0], hidden)
        is_zero = name == "output.bias"
        p[name] = jnp.asarray(np.zeros(shape) if is_zero else rng.uniform(-1, 1, shape) / np.sqrt(fan), jnp.float32)
    return p


def gru(p: Parameters, name: str, x: jax.Array, sound: jax.Array, kept: float) -> jax.Array:
    """x [T, N, H] -> states [T, N, H], of which `kept` is left after a step. A step that is not sound [T, N] leaves the state as
    it was.
    """
    from_input = x @ p[f"{name}.weight_ih"].T + p[f"{name}.bias_ih"]
    return recurrence(kept, from_input, p[f"{name}.weight_hh"], p[f"{name}.bias_hh"], sound.astype(x.dtype)[..., None])


def sweep(kept, from_input, w_hh, b_hh, sound):
    """The recurrence of torch's GRU, with states that fade; from_input [T, N, 3H], sound [T, N, 1] of 0 or 1 ->
    (states, states before, r, z, n, W_hn h + b_hn).
    """
    hidden = w_hh.shape[1]

    def step(h, now):
        a, heard = now
        b = h @ w_hh.T + b_hh
        gates = jax.nn.sigmoid(a[:, : 2 * hidden] + b[:, : 2 * hidden])
        r, z = gates[:, :hidden], gates[:, hidden:]
        n = jnp.tanh(a[:, 2 * hidden :] + r * b[:, 2 * hidden :])
        state = h + heard * (1 - z) * (n - h)
        return state * jnp.where(heard > 0, kept, 1), (state, h, r, z, n, b[:, 2 * hidden :])

    start = jnp.zeros((from_input.shape[1], hidden), from_input.dtype)
    return jax.lax.scan(step, start, (from_input, sound), unroll=2)[1]


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def recurrence(kept, from_input, w_hh, b_hh, sound):
    return sweep(kept, from_input, w_hh, b_hh, sound)[0]


def recurrence_forward(kept, from_input, w_hh, b_hh, sound):
    swept = sweep(kept, from_input, w_hh, b_hh, sound)
    return swept[0], (swept[1:], w_hh, sound)


def recurrence_backward(kept, saved, gradient):
    """Back through time by hand: the weights' gradient is then one product over all steps instead of one per step."""
    (before, r, z, n, b_n), w_hh, sound = saved

    def step(later, now):
        g, r, z, n, b_n, before, heard = now
        g = g + later * jnp.where(heard > 0, kept, 1)
        d_n = heard * g * (1 - z) * (1 - n * n)
        d_z = heard * g * (before - n) * z * (1 - z)
        d_r = d_n * b_n * r * (1 - r)
        d_b = jnp.concatenate([d_r, d_z, d_n * r], -1)
        return g * (1 - heard * (1 - z)) + d_b @ w_hh, (d_b, d_n)

    _, (d_b, d_n) = jax.lax.scan(
        step, jnp.zeros_like(before[0]), (gradient, r, z, n, b_n, before, sound), reverse=True, unroll=2
    )
    hidden = before.shape[-1]
    d_input = jnp.concatenate([d_b[..., : 2 * hidden], d_n], -1)
    return d_input, jnp.einsum("tno,tnh->oh", d_b, before), d_b.sum((0, 1)), jnp.zeros_like(sound)


recurrence.defvjp(recurrence_forward, recurrence_backward)


def logits(
    p: Parameters, x: jax.Array, flags: jax.Array, sound: jax.Array, sources: int, kept: float, drop=None
) -> jax.Array:
    """x [N, T, features], flags [N, F], sound [N, T] -> [N, T, S, B] for S = `sources`; `kept` as in `gru`. `drop(v, i)` is
    dropout, in training only.
    """
    n, t, _ = x.shape
    drop = drop or (lambda v, i: v)
    x = jnp.concatenate([x, jnp.broadcast_to(flags[:, None], (n, t, flags.shape[1]))], -1).transpose(1, 0, 2)
    heard = sound.T
    z = jax.nn.relu(x @ p["input.weight"].T + p["input.bias"])
    h1 = gru(p, "gru1", drop(z, 0), heard, kept)
    h2 = gru(p, "gru2", drop(h1 + z, 1), heard, kept)
    o = drop(jnp.concatenate([h1, h2], -1), 2) @ p["output.weight"].T + p["output.bias"]
    o = o.reshape(t, n, sources, -1).transpose(1, 0, 2, 3)
    return jnp.where(flags[:, None, :sources, None] > 0, o, FORBIDDEN)


def prior(p: Parameters, x: jax.Array, flags: jax.Array, sound: jax.Array, sources: int, kept: float) -> jax.Array:
    """How likely each band belongs to each source, [N, T, S, B]."""
    return jax.nn.softmax(logits(p, x, flags, sound, sources, kept), axis=2)
