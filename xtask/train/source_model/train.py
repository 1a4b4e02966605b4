"""Trains one net: Muon with a cosine, averaged weights, checkpoints from which it goes on after a kill.

The same seed, shards and number of steps give the same weights: batch k is drawn from a generator seeded by k.
"""

import json
import os
import pickle
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib

from . import exported, model
from .augment import WARM_UP_SECONDS, Blend, Shards, batch
from .carry import carried
from .features import FEATURES
from .framing import FRAMINGS
from .loss import loss
from .source_sets import SOURCE_SETS
from .validate import Validation, line

DROPOUT = 0.1
AVERAGING = 0.999
CHECKPOINT_STEPS = 250
SPEED_STEPS = 4
ARRAYS = ("parameters", "moments", "average")


@dataclass
class Settings:
    source_set: str
    framing: str
    steps: int = 20_000
    """Length of the cosine."""
    minutes: float = 1e9
    hidden: int = 112
    size: int = 16
    seconds: float = 3.0
    rate: float = 4e-3
    seed: int = 1
    validate_every: int = 1000
    start_from: Path | None = None
    """A checkpoint or an exported file, of either framing and set of sources, whose weights are taken over."""
    checkpoint_every: int = CHECKPOINT_STEPS


def schedule(settings: Settings):
    return optax.warmup_cosine_decay_schedule(
        0, settings.rate, min(150, settings.steps // 4), settings.steps, settings.rate * 0.02
    )


def muon(settings: Settings) -> optax.GradientTransformation:
    """Muon (Jordan et al. 2024) for matrices, Adam for biases: orthogonalised momentum, scaled to the size of Adam's steps."""
    rate = schedule(settings)
    return optax.contrib.muon(rate, weight_decay=1e-3, consistent_rms=0.2, adam_b2=0.98, adam_learning_rate=rate)


def dropper(key):
    """Dropout whose pattern is the same over time, so that the recurrence is not shaken at every step."""

    def drop(v, i):
        keep = jax.random.bernoulli(jax.random.fold_in(key, i), 1 - DROPOUT, (1,) + v.shape[1:])
        return v * keep / (1 - DROPOUT)

    return drop


def train(work: Path, settings: Settings, name: str, say=print) -> Path:
    """Runs to the end of the cosine or of the time; gives the checkpoint `work/checkpoints/NAME.pickle`."""
    framing, source_set = FRAMINGS[settings.framing], SOURCE_SETS[settings.source_set]
    shards = Shards(work, source_set, framing, "train")
    if not len(shards):
        raise SystemExit(f"no shards of {framing.name} in {work / source_set.shards}: make some first")
    validations = [v for s in ("valid", "far") if (v := Validation(work, source_set, framing, s)).batches]
    return train_on(shards, validations, work / "checkpoints" / f"{name}.pickle", settings, say)


def train_on(shards: Shards | Blend, validations: list[Validation], path: Path, settings: Settings, say=print) -> Path:
    """As `train`, on these shards, into the checkpoint `path`."""
    optimiser = optax.chain(optax.clip_by_global_norm(5.0), muon(settings))
    state = resume(path) or begin(settings, optimiser, path.stem)
    step = stepper(settings, optimiser)
    key = jax.random.key(settings.seed)
    began, running = time.monotonic(), []
    while state["step"] < settings.steps and time.monotonic() - began < 60 * settings.minutes:
        k = state["step"]
        if k % 100 == 0 or not running:
            shards.refresh()
            note_mixtures(state, len(shards))
        running.append(advance(state, step, key, settings, shards))
        if (k + 1) % 100 == 0:
            mean = np.mean(running[-100:], 0)
            state["curve"].append((state["earlier"] + k + 1, *(float(v) for v in mean)))
            speed = (time.monotonic() - began) / len(running)
            say(
                f"{k + 1} shards {len(shards)}  plain {mean[0]:.2f} whitened {mean[1]:.2f} low {mean[2]:.2f}  {1000 * speed:.0f} ms"
            )
        if (k + 1) % settings.validate_every == 0 or k + 1 == settings.steps:
            note_validation(state, validations, say)
        if (k + 1) % settings.checkpoint_every == 0:
            note_mixtures(state, len(shards))
            save(path, state)
    note_mixtures(state, len(shards))
    note_validation(state, validations, say)
    save(path, state)
    return path


def stepper(settings: Settings, optimiser: optax.GradientTransformation):
    """The compiled step: (parameters, moments, average, key, a batch's arrays) -> the first three anew, parts of the
    loss.
    """
    framing, source_set = FRAMINGS[settings.framing], SOURCE_SETS[settings.source_set]
    warm_up = int(WARM_UP_SECONDS * framing.steps_per_second)
    centres, kept = framing.centres_hz, framing.kept_per_step

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(parameters, moments, average, key, x, flags, sound, e, c, whole, present):
        def objective(p):
            mask = jax.nn.softmax(model.logits(p, x, flags, sound, source_set.count, kept, dropper(key)), axis=2)
            return loss(mask, e, c, whole, present, centres, warm_up)

        (_, parts), gradient = jax.value_and_grad(objective, has_aux=True)(parameters)
        change, moments = optimiser.update(gradient, moments, parameters)
        parameters = optax.apply_updates(parameters, change)
        average = jax.tree.map(lambda a, p: AVERAGING * a + (1 - AVERAGING) * p, average, parameters)
        return parameters, moments, average, parts

    return step


def advance(state: dict, step, key, settings: Settings, shards: Shards | Blend) -> np.ndarray:
    """One step of `state`; gives the parts of the loss."""
    k = state["step"]
    b = batch(shards, np.random.default_rng([settings.seed, k]), settings.size, settings.seconds)
    state["parameters"], state["moments"], state["average"], parts = step(
        state["parameters"], state["moments"], state["average"], jax.random.fold_in(key, k),
        b.x, b.flags, b.sound, b.e, b.c, b.whole, b.present,
    )  # fmt: skip
    state["step"] = k + 1
    return np.asarray(parts)


def seconds_per_step(shards: Shards | Blend, settings: Settings) -> float:
    """Measured on a few steps that are thrown away."""
    optimiser = optax.chain(optax.clip_by_global_norm(5.0), muon(settings))
    state, step, key = begin(settings, optimiser, "speed"), stepper(settings, optimiser), jax.random.key(0)
    advance(state, step, key, settings, shards)  # compiles
    began = time.monotonic()
    for _ in range(SPEED_STEPS):
        advance(state, step, key, settings, shards)
    return (time.monotonic() - began) / SPEED_STEPS


def begin(settings: Settings, optimiser: optax.GradientTransformation, name: str) -> dict:
    framing, source_set = FRAMINGS[settings.framing], SOURCE_SETS[settings.source_set]
    parameters = model.initial(len(FEATURES) * framing.bands, framing.bands, settings.hidden, settings.seed, source_set)
    earlier = {"earlier": 0, "curve": [], "validation": [], "runs": []}
    if settings.start_from:
        other = started_from(settings.start_from)
        weights = carried(averaged(other), other["settings"], settings.framing, FEATURES, source_set, parameters)
        parameters = {k: jnp.asarray(weights[k]) for k in parameters}
        earlier["runs"] = other.get("runs", [])
        is_same_set = other["settings"].get("source_set", "mixture") == settings.source_set
        if is_same_set and other["settings"]["framing"] == settings.framing:
            earlier |= {
                "earlier": other["earlier"] + other["step"],
                "curve": other["curve"],
                "validation": other["validation"],
            }
    described = {k: str(v) for k, v in vars(settings).items()} | {"features": ",".join(FEATURES)}
    earlier["runs"] = [*earlier["runs"], {"name": name, "settings": described, "steps": 0, "mixtures": []}]
    return earlier | {
        "step": 0,
        "parameters": parameters,
        "moments": optimiser.init(parameters),
        "average": jax.tree.map(jnp.array, parameters),
        "settings": described,
    }


def started_from(path: Path) -> dict:
    """The state of a checkpoint, or what an exported file says of one."""
    if path.suffix == ".safetensors":
        return exported.as_checkpoint(path)
    with open(path, "rb") as file:
        return pickle.load(file)


def note_mixtures(state: dict, mixtures: int) -> None:
    """Keeps how the weights came about: how many steps this run has made, and how many mixtures there were from each step on."""
    run = state["runs"][-1]
    run["steps"] = state["step"]
    if not run["mixtures"] or run["mixtures"][-1][1] != mixtures:
        run["mixtures"].append((state["step"], mixtures))


def averaged(state: dict):
    """The averaged weights; early on the plain ones, because the average still holds the beginning."""
    return state["average"] if state["step"] > 2 / (1 - AVERAGING) else state["parameters"]


def note_validation(state: dict, validations: list[Validation], say) -> None:
    step = state["earlier"] + state["step"]
    if state["validation"] and state["validation"][-1]["step"] == step:
        return
    row = {"step": step}
    for v in validations:
        row[v.split] = v.measure(averaged(state))
        say(f"{step} " + line(v.split, row[v.split]))
    state["validation"].append(row)


def save(path: Path, state: dict) -> None:
    """Whole or not at all: a kill while writing leaves the checkpoint before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with open(temporary, "wb") as file:
        pickle.dump(state | {k: jax.tree.map(np.asarray, state[k]) for k in ARRAYS}, file)
    os.replace(temporary, path)
    save_text(
        path.with_suffix(".json"),
        json.dumps({k: state[k] for k in ("earlier", "step", "curve", "validation", "settings", "runs")}),
    )


def save_text(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text)
    os.replace(temporary, path)


def resume(path: Path) -> dict | None:
    if not path.exists():
        return None
    with open(path, "rb") as file:
        state = pickle.load(file)
    state.setdefault("runs", [{"name": path.stem, "settings": state["settings"], "steps": 0, "mixtures": []}])
    for k in ARRAYS:
        state[k] = jax.tree.map(jnp.asarray, state[k])
    return state
