"""The command line: `python -m source_model COMMAND --work FOLDER`. `--help` on each command lists its options.

`run` does everything from the training sets to the report; the other commands are its parts, for runs that are spread over time
or machines.
"""

import argparse
import os
from pathlib import Path

from .source_sets import MIXTURE, SOURCE_SETS, SourceSet

FRAMINGS = ("quality", "low-latency")
NETS = tuple(s.file(f) for s in SOURCE_SETS.values() for f in FRAMINGS)
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
    tune = command("fine-tune", "go on from the plugin's weights with your own stems; goes on where it was stopped")
    tune.add_argument("--stems", type=Path, required=True, help="folder with a subfolder of stems per piece")
    tune.add_argument("--net", action="append", default=[], choices=NETS, help="this net alone (may be given again)")
    tune.add_argument("--start", type=Path, default=OUTPUT, help="folder of the weights to go on from")
    tune.add_argument("--output", type=Path, help="folder for the weights and the report (default: in the work folder)")
    tune.add_argument("--steps", type=int, help="per net (default: as many as fit into --minutes)")
    tune.add_argument("--share", type=float, default=0.5, help="of general mixtures, 0 to 0.95")
    tune.add_argument("--rate", type=float, default=1e-3, help="learning rate")
    tune.add_argument("--size", type=int, default=16, help="mixtures per batch")
    tune.add_argument("--seconds", type=float, default=3.0, help="of a mixture")
    tune.add_argument("--margin", type=float, default=0.3, help="dB that the general validation may lose")
    tune.add_argument("--general", type=int, help="general shards (default: by the time)")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, flush=True)


def print_digests(args: argparse.Namespace) -> None:
    from . import sets

    for entry in sets.manifest():
        folder = sets.folder_of(entry, args.sets)
        found = sets.digest(entry, folder) if folder else "not found"
        say(f"{entry['name']}: {found}{'' if found == entry['digest'] else '  (the manifest says otherwise)'}")


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
    from .mixtures import make_shards
    from .report import report

    third = args.minutes / 3 if args.minutes else None
    bank = sets.load(args.work, args.sets, say)
    validation = 1 if third and third < 10 else 3
    for source_set in SOURCE_SETS.values():
        common = {"seed": args.seed, "mixtures": args.mixtures, "say": say}
        make_shards(bank, args.work, source_set, "valid", validation, **common)
        if all(bank.names(role, held_out=True) for role in ("far-drums", "far-bass", "far-rest")):
            make_shards(bank, args.work, source_set, "far", validation, **common)
        make_shards(bank, args.work, source_set, "train", args.count, minutes=third and third / 2, **common)
    checkpoint = None
    for source_set in SOURCE_SETS.values():
        for framing in FRAMINGS:
            start, name = checkpoint, source_set.file(framing)
            checkpoint = train_one(args, source_set, framing, third and third / 2, start, name)
            export(checkpoint, source_set, framing, args.output)
    say(str(report(args.work, {}, args.output, args.sets)))


def fine_tune_all(args: argparse.Namespace) -> None:
    from .fine_tune import Request, fine_tune

    if not 0 <= args.share <= 0.95:
        raise SystemExit(f"--share {args.share}: between 0 and 0.95, so that the stems are heard")
    run = fine_tune(
        Request(
            args.stems, args.work, args.output, args.start, args.sets, tuple(args.net), args.minutes or 120.0,
            args.steps, args.seed, args.share, args.rate, args.size, args.seconds, args.margin, args.general,
        ),
        say,
    )  # fmt: skip
    written = [o.net for o in run.outcomes if o.accepted]
    say(f"{run.request.output / 'fine-tuning.md'}; written: {', '.join(written) or 'no weights'}")


def main() -> None:
    args = arguments()
    source_set = SOURCE_SETS[getattr(args, "set", MIXTURE.name)]
    if args.command == "digests":
        print_digests(args)
    elif args.command == "shards":
        from . import sets
        from .mixtures import make_shards

        bank = sets.load(args.work, args.sets, say)
        make_shards(
            bank, args.work, source_set, args.split, args.count, args.seed, args.mixtures, args.minutes, args.shard,
            say=say,
        )  # fmt: skip
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
    elif args.command == "fine-tune":
        fine_tune_all(args)
    else:
        run_all(args)


if __name__ == "__main__":
    main()
