"""Renders mixtures whose parts are known and which no preset and no model of Unbraid is learned from.

    render.py FOLDER [--stems FOLDER]

writes `FOLDER/loops/NAME/{drums,bass}.wav`, `FOLDER/songs/NAME/{drums,bass,rest}.wav`,
`FOLDER/kits/NAME/{kick,snare,hats}.wav`, `FOLDER/full-kits/NAME/{kick,snare,hats,toms,cymbals}.wav`,
`FOLDER/kits-in-songs/NAME/{kick,snare,hats,bass,rest}.wav` and, of the pairs of stems that are there,
`FOLDER/stems-and-melody/NAME/{drums,bass,rest}.wav`: 44.1 kHz, stereo, float; and, but for those of the stems,
`NAME/teach/` with other music on the same instruments, to teach the sources with for comparison. The same FluidSynth and
soundfonts give the same samples. Soundfonts and kits are under the GPL, the LGPL and CC BY-SA: measure with what comes out,
do not learn from it, do not hand it on.
"""

import argparse
import random
import subprocess
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import soundfile

import score
from score import CLOSED, CRASH, HIGH_TOM, KICK, LOW_TOM, MID_TOM, OPEN, RIDE, SNARE, STICK

RATE = 44_100
SECONDS = 11.0
# Level of a part, before the balance of its case.
RMS = 0.05

FONTS = Path("/usr/share/sounds/sf2")
PEARL = "Black_Pearl_4_LV2.sf2"
ZEPPELIN = "Red_Zeppelin_4_LV2.sf2"
TIM = "TimGM6mb.sf2"
OPL = "OPL-3_FM_128M.sf2"
FLUID = "FluidR3_GM.sf2"

# Name, kit (soundfont, program), bass (soundfont, program), groove, line, beats per minute, swing, room, dB of the drums
# over the bass.
LOOPS = [
    ("pearl-rock-finger", (PEARL, 0), (TIM, 33), "rock", "eighths", 118, 0.0, False, 0),
    ("pearl-funk-slap", (PEARL, 0), (TIM, 36), "funk", "funk", 104, 0.08, False, 2),
    ("pearl-half-synth", (PEARL, 0), (OPL, 38), "half", "long", 140, 0.0, True, -2),
    ("zeppelin-shuffle-pick", (ZEPPELIN, 0), (TIM, 34), "shuffle", "walking", 96, 0.3, True, 1),
    ("zeppelin-rock-opl-finger", (ZEPPELIN, 0), (OPL, 33), "rock", "syncopated", 126, 0.0, False, 0),
    ("zeppelin-break-synth", (ZEPPELIN, 0), (TIM, 38), "break", "long", 168, 0.0, False, 3),
    ("tim-room-fretless", (TIM, 8), (TIM, 35), "latin", "syncopated", 100, 0.0, True, 0),
    ("tim-808-synth", (TIM, 25), (TIM, 39), "trap", "long", 142, 0.0, False, -1),
    ("tim-electronic-acid", (TIM, 24), (OPL, 39), "house", "octaves", 124, 0.0, False, 0),
    ("tim-jazz-acoustic", (TIM, 32), (TIM, 32), "swing", "walking", 132, 0.3, True, -2),
    ("opl-house-octaves", (OPL, 0), (TIM, 39), "house", "octaves", 122, 0.0, False, 1),
    ("opl-funk-slap", (OPL, 0), (OPL, 36), "funk", "funk", 98, 0.12, False, -3),
]

