"""What a run of fine-tuning says: `fine-tuning.md` beside the weights."""

from pathlib import Path

from .fine_tune import GAIN_DB, GENERAL, HELD_OUT, NETS, PIECES_APART, Outcome, Run, mean_db
from .train import save_text

COLUMNS = ("low", "mid", "high", "ideal")
FILE = "fine-tuning.md"


def write_report(run: Run, folder: Path) -> Path:
    lines = ["# Report of fine-tuning", "", "Written by `python -m source_model fine-tune`.", ""]
    lines += summary(run)
    for outcome in run.outcomes:
        lines += net_section(run, outcome)
    lines += pieces_section(run)
    path = folder / FILE
    save_text(path, "\n".join(lines) + "\n")
    return path


def summary(run: Run) -> list[str]:
    request = run.request
    lines = [
        f"New weights are written if the held-out pieces gain {GAIN_DB} dB at least and no general validation set "
        f"loses more than {request.margin_db} dB, each the mean of its cases.",
        "",
        "| net | steps | held-out pieces, before | after | general validation, before | after | weights |",
        "|---|---|---|---|---|---|---|",
    ]
    for o in run.outcomes:
        own = [f"{mean_db(t[HELD_OUT]):.2f}" for t in (o.before, o.after)]
        general = [", ".join(f"{s} {mean_db(t[s]):.2f}" for s in GENERAL if s in t) for t in (o.before, o.after)]
        written = "written" if o.accepted else "not written"
        lines.append(f"| {o.net} | {o.steps} | {own[0]} | {own[1]} | {general[0]} | {general[1]} | {written} |")
    lines += ["", *(f"- {o.net}: {o.verdict}" for o in run.outcomes), ""]
    if any(o.accepted for o in run.outcomes):
        lines += [
            "## Use them",
            "",
            "The plugin holds its weights since it was built. In its sources:",
            "",
            f"    cp {request.output}/*.safetensors presets/source-model/",
            "    cargo xtask install",
            "",
            "The golden files beside the weights belong to them: the plugin's tests compare its answers with "
            "these. `git checkout presets/source-model` brings back the weights that the plugin ships.",
            "",
        ]
    return lines


def net_section(run: Run, outcome: Outcome) -> list[str]:
    source_set, framing = NETS[outcome.net]
    columns = ("mixture", "all", *source_set.sources, *COLUMNS)
    own, general = run.mixtures[source_set.name]
    request = run.request
    lines = [
        f"## {outcome.net}",
        "",
        f"{outcome.steps} steps of a cosine from rate {request.rate}, {request.size} x {request.seconds} s a "
        f"step, seed {request.seed}; {own} mixtures of stems, {general} general ones, "
        f"which {100 * request.share:.0f} % of each batch are drawn from.",
        "",
        "SNR of the masked bands in dB, the net alone, flags told.",
        "",
        "| set | case | weights | " + " | ".join(columns) + " |",
        "|---" * (len(columns) + 3) + "|",
    ]
    for split in (HELD_OUT, *GENERAL):
        for case in outcome.after.get(split, {}):
            for when, rows in (("before", outcome.before), ("after", outcome.after)):
                row = rows.get(split, {}).get(case, {})
                cells = [f"{row[c]:.2f}" if c in row else "" for c in columns]
                lines.append(f"| {split} | {case} | {when} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "Each held-out piece, mean of its sources:",
        "",
        "| piece | case | before | after |",
        "|---|---|---|---|",
    ]
    for case, pieces in outcome.after[PIECES_APART].items():
        for piece, db in pieces.items():
            lines.append(f"| {piece} | {case} | {outcome.before[PIECES_APART][case][piece]:.2f} | {db:.2f} |")
    return [*lines, ""]


def pieces_section(run: Run) -> list[str]:
    lines = [
        "`valid`: kits, basses, instruments and grooves that general training never heard. `far`: soundfonts of other "
        "makers. `mixture` is a mask of 1 everywhere, `ideal` the best mask per band; low is below 150 Hz, mid to "
        "2 kHz, high above.",
        "",
        f"## Pieces of {run.request.stems}",
        "",
        "| piece | seconds | stems | |",
        "|---|---|---|---|",
    ]
    held_out = {p.name for p in run.held_out}
    for piece in run.survey.pieces:
        stems = ", ".join(sorted(s.part for s in piece.stems))
        lines.append(
            f"| {piece.name} | {piece.seconds:.1f} | {stems} | {'held out' if piece.name in held_out else ''} |"
        )
    if run.survey.notes:
        lines += ["", "## Left out, or odd", "", *(f"- {note}" for note in run.survey.notes)]
    return lines
