"""The command line: `python -m source_model COMMAND --work FOLDER`. `--help` on each command lists its options.

`run` does everything from the training sets to the report; the other commands are its parts, for runs that are spread over time
or machines.
"""

import argparse
import os
import time
from pathlib import Path

from .source_sets import MIXTURE, SOURCE_SETS, SourceSet

FRAMINGS = ("quality", "low-latency")
OUTPUT = Path(__file__).resolve().parents[3] / "presets" / "source-model"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="source_model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--work", type=Path, required=True, help="folder for banks, shards and checkpoints")
        sets = os.environ.get("UNBRAID_TRAINING_SETS")
        sub.add_argument(
            "--sets",
            type=Path,
            default=sets,
            help="folder of the fetched training sets (default: UNBRAID_TRAINING_SETS)",
        )
        sub.add_argument("--seed", type=int, default=1)
        sub.add_argument("--minutes", type=float, help="stop after about this long")
        return sub

    def source_set_option(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--set", choices=tuple(SOURCE_SETS), default=MIXTURE.name, help="what the net tells apart")

    def training_options(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--steps", type=int, default=20_000, help="length of the learning rate's cosine")
        sub.add_argument("--hidden", type=int, default=112)
        sub.add_argument("--size", type=int, default=16, help="mixtures per batch")
        sub.add_argument("--seconds", type=float, default=3.0, help="of a mixture")
        sub.add_argument("--rate", type=float, default=4e-3, help="learning rate")

    command("digests", "print the digest of each training set, as the manifest has it")
    shards = command("shards", "make shards of mixtures")
    source_set_option(shards)
    shards.add_argument("--split", choices=("train", "valid", "far"), default="train")
    shards.add_argument("--count", type=int, default=200, help="shards of the whole set")
    shards.add_argument("--shard", default="0/1", metavar="I/N", help="make every N-th shard from the I-th on")
    shards.add_argument("--mixtures", type=int, default=48, help="per shard")
    train = command("train", "train one net, or go on with it")
    source_set_option(train)
    train.add_argument("--framing", choices=FRAMINGS, default="quality")
    train.add_argument("--name", help="of the checkpoint (default: the net's)")
    train.add_argument("--start-from", type=Path, help="a checkpoint of either framing to take the weights from")
    training_options(train)
    export = command("export", "write weights and golden files for the plugin")
    source_set_option(export)
    export.add_argument("--framing", choices=FRAMINGS, default="quality")
    export.add_argument("--name", help="of the checkpoint (default: the net's)")
    export.add_argument("--output", type=Path, default=OUTPUT)
    report = command("report", "write curves.png and report.md")
    report.add_argument("--output", type=Path, default=OUTPUT)
    report.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="NET=NAME",
        help="a net's checkpoint, if not named as the net",
    )
    run = command("run", "everything: sets, shards, all nets, export, report; goes on where it was stopped")
    run.add_argument("--output", type=Path, default=OUTPUT)
    run.add_argument("--count", type=int, default=200, help="shards to train on")
    run.add_argument("--mixtures", type=int, default=48, help="per shard")
    training_options(run)
    return parser.parse_args()


def say(text: str) -> None:
    print(text, flush=True)


def print_digests(args: argparse.Namespace) -> None:
    from . import sets

    for entry in sets.manifest():
        folder = sets.folder_of(entry, args.sets)
        found = sets.digest(entry, folder) if folder else "not found"
        say(f"{entry['name']}: {found}{'' if found == entry['digest'] else '  (the manifest says otherwise)'}")


def make_shards(
    args: argparse.Namespace,
    bank,
    source_set: SourceSet,
    split: str,
    count: int,
    minutes: float | None,
    shard: str = "0/1",
) -> None:
    from .mixtures import make_shard

    first, every = (int(v) for v in shard.split("/"))
    end = time.monotonic() + 60 * (minutes or 1e9)
    for index in range(first, count, every):
        if (args.work / source_set.shards / f"{split}-{index:05d}.json").exists():
            continue
        start = time.monotonic()
        make_shard(bank, args.work, source_set, split, index, args.seed, args.mixtures)
        say(f"{source_set.name} {split} shard {index}: {time.monotonic() - start:.1f} s")
        if time.monotonic() > end:
            break


def train_one(
    args: argparse.Namespace,
    source_set: SourceSet,
    framing: str,
    minutes: float | None,
    start_from: Path | None,
    name: str,
) -> Path:
    from .train import Settings, train

    settings = Settings(
        source_set.name,
        framing,
        args.steps,
        minutes or 1e9,
        args.hidden,
        args.size,
        args.seconds,
        args.rate,
        args.seed,
        start_from=start_from,
    )
    return train(args.work, settings, name, say)


def run_all(args: argparse.Namespace) -> None:
    """A third of the time for shards, the rest for the nets; each starts from the weights of the one before."""
    from . import sets
    from .export import export
    from .report import report

    third = args.minutes / 3 if args.minutes else None
    bank = sets.load(args.work, args.sets, say)
    validation = 1 if third and third < 10 else 3
    for source_set in SOURCE_SETS.values():
        make_shards(args, bank, source_set, "valid", validation, None)
        if all(bank.names(role, held_out=True) for role in ("far-drums", "far-bass", "far-rest")):
            make_shards(args, bank, source_set, "far", validation, None)
        make_shards(args, bank, source_set, "train", args.count, third and third / 2)
    checkpoint = None
    for source_set in SOURCE_SETS.values():
        for framing in FRAMINGS:
            start, name = checkpoint, source_set.file(framing)
            checkpoint = train_one(args, source_set, framing, third and third / 2, start, name)
            export(checkpoint, source_set, framing, args.output)
    say(str(report(args.work, {}, args.output, args.sets)))


def main() -> None:
    args = arguments()
    source_set = SOURCE_SETS[getattr(args, "set", MIXTURE.name)]
    if args.command == "digests":
        print_digests(args)
    elif args.command == "shards":
        from . import sets

        bank = sets.load(args.work, args.sets, say)
        make_shards(args, bank, source_set, args.split, args.count, args.minutes, args.shard)
    elif args.command == "train":
        name = args.name or source_set.file(args.framing)
        train_one(args, source_set, args.framing, args.minutes, args.start_from, name)
    elif args.command == "export":
        from .export import export

        name = args.name or source_set.file(args.framing)
        say(str(export(args.work / "checkpoints" / f"{name}.pickle", source_set, args.framing, args.output)))
    elif args.command == "report":
        from .report import report

        say(str(report(args.work, dict(n.split("=", 1) for n in args.checkpoint), args.output, args.sets)))
    else:
        run_all(args)


if __name__ == "__main__":
    main()
