"""Training that goes on from the plugin's weights, with a user's own stems.

Mixtures of the stems are drawn together with those of the general shards, so that nothing is forgotten. A part of the
pieces is held out. New weights are written only if they are better on those, and worse by no more than a margin on the
general validation sets.
"""

import dataclasses
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from . import exported, sets
from .augment import Blend, Shards
from .export import digest_of, export
from .framing import FRAMINGS
from .mixtures import make_shards
from .piece import CLIP_SECONDS
from .source_sets import SOURCE_SETS, SourceSet
from .stem_shards import EXCERPTS_PER_SHARD, make_held_out_shards, make_training_shard
from .stems import Piece, Survey, split, survey, usable_sets
from .train import Settings, averaged, resume, save_text, seconds_per_step, train_on
from .validate import PIECES, Table, Validation

NETS = {s.file(f): (s, f) for s in SOURCE_SETS.values() for f in FRAMINGS}
GENERAL_MINUTES, STEMS_MINUTES = 0.25, 0.15
"""Shares of the time in which shards may be made; the rest trains."""
FEWEST_GENERAL, MOST_GENERAL, FEWEST_STEMS, MOST_STEMS = 8, 200, 6, 150
"""Numbers of shards."""
FEWEST_STEPS = 50
GAIN_DB = 0.1
"""What the held-out pieces must gain: less is chance."""
HELD_OUT = "held-out pieces"
PIECES_APART = "each piece"
GENERAL = ("valid", "far")


@dataclass
class Request:
    """What is asked for."""

    stems: Path
    work: Path
    output: Path | None
    start: Path
    """Folder of the weights to go on from."""
    sets: Path | None
    nets: tuple[str, ...] = ()
    """Empty: all that the stems are enough for."""
    minutes: float = 120.0
    steps: int | None = None
    seed: int = 1
    share: float = 0.5
    """How often a mixture is a general one."""
    rate: float = 1e-3
    size: int = 16
    seconds: float = 3.0
    margin_db: float = 0.3
    """What the general validation may lose."""
    general: int | None = None
    """Number of general shards; by the time if None."""


@dataclass
class Outcome:
    """What became of one net. `before` and `after`: split -> the table of `Validation.measure`, and PIECES_APART ->
    case -> piece -> mean SNR in dB.
    """

    net: str
    steps: int
    before: dict[str, Table]
    after: dict[str, Table]
    accepted: bool
    verdict: str