# The same, then the soundfont and the programs of chords and lead, and dB of the rest over the mean of the two others.
# The rest of a case named "-fluid" may be learned from elsewhere; that of a case named "-tim" may not.
SONGS = [
    ("pearl-guitar-fluid", (PEARL, 0), (TIM, 33), "rock", "eighths", 112, 0.0, False, 0, FLUID, 29, 30, 0),
    ("zeppelin-organ-fluid", (ZEPPELIN, 0), (OPL, 32), "shuffle", "walking", 92, 0.3, True, 0, FLUID, 16, 66, 0),
    ("tim-808-pad-fluid", (TIM, 25), (TIM, 38), "trap", "long", 138, 0.0, False, 1, FLUID, 89, 80, 1),
    ("pearl-piano-tim", (PEARL, 0), (OPL, 33), "latin", "syncopated", 104, 0.0, True, 0, TIM, 0, 73, 0),
    ("zeppelin-guitar-tim", (ZEPPELIN, 0), (TIM, 34), "rock", "eighths", 130, 0.0, False, 1, TIM, 27, 61, -1),
    ("tim-electronic-synth-tim", (TIM, 24), (TIM, 39), "house", "octaves", 126, 0.0, False, 0, TIM, 90, 81, 0),
]

# Name, kit (soundfont, program), groove, beats per minute, swing, room: loops of kick, snare and hats alone, and with fills,
# toms and cymbals.
KITS = [
    ("pearl-rock", (PEARL, 0), "rock", 112, 0.0, False),
    ("pearl-funk", (PEARL, 0), "funk", 98, 0.1, True),
    ("zeppelin-half", (ZEPPELIN, 0), "half", 146, 0.0, False),
    ("zeppelin-break", (ZEPPELIN, 0), "break", 164, 0.0, True),
    ("tim-standard-funk", (TIM, 0), "funk", 104, 0.0, False),
    ("tim-room-rock", (TIM, 8), "rock", 126, 0.0, True),
    ("tim-power-half", (TIM, 16), "half", 138, 0.0, False),
    ("tim-electronic-house", (TIM, 24), "house", 124, 0.0, False),
    ("tim-808-trap", (TIM, 25), "trap", 140, 0.0, False),
    ("tim-jazz-swing", (TIM, 32), "swing", 128, 0.3, True),
    ("opl-house", (OPL, 0), "house", 120, 0.0, False),
    ("opl-break", (OPL, 0), "break", 170, 0.0, False),
]

# The same for kits of one-shots: name, folder in SAMPLED, the files of each drum from soft to loud, groove, beats per minute,
# swing.
SAMPLED = Path("/usr/share/hydrogen/data/drumkits")
SAMPLED_KITS = [
    ("pacific-rock", "BJA_Pacific", {KICK: "BD_*", SNARE: "SN_*", CLOSED: "HH_*", OPEN: "HH3_*", RIDE: "RD_*", CRASH: "CB_*", LOW_TOM: "TM2_*", MID_TOM: "TM_*"}, "rock", 108, 0.0),
    ("colombo-funk", "ColomboAcousticDrumkit", {KICK: "bassdrum*", SNARE: "snare*shot*", CLOSED: "hihat-closed*", OPEN: "hihat-open*", RIDE: "*ride4*", CRASH: "*crash20i__crash*", LOW_TOM: "tom-low*", MID_TOM: "tom-mid*", HIGH_TOM: "tom-hi*"}, "funk", 96, 0.1),
    ("empire-house", "ElectricEmpireKit", {KICK: "EE_Kick_Hard_1*", SNARE: "EE_Snare_1*", CLOSED: "EE_Hat_Cl_Bs*", OPEN: "EE_Hat_Op_Dirty*"}, "house", 126, 0.0),
    ("forzee-break", "ForzeeStereo", {KICK: "Kick-*", SNARE: "Snare-*", CLOSED: "HiHatClosed-*", OPEN: "HiHatOpen-*", RIDE: "RideBow-*", CRASH: "Crash18-*", LOW_TOM: "Tom*", MID_TOM: "Tom*", HIGH_TOM: "Tom*"}, "break", 168, 0.0),
    ("hard-electro-trap", "HardElectro1", {KICK: "HardHse_K_02*", SNARE: "PowR_SN_1*", CLOSED: "CHH_1*", OPEN: "Hard_Hse_OHH_1*"}, "trap", 140, 0.0),
    ("millo-half", "Millo-Drums_v.1", {KICK: "bd1*", SNARE: "snare1*", CLOSED: "closehihat3*", OPEN: "openhat2*"}, "half", 138, 0.0),
    ("millo-layers-shuffle", "Millo_MultiLayered2", {KICK: "bd_*", SNARE: "jsnare_*", CLOSED: "hhclosed_*", OPEN: "hhopen_*", RIDE: "ride_*", CRASH: "crash_*", LOW_TOM: "floortom_*", MID_TOM: "tom_*", HIGH_TOM: "tom_*"}, "shuffle", 102, 0.3),
    ("varibreaks-funk", "VariBreaks", {KICK: "VP Kick 1*", SNARE: "VP Snare 1*", CLOSED: "VP Hat 1 Cl*", OPEN: "VP Hat 1 Op*"}, "funk", 92, 0.12),
]  # fmt: skip

