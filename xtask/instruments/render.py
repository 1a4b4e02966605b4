"""Renders what the sources by instrument are learned from, and what they are measured on.

    render.py FOLDER --sets FOLDER

writes `FOLDER/learn/NAME/N.wav`, one recording for each sound that `instruments.toml` says under `learn`, and
`FOLDER/measure/NAME/{same,far}-N.wav`: music on the first of the same sounds, and on those that are held out. Of each pair of
instruments that is measured, `FOLDER/mixtures/A + B/{A,B}.wav` is the first held-out sound of each, and `teach/` below it
other music on these, to teach the sources with for comparison. `FOLDER/instruments.json` says for each
instrument what a preset of it is to say. 44.1 kHz, mono, float; the same packages and sets give the same samples. A set
that is missing or has another digest than the manifest says ends it.
"""

import argparse
import json
import random
import shutil
import sys
import tomllib
from pathlib import Path

import numpy as np
import soundfile

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "cases"), str(HERE.parent / "train")]

import render as cases  # noqa: E402
import score  # noqa: E402
from score import CLOSED, CRASH, HIGH_TOM, KICK, LOW_TOM, MID_TOM, OPEN, RIDE, SNARE, STICK  # noqa: E402
from source_model import sets  # noqa: E402

RATE = cases.RATE
RMS = 0.05
# Of all recordings of an instrument together: the learner takes a minute.
LEARNED_SECONDS = 56.0
MEASURED_SECONDS = 8.0
# Bases of an instrument that does not say its own number.
COMPONENTS = 32
TEMPO = 108
# The class of one-shots that plays a key.
CLASSES = {
    KICK: "kick", SNARE: "snare", STICK: "rim", CLOSED: "hat", OPEN: "open", RIDE: "ride", CRASH: "crash",
    LOW_TOM: "tom", MID_TOM: "tom", HIGH_TOM: "tom",
}  # fmt: skip
# The keys of a drum that is played alone.
ALONE = {"kick": (KICK,), "snare": (SNARE,), "hats": (CLOSED, OPEN)}
RESERVED_SETS = ("fluid-r3", "musescore-general")
RESERVED_PROGRAMS = range(32, 40)


class Sounds:
    """Kits, instruments and soundfonts by the names that `instruments.toml` uses."""

    def __init__(self, folder, far):
        self.folder, self.far = folder, far
        self.entries, self.parts = {}, {}
        for entry in sets.manifest():
            self.entries[entry["name"]] = entry
            for part in entry.get("kits", []) + entry.get("instruments", []):
                self.parts[part["name"]] = (entry, part)
        self.read = {}

    def entry_of(self, sound):
        """What the manifest says of the set of a sound; None for synthesis and for soundfonts that are far."""
        name = sound.split(":")[0]
        return self.parts[name][0] if name in self.parts else self.entries.get(name)

    def checked(self, entry):
        """The folder or file of a set, whose content is what the manifest says."""
        name = entry["name"]
        if name not in self.read:
            folder = sets.folder_of(entry, self.folder)
            if folder is None:
                where = f"{entry['from']}, revision {entry['revision']}"
                sys.exit(f"{name} is missing: {where}; name the folder of all sets with --sets")
            if sets.digest(entry, folder) != entry["digest"]:
                where = f"revision {entry['revision']} of {entry['from']}"
                sys.exit(f"{folder} is not what xtask/train/manifest.toml says: take {where}")
            self.read[name] = folder
        return self.read[name]

    def bank(self, name):
        """One-shots by class, or notes by pitch."""
        entry, part = self.parts[name]
        if (name,) not in self.read:
            read = sets.read_kit if entry["kind"] == "drums" else sets.read_notes
            self.read[name,] = read(part, self.checked(entry))
        return self.read[name,]

    def play(self, sound, notes, tempo):
        """The notes (start, length, key, velocity, in quarters) as sound, mono."""
        if sound == "synthesis":
            return synthesised(notes, tempo)
        if ":" in sound:
            font, program = sound.split(":")
            path = self.far.get(font) or self.checked(self.entries[font])
            drums = program.startswith("drums/")
            font = path.name if path.parent == cases.FONTS else path
            samples = cases.play(font, notes, int(program.split("/")[-1]), tempo, False, drums)
            return samples.mean(1)
        bank = self.bank(sound)
        if self.parts[sound][0]["kind"] == "drums":
            kit = {key: bank[name] for key, name in CLASSES.items() if name in bank}
            kit.setdefault(OPEN, kit.get(CLOSED))
            stereo = {key: [np.stack([x, x], 1) for x in layers] for key, layers in kit.items() if layers}
            return cases.strike(stereo, notes, tempo, end_of(notes, tempo)).mean(1)
        return sampled(bank, notes, tempo)