@dataclass
class Run:
    """What the report says of the whole run."""

    request: Request
    survey: Survey
    training: list[Piece]
    held_out: list[Piece]
    outcomes: list[Outcome] = field(default_factory=list)
    mixtures: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Set of sources -> numbers of mixtures of stems and of general ones."""


def fine_tune(request: Request, say=print) -> Run:
    """Everything from the folder of stems to the report; goes on where it was stopped."""
    from .fine_tune_report import write_report

    began = time.monotonic()
    found = survey(request.stems, request.work / "stems-found.json", say)
    nets = chosen_nets(request, found)
    source_sets = list(dict.fromkeys(NETS[n][0] for n in nets))
    training, held_out = split(found.pieces, source_sets, request.seed)
    run = Run(request, found, training, held_out)
    home = request.work / f"stems-{found.digest}-{request.seed}-{'-'.join(s.name for s in source_sets)}"
    request = dataclasses.replace(request, output=request.output or home / "weights")
    run.request = request
    minutes = sum(p.seconds for p in training) / 60
    say(f"{len(training)} pieces to train on ({minutes:.0f} minutes), {len(held_out)} held out: {names(held_out)}")
    make_all_shards(request, home, source_sets, training, held_out, say)
    for source_set in source_sets:
        shards = blended(request, home, source_set, "quality")
        run.mixtures[source_set.name] = (len(shards.both[0]), len(shards.both[1]))
    for index, net in enumerate(nets):
        left = 60 * request.minutes - (time.monotonic() - began)
        seconds = max(left, 0.3 * 60 * request.minutes) / (len(nets) - index)
        run.outcomes.append(tune_net(request, home, net, seconds, say))
        write_report(run, request.output)
    return run


def names(pieces: list[Piece]) -> str:
    return ", ".join(p.name for p in pieces)


def chosen_nets(request: Request, found: Survey) -> list[str]:
    usable = usable_sets(found.pieces)
    nets = [
        n for n, (source_set, _) in NETS.items() if source_set in usable and (not request.nets or n in request.nets)
    ]
    if nets:
        return nets
    if request.nets and usable:
        raise SystemExit(f"the stems in {request.stems} are not enough for {', '.join(request.nets)}: {wanted(found)}")
    raise SystemExit(f"nothing can be learned from {request.stems}: {wanted(found)}")


def wanted(found: Survey) -> str:
    heard = sorted({s.part for p in found.pieces for s in p.stems})
    return (
        "at least two pieces must each have two of drums, bass and anything else, or two of kick, snare, hats, toms "
        f"and cymbals; found: {len(found.pieces)} with stems of {', '.join(heard) or 'nothing'}"
    )


def make_all_shards(
    request: Request, home: Path, source_sets: list[SourceSet], training: list[Piece], held_out: list[Piece], say
) -> None:
    bank = sets.load(request.work, request.sets, say)
    has_far = all(bank.names(role, held_out=True) for role in ("far-drums", "far-bass", "far-rest"))
    general = request.general or int(np.clip(0.8 * request.minutes, FEWEST_GENERAL, MOST_GENERAL))
    heard = 2 * sum(p.seconds for p in training) / (EXCERPTS_PER_SHARD * CLIP_SECONDS)
    own = int(np.clip(np.ceil(heard), FEWEST_STEMS, MOST_STEMS))
    validation = 1 if request.minutes < 30 else 3
    for source_set in source_sets:
        make_held_out_shards(held_out, home, source_set, request.seed)
        if not list((home / source_set.shards).glob("valid-*.json")):
            raise SystemExit(
                f"nowhere in the held-out pieces ({names(held_out)}) do two of {', '.join(source_set.sources)} "
                "sound together: there is nothing to measure by; another --seed holds out others"
            )
        end = time.monotonic() + 60 * STEMS_MINUTES * request.minutes / len(source_sets)
        for index in range(own):
            if (home / source_set.shards / f"train-{index:05d}.json").exists():
                continue
            start = time.monotonic()
            make_training_shard(training, home, source_set, index, request.seed)
            say(f"{source_set.name} shard {index + 1} of {own} of stems: {time.monotonic() - start:.1f} s")
            if time.monotonic() > end and index + 1 >= FEWEST_STEMS:
                break
        common = (bank, request.work, source_set)
        make_shards(*common, "valid", validation, request.seed, say=say)
        if has_far:
            make_shards(*common, "far", validation, request.seed, say=say)
        minutes = GENERAL_MINUTES * request.minutes / len(source_sets)
        if request.share > 0:
            make_shards(*common, "train", general, request.seed, minutes=minutes, fewest=FEWEST_GENERAL, say=say)


def blended(request: Request, home: Path, source_set: SourceSet, framing: str) -> Blend:
    own, general = (Shards(f, source_set, FRAMINGS[framing], "train") for f in (home, request.work))
    return Blend(own, general, request.share)


def tune_net(request: Request, home: Path, net: str, seconds: float, say) -> Outcome:
    """Trains one net for about `seconds`, or goes on with it, measures it and writes its weights if they are better."""
    source_set, framing = NETS[net]
    start = request.start / f"{net}.safetensors"
    _, about = exported.read(start)
    settings = Settings(
        source_set.name, framing, hidden=about["hidden"], size=request.size, seconds=request.seconds, rate=request.rate,
        seed=request.seed, start_from=start, validate_every=10**9,
    )  # fmt: skip
    asked = (
        digest_of(start),
        request.minutes,
        request.steps,
        request.share,
        request.rate,
        request.size,
        request.seconds,
    )
    path = home / "checkpoints" / f"{net}-{digest_of(repr(asked).encode())}.pickle"
    validations = [
        Validation(home, source_set, FRAMINGS[framing], "valid", cases=PIECES),
        *(Validation(request.work, source_set, FRAMINGS[framing], s) for s in GENERAL),
    ]
    validations = {name: v for name, v in zip((HELD_OUT, *GENERAL), validations) if any(v.batches.values())}
    before = measured_before(path.with_suffix(".before.json"), start, validations)
    settings.steps = steps_of(path, settings, request, home, seconds, say)
    settings.checkpoint_every = int(np.clip(settings.steps // 20, 25, 250))
    train_on(blended(request, home, source_set, framing), [], path, settings, say)
    weights = {k: np.asarray(v).astype(np.float16).astype(np.float32) for k, v in averaged(resume(path)).items()}
    after = measured(weights, validations)
    accepted, verdict = judged(before, after, request.margin_db)
    say(f"{net}: {verdict}")
    if accepted:
        heard = {"from": digest_of(start), "steps": settings.steps, "stems": home.name.split("-")[1]}
        export(path, source_set, framing, request.output, {"fine_tuned": heard})
    return Outcome(net, settings.steps, before, after, accepted, verdict)


def measured_before(file: Path, start: Path, validations: dict[str, Validation]) -> dict[str, Table]:
    """The figures of the weights that training begins with; kept, unless there are other mixtures since."""
    mixtures = {name: v.mixtures for name, v in validations.items()}
    known = json.loads(file.read_text()) if file.exists() else {}
    if known.get("mixtures") != mixtures:
        known = {"mixtures": mixtures, "tables": measured(exported.as_checkpoint(start)["parameters"], validations)}
        save_text(file, json.dumps(known))
    return known["tables"]


def measured(weights: dict[str, np.ndarray], validations: dict[str, Validation]) -> dict[str, Table]:
    apart: Table = {}
    tables = {name: v.measure(weights, apart if name == HELD_OUT else None) for name, v in validations.items()}
    return tables | {PIECES_APART: apart}


def steps_of(path: Path, settings: Settings, request: Request, home: Path, seconds: float, say) -> int:
    """The length of the cosine: what was asked for, what the run before has found out, or what fits into the time."""
    file = path.with_suffix(".steps.json")
    if not file.exists():
        steps = request.steps
        if steps is None:
            shards = blended(request, home, SOURCE_SETS[settings.source_set], settings.framing)
            began = time.monotonic()
            each = seconds_per_step(shards, settings)
            steps = max(FEWEST_STEPS, int((seconds - 2 * (time.monotonic() - began)) / each))
            say(f"{path.stem}: {1000 * each:.0f} ms a step, {steps} steps")
        save_text(file, json.dumps(steps))
    return json.loads(file.read_text())


def mean_db(table: Table) -> float:
    """Mean SNR over the cases of a split."""
    return float(np.mean([row["all"] for row in table.values()]))


def judged(before: dict[str, Table], after: dict[str, Table], margin_db: float) -> tuple[bool, str]:
    """Whether the new weights are to be written, and a sentence that says why or why not."""
    gain = mean_db(after[HELD_OUT]) - mean_db(before[HELD_OUT])
    changes = {s: mean_db(after[s]) - mean_db(before[s]) for s in before if s in GENERAL}
    general = ", ".join(f"{s} {change:+.2f} dB" for s, change in changes.items())
    figures = f"held-out pieces {gain:+.2f} dB, general validation {general}"
    if not np.isfinite([gain, *changes.values()]).all():
        return False, f"NOT written: training went wrong, figures are no numbers ({figures})"
    if gain < GAIN_DB:
        return False, f"NOT written: the held-out pieces must gain {GAIN_DB} dB at least ({figures})"
    if min(changes.values(), default=0.0) < -margin_db:
        return False, f"NOT written: the general validation may lose {margin_db} dB at most ({figures})"
    return True, f"written: {figures}"
