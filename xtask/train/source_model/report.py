"""The report of a run: curves.png and report.md beside the weights."""

import json
from pathlib import Path

from .framing import FRAMINGS
from .sets import folder_of, manifest
from .source_sets import SOURCE_SETS

REGIONS = ("low", "mid", "high", "ideal")


def report(work: Path, names: dict[str, str], folder: Path, sets: Path | None) -> Path:
    """`names`: net -> checkpoint, where they differ. Reads the checkpoints' .json files, so it needs no weights."""
    nets = {s.file(f): s for s in SOURCE_SETS.values() for f in FRAMINGS}
    files = {n: work / "checkpoints" / f"{names.get(n, n)}.json" for n in nets}
    runs = {n: json.loads(file.read_text()) for n, file in files.items() if file.exists()}
    folder.mkdir(parents=True, exist_ok=True)
    curves(runs, folder / "curves.png")
    lines = [
        "# Report of the training run",
        "",
        "Written by `python -m source_model report`. SNR of the masked bands in dB, the net alone, flags told.",
        "",
    ]
    lines += [
        "`valid`: kits, basses, instruments and grooves of the manifest that training never heard. `far`: soundfonts of other makers.",
        "",
    ]
    for net, run in runs.items():
        framing = run["settings"]["framing"]
        columns = ("mixture", "all", *nets[net].sources, *REGIONS)
        lines += [
            f"## {net}",
            "",
            f"{run['earlier'] + run['step']} steps, seed {run['settings']['seed']}, {FRAMINGS[framing].bands} bands, hidden {run['settings']['hidden']}.",
            "",
        ]
        lines += ["| set | case | " + " | ".join(columns) + " |", "|---" * (len(columns) + 2) + "|"]
        last = run["validation"][-1] if run["validation"] else {}
        for split, table in last.items():
            if split != "step":
                for case, row in table.items():
                    cells = [f"{row[c]:.2f}" if c in row else "" for c in columns]
                    lines.append(f"| {split} | {case} | " + " | ".join(cells) + " |")
        lines.append("")
    lines += [
        "`mixture` is a mask of 1 everywhere, `ideal` the best mask per band; low is below 150 Hz, mid to 2 kHz, high above.",
        "",
    ]
    lines += ["![curves](curves.png)", "", "## How these weights came about", ""]
    lines += list(dict.fromkeys(run_line(r) for run in runs.values() for r in run.get("runs", [])))
    lines += ["", "## Trained on", "", "| set | licence | credit |", "|---|---|---|"]
    for entry in manifest():
        if not entry.get("held_out") and folder_of(entry, sets) is not None:
            lines.append(f"| {entry['name']}: {entry['from']} | {entry['licence']} | {entry['credit']} |")
    path = folder / "report.md"
    path.write_text("\n".join(lines) + "\n")
    return path


def run_line(run: dict) -> str:
    """One line on one run of `train`: what it takes to repeat it on the same mixtures."""
    settings = run["settings"]
    start = Path(settings["start_from"]).stem if settings["start_from"] != "None" else "random weights"
    mixtures = ", ".join(f"{count} from step {step}" for step, count in run["mixtures"])
    return (
        f"- {settings.get('source_set', 'mixture')}, {settings['framing']}: `{run['name']}`, {run['steps']} of {settings['steps']} steps of a cosine, from {start}; rate "
        f"{settings['rate']}, {settings['size']} x {settings['seconds']} s a step, hidden {settings['hidden']}, seed "
        f"{settings['seed']}; mixtures: {mixtures}"
    )


def curves(runs: dict[str, dict], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4))
    for net, run in runs.items():
        steps = [c[0] for c in run["curve"]]
        for k, label in ((1, "plain"), (2, "flattened"), (3, "below 150 Hz")):
            axes[0].plot(steps, [c[k] for c in run["curve"]], label=f"{net}, {label}", linewidth=1)
        for split in ("valid", "far"):
            for case in run["validation"][-1].get(split, {}) if run["validation"] else ():
                points = [(v["step"], v[split][case]["all"]) for v in run["validation"] if case in v.get(split, {})]
                if points:
                    axes[1].plot(*zip(*points), marker=".", label=f"{net}, {split}, {case}")
    axes[0].set(title="training loss, error over energy", xlabel="step", ylabel="dB")
    axes[1].set(title="validation, SNR of the masked bands", xlabel="step", ylabel="dB")
    for axis in axes:
        axis.grid(alpha=0.3)
        axis.legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)