def may_learn(sounds, sound):
    """Ends it where something would be learned from what is reserved or held out."""
    entry = sounds.entry_of(sound)
    if sound == "synthesis":
        return
    if entry is None:
        sys.exit(f"{sound} may be measured on only")
    part = sounds.parts.get(sound, (entry, {}))[1]
    if part.get("held_out", entry.get("held_out", False)):
        sys.exit(f"{sound} is held out")
    if entry["name"] in RESERVED_SETS:
        program = sound.split(":")[1]
        if program.startswith("drums") or int(program) in RESERVED_PROGRAMS:
            sys.exit(f"{sound} is reserved: kits and basses of {entry['name']} are never learned from")


def placed(parts, seconds):
    """Sounds at their times in seconds, added up."""
    y = np.zeros(int(seconds * RATE))
    for start, x in parts:
        at = int(start * RATE)
        x = x[: max(0, len(y) - at)]
        y[at : at + len(x)] += x
    return y


def sampled(bank, notes, tempo):
    """Each note on the nearest recorded pitch, resampled to its own; it ends in 40 ms."""
    pitches = sorted(int(pitch) for pitch in bank)
    parts = []
    for start, length, key, velocity in notes:
        nearest = min(pitches, key=lambda pitch: (abs(pitch - key), pitch))
        layers = bank[str(nearest)]
        x = layers[min(len(layers) - 1, velocity * len(layers) // 128)].astype(np.float64)
        ratio = 2 ** ((key - nearest) / 12)
        x = np.interp(np.arange(0, len(x) - 1, ratio), np.arange(len(x)), x)
        parts.append((start * 60 / tempo, velocity / 127 * released(x, length * 60 / tempo)))
    return placed(parts, end_of(notes, tempo))


def released(x, seconds, fade=0.04):
    x = x[: int((seconds + fade) * RATE)].copy()
    n = min(len(x), int(fade * RATE))
    x[len(x) - n :] *= np.linspace(1, 0, n)
    return x


def end_of(notes, tempo):
    return max(start + length for start, length, *_ in notes) * 60 / tempo + 1


def synthesised(notes, tempo):
    """A subtractive bass: saw, square or sine-like by turns, harmonics below a cut-off that falls."""
    parts = []
    for n, (start, length, key, velocity) in enumerate(notes):
        hz, seconds = 440 * 2 ** ((key - 69) / 12), length * 60 / tempo + 0.04
        t = np.arange(int(seconds * RATE)) / RATE
        cutoff = (250, 700, 1800)[n // 3 % 3] * (1 + 3 * np.exp(-t / 0.12) * velocity / 127)
        x = np.zeros(len(t))
        for harmonic in range(1, int(min(8000, RATE / 2) / hz)):
            amplitude = 1 / harmonic if n % 3 == 0 or harmonic % 2 else 0
            amplitude = amplitude if n % 3 < 2 else amplitude / harmonic
            x += amplitude / (1 + (harmonic * hz / cutoff) ** 4) * np.sin(2 * np.pi * harmonic * hz * t)
        parts.append((start * 60 / tempo, velocity / 127 * released(x * np.minimum(1, t / 0.003), length * 60 / tempo)))
    return placed(parts, end_of(notes, tempo))


# ---- what is played


def scale(chance, keys, seconds, tempo):
    """Every key once, then once more softly, in any order: what a dictionary of the instrument has to hold."""
    low, high = keys
    each = seconds / (2 * (high - low + 1)) * tempo / 60
    notes, at = [], 0.0
    for velocities in ((84, 118), (48, 84)):
        order = list(range(low, high + 1))
        chance.shuffle(order)
        for key in order:
            notes.append((at, 0.92 * each, key, chance.randrange(*velocities)))
            at += each
    return notes


def drums(chance, play, seconds, tempo):
    """All grooves, a bar or two each, with fills; of a drum alone only its own strokes."""
    bars = score.bars(seconds, tempo)
    names, notes, bar = sorted(score.GROOVES), [], 0
    chance.shuffle(names)
    while bar < bars:
        count = min(4, bars - bar)
        groove = score.groove(chance, names[bar // 4 % len(names)], count, 0.0)
        notes += [(4 * bar + start, *rest) for start, *rest in groove]
        bar += count
    keys = ALONE.get(play)
    return [note for note in notes if keys is None or note[2] in keys]


def to_learn(chance, instrument, seconds):
    if "keys" in instrument:
        return scale(chance, instrument["keys"], seconds, TEMPO)
    return drums(chance, instrument["play"], seconds, TEMPO)


def music(chance, instrument):
    """What it plays in a piece."""
    bars, play = score.bars(MEASURED_SECONDS, TEMPO), instrument["play"]
    harmony = score.harmony(chance, bars)
    if play == "line":
        return score.line(chance, chance.choice(sorted(score.LINES)), harmony, 0.0)
    if play == "chords":
        return folded(score.chords(chance, harmony), instrument["keys"])
    if play == "lead":
        return folded(score.lead(chance, harmony), instrument["keys"])
    return drums(chance, play, MEASURED_SECONDS, TEMPO)


def folded(notes, keys):
    """Notes beyond the instrument's compass go up or down by octaves."""
    low, high = keys
    key = lambda pitch: pitch if low <= pitch <= high else low + (pitch - low) % 12  # noqa: E731
    return [(start, length, key(pitch), velocity) for start, length, pitch, velocity in notes]


def write(path, samples, seconds):
    """The first seconds, at RMS; the end fades in 20 ms."""
    samples = np.pad(samples[: int(seconds * RATE)], (0, max(0, int(seconds * RATE) - len(samples)))).astype(np.float64)
    rms = np.sqrt(np.mean(samples**2))
    if rms < 1e-4:
        sys.exit(f"{path} is silent")
    fade = int(0.02 * RATE)
    samples[-fade:] *= np.linspace(1, 0, fade)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, (samples * RMS / rms).astype(np.float32), RATE, subtype="FLOAT")


def render(folder, sets_folder):
    if folder.exists():
        shutil.rmtree(folder)
    with open(HERE / "instruments.toml", "rb") as file:
        document = tomllib.load(file)
    sounds = Sounds(sets_folder, {name: Path(path) for name, path in document["far"].items()})
    said = []
    for instrument in document["instrument"]:
        name, learn = instrument["name"], instrument["learn"]
        for sound in learn:
            may_learn(sounds, sound)
        seconds = LEARNED_SECONDS / len(learn)
        for number, sound in enumerate(learn):
            notes = to_learn(random.Random(f"learn {name} {sound}"), instrument, seconds)
            write(folder / "learn" / name / f"{number}.wav", sounds.play(sound, notes, TEMPO), seconds)
        held_out = instrument["held_out"]
        for kind, played in (("same", learn[:1]), ("far", held_out)):
            for number, sound in enumerate(played):
                notes = music(random.Random(f"{kind} {name} {sound}"), instrument)
                path = folder / "measure" / name / f"{kind}-{number}.wav"
                write(path, sounds.play(sound, notes, TEMPO), MEASURED_SECONDS)
        notes = music(random.Random(f"teach {name} {held_out[0]}"), instrument)
        write(folder / "teach" / f"{name}.wav", sounds.play(held_out[0], notes, TEMPO), MEASURED_SECONDS)
        entries = [sounds.entry_of(sound) for sound in learn]
        fields = {key: instrument[key] for key in ("name", "tags", "role")}
        fields["components"] = instrument.get("components", COMPONENTS)
        fields["learned_from"] = learn
        fields["licences"] = sorted({entry["licence"] if entry else "Unbraid's own" for entry in entries})
        fields["credits"] = list(dict.fromkeys(entry["credit"] for entry in entries if entry))
        said.append(fields)
        print(name, flush=True)
    for pair in document["mixtures"]:
        mixture = folder / "mixtures" / " + ".join(pair)
        (mixture / "teach").mkdir(parents=True)
        for name in pair:
            shutil.copy(folder / "measure" / name / "far-0.wav", mixture / f"{name}.wav")
            shutil.copy(folder / "teach" / f"{name}.wav", mixture / "teach")
    (folder / "instruments.json").write_text(json.dumps(said, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", type=Path)
    arguments = parser.parse_args()
    render(arguments.folder, arguments.sets)