# Pairs of stems, then soundfont, chords, lead and beats per minute of the melody.
MELODIES = [
    ("finger-bass", "standard-kit", FLUID, 0, 73, 110),
    ("slap-bass", "room-kit", FLUID, 27, 65, 110),
    ("synth-bass", "808-kit", FLUID, 4, 81, 110),
]


def play(font, notes, program, beats_per_minute, room, drums=False):
    """The notes as sound, `[samples, 2]`. The kits of avldrums are instruments, not on the drum channel."""
    channel = 9 if drums and font in (TIM, OPL) else 0
    with tempfile.TemporaryDirectory() as folder:
        midi, sound = Path(folder, "score.mid"), Path(folder, "sound.wav")
        midi.write_bytes(score.midi(notes, channel, program, beats_per_minute))
        command = ["fluidsynth", "-q", "-n", "-i", "-g", "0.5", "-C", "0", "-R", "1" if room else "0"]
        command += ["-o", "synth.reverb.room-size=0.5", "-o", "synth.reverb.level=0.6", "-r", str(RATE)]
        command += ["-O", "float", "-T", "wav", "-F", str(sound), str(FONTS / font), str(midi)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        samples, rate = soundfile.read(sound, dtype="float32", always_2d=True)
    assert rate == RATE
    return samples


def level(samples, count, decibels=0.0):
    """The first `count` samples, the mono downmix brought to RMS and `decibels` above it; the end fades in 20 ms."""
    samples = np.pad(samples[:count], ((0, max(0, count - len(samples))), (0, 0))).astype(np.float64)
    rms = np.sqrt(np.mean(samples.mean(1) ** 2))
    assert rms > 1e-4, "a part is silent"
    fade = int(0.02 * RATE)
    samples[-fade:] *= np.linspace(1, 0, fade)[:, None]
    return (samples * RMS / rms * 10 ** (decibels / 20)).astype(np.float32)


def write(folder, **parts):
    folder.mkdir(parents=True, exist_ok=True)
    for name, samples in parts.items():
        soundfile.write(folder / f"{name}.wav", samples, RATE, subtype="FLOAT")
    print(folder)


def drums_and_bass(seed, kit, bass, groove, line, tempo, swing, room, balance):
    """The two parts, and the chords that the bass plays along."""
    chance = random.Random(seed)
    count, bars = int(SECONDS * RATE), score.bars(SECONDS, tempo)
    harmony = score.harmony(chance, bars)
    drums = play(kit[0], score.groove(chance, groove, bars, swing), kit[1], tempo, room, drums=True)
    low = play(bass[0], score.line(chance, line, harmony, swing), bass[1], tempo, False)
    return level(drums, count, balance / 2), level(low, count, -balance / 2), harmony


def others_than(names, name):
    """All names, beginning with the one after `name`, which comes last."""
    names = list(names)
    at = names.index(name) + 1
    return names[at:] + names[:at]


def write_song(folder, seed, kit, bass, groove, line, tempo, swing, room, balance, *others):
    """Drums, bass and, if `others` says how, the rest."""
    drums, low, harmony = drums_and_bass(seed, kit, bass, groove, line, tempo, swing, room, balance)
    parts = {"drums": drums, "bass": low}
    if others:
        font, chords, lead, decibels = others
        parts["rest"] = rest(seed, harmony, font, chords, lead, tempo, len(drums), decibels)
    write(folder, **parts)


def write_case(folder, name, kit, bass, groove, line, *how):
    """The case, and other music on its instruments."""
    write_song(folder / name, name, kit, bass, groove, line, *how)
    groove, line = others_than(score.GROOVES, groove)[0], others_than(score.LINES, line)[0]
    write_song(folder / name / "teach", f"teach {name}", kit, bass, groove, line, *how)


def rest(seed, harmony, font, chords, lead, tempo, count, decibels):
    """Chords and a lead over them, the lead 3 dB below."""
    chance = random.Random(seed)
    under = level(play(font, score.chords(chance, harmony), chords, tempo, True), count)
    over = level(play(font, score.lead(chance, harmony), lead, tempo, True), count, -3)
    return level(under + over, count, decibels)


def one_shots(folder, files):
    """The one-shots of each drum, softest first, each `[samples, 2]` at RATE with its loudest layer at a peak of 1."""
    drums = {}
    for key, pattern in files.items():
        layers = []
        for path in sorted((SAMPLED / folder).glob(pattern)):
            samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
            at = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
            layers.append(np.stack([np.interp(at, np.arange(len(samples)), samples[:, c % samples.shape[1]]) for c in (0, 1)], 1))
        layers.sort(key=lambda x: np.abs(x).max())
        drums[key] = [layer / np.abs(layers[-1]).max() for layer in layers]
    return drums


# Usual levels of drums whose one-shots were brought to the same peak, in dB.
LEVELS = {KICK: 0, SNARE: -2, STICK: -6, CLOSED: -12, OPEN: -12, RIDE: -12, CRASH: -9, LOW_TOM: -4, MID_TOM: -4, HIGH_TOM: -4}


def strike(drums, notes, tempo, seconds=SECONDS + 4):
    """The notes on one-shots, `[samples, 2]`; a hat ends when the next one is struck."""
    sound = np.zeros((int(seconds * RATE), 2))
    struck = sorted(note for note in notes if note[2] in drums)
    for place, (start, _, key, velocity) in enumerate(struck):
        layers = drums[key]
        samples = layers[min(len(layers) - 1, velocity * len(layers) // 128)]
        samples = samples * (velocity / 127) * 10 ** (LEVELS[key] / 20) / np.abs(samples).max()
        at = int(start * 60 / tempo * RATE)
        later = [int(note[0] * 60 / tempo * RATE) - at for note in struck[place + 1 :] if note[2] in (CLOSED, OPEN)]
        if key in (CLOSED, OPEN) and later and 0 < later[0] < len(samples):
            fade = min(later[0], 200)
            samples = samples[: later[0]] * np.concatenate([np.ones(later[0] - fade), np.linspace(1, 0, fade)])[:, None]
        end = min(at + len(samples), len(sound))
        if at < end:
            sound[at:end] += samples[: end - at]
    return sound


def kit(notes, parts, player, decibels=0.0):
    """Each part of a kit alone, as loud as it is in the whole, whose level is that of a part of a mixture."""
    count = int(SECONDS * RATE)
    names = [name for name in ("kick", "snare", "hats", "toms", "cymbals") if name in parts.values()]
    each = {}
    for name in names:
        own = [note for note in notes if parts[note[2]] == name]
        samples = player(own)[:count] if own else np.zeros((count, 2), np.float32)
        each[name] = np.pad(samples, ((0, count - len(samples)), (0, 0)))
    gain = RMS / np.sqrt(np.mean(sum(each.values()).mean(1) ** 2)) * 10 ** (decibels / 20)
    return {name: (gain * samples).astype(np.float32) for name, samples in each.items()}


def without_toms_and_cymbals(notes):
    """The ride's strokes go to the closed hat."""
    hats = [(*note[:2], score.CLOSED if note[2] == score.RIDE else note[2], note[3]) for note in notes]
    return [note for note in hats if score.FIVE_PARTS[note[2]] in ("kick", "snare", "hats")]


def render_kits(folder):
    for name, (font, program), groove, tempo, swing, room in KITS:
        player = partial(play, font, program=program, beats_per_minute=tempo, room=room, drums=True)
        render_kit(folder, name, player, groove, tempo, swing)
    for name, samples, files, groove, tempo, swing in SAMPLED_KITS:
        drums = one_shots(samples, files)
        render_kit(folder, name, partial(strike, drums, tempo=tempo), groove, tempo, swing, set(drums))
    render_kits_in_songs(folder)


def render_kit(folder, name, player, groove, tempo, swing, keys=frozenset(score.FIVE_PARTS)):
    """A loop of three parts, and one of five if kit and groove have them; `keys` are those of the kit."""
    notes = score.groove(random.Random(name), groove, score.bars(SECONDS, tempo), swing)
    write(folder / "kits" / name, **kit(without_toms_and_cymbals(notes), score.THREE_PARTS, player))
    taught = other_strokes(name, groove, tempo, swing, keys, score.THREE_PARTS)
    write(folder / "kits" / name / "teach", **kit(taught, score.THREE_PARTS, player))
    notes = [note for note in notes if note[2] in keys]
    if parts_of(notes, score.FIVE_PARTS) == set(score.FIVE_PARTS.values()):
        write(folder / "full-kits" / name, **kit(notes, score.FIVE_PARTS, player))
        taught = other_strokes(name, groove, tempo, swing, keys, score.FIVE_PARTS)
        write(folder / "full-kits" / name / "teach", **kit(taught, score.FIVE_PARTS, player))


def parts_of(notes, parts):
    return {parts[note[2]] for note in notes}


def other_strokes(name, groove, tempo, swing, keys, parts):
    """What teaches a kit: the first groove after its own that strikes all parts, as it is drawn here."""
    for other in others_than(score.GROOVES, groove):
        notes = score.groove(random.Random(f"teach {name} {other}"), other, score.bars(SECONDS, tempo), swing)
        notes = without_toms_and_cymbals(notes) if parts is score.THREE_PARTS else notes
        notes = [note for note in notes if note[2] in keys]
        if parts_of(notes, parts) == set(parts.values()):
            return notes
    raise ValueError(f"no groove strikes all parts of {name}")


def render_kits_in_songs(folder):
    for name, font, *how in SONGS:
        write_kit_in_song(folder / "kits-in-songs" / name, name, font, *how)
        groove, line = others_than(score.GROOVES, how[1])[0], others_than(score.LINES, how[2])[0]
        write_kit_in_song(folder / "kits-in-songs" / name / "teach", f"teach {name}", font, how[0], groove, line, *how[3:])


def write_kit_in_song(folder, seed, drums, bass, groove, line, tempo, swing, room, balance, *how):
    chance = random.Random(seed)
    bars = score.bars(SECONDS, tempo)
    harmony = score.harmony(chance, bars)
    notes = without_toms_and_cymbals(score.groove(chance, groove, bars, swing))
    player = partial(play, drums[0], program=drums[1], beats_per_minute=tempo, room=room, drums=True)
    parts = kit(notes, score.THREE_PARTS, player, balance / 2)
    count = len(parts["kick"])
    low = level(play(bass[0], score.line(chance, line, harmony, swing), bass[1], tempo, False), count, -balance / 2)
    write(folder, **parts, bass=low, rest=rest(seed, harmony, *how[:3], tempo, count, how[3]))


def render(folder, stems):
    render_kits(folder)
    for case in LOOPS:
        write_case(folder / "loops", *case)
    for case in SONGS:
        write_case(folder / "songs", *case)
    for bass, drums, font, chords, lead, tempo in MELODIES:
        paths = [stems / f"{name}-take2.flac" for name in (drums, bass)]
        if all(path.exists() for path in paths):
            parts = [soundfile.read(path, dtype="float32", always_2d=True)[0] for path in paths]
            count = min(map(len, parts))
            harmony = score.harmony(random.Random(bass), score.bars(count / RATE, tempo))
            others = rest(bass, harmony, font, chords, lead, tempo, count, 0)
            write(folder / "stems-and-melody" / f"{bass}+{drums}", drums=parts[0][:count], bass=parts[1][:count], rest=others)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stems", type=Path, default=Path("tests/audio"))
    arguments = parser.parse_args()
    render(arguments.folder, arguments.stems)
