"""Renders many clips by one run of FluidSynth, because loading a soundfont takes longer than playing it."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile

from . import RATE
from .lines import Note
from .piece import CLIP_SECONDS

SPACING_SECONDS = CLIP_SECONDS + 1.0
TICKS_PER_SECOND = 960
DRUM_CHANNEL = 9
"""Left free: a soundfont's kits are reserved or, in drum soundfonts, lie at a melodic program."""
# General MIDI keys of the classes of grooves.py, for soundfonts' kits (validation only).
DRUM_KEYS = {
    "kick": 36,
    "snare": 38,
    "hat": 42,
    "open": 46,
    "crash": 49,
    "ride": 51,
    "clap": 39,
    "tom": 45,
    "rim": 37,
    "shaker": 54,
    "perc": 56,
}


@dataclass
class Request:
    """Notes for one program in one clip; clips are numbered from 0."""

    clip: int
    program: int
    notes: list[Note]


def render(file: str, requests: list[Request], clips: int) -> np.ndarray:
    """Sum of the requests per clip, float64 [clips, CLIP_SECONDS * RATE]; silence where nothing was asked for."""
    n = int(CLIP_SECONDS * RATE)
    out = np.zeros((clips, n))
    if not requests:
        return out
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "clips.mid", Path(folder) / "clips.wav"
        midi_file(requests).save(midi)
        command = [
            "fluidsynth",
            "-ni",
            "-q",
            "-g",
            "0.5",
            "-r",
            str(RATE),
            "-R",
            "0",
            "-C",
            "0",
            "-F",
            str(wave),
            file,
            str(midi),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        x = soundfile.read(wave, always_2d=True)[0].mean(1)
    for clip in range(clips):
        at = int(clip * SPACING_SECONDS * RATE)
        part = x[at : at + n]
        out[clip, : len(part)] = part
    return out


def midi_file(requests: list[Request]) -> mido.MidiFile:
    """All clips one after the other; within a clip each request has a channel of its own (the 15 that there are)."""
    events: list[tuple[float, int, mido.Message]] = []
    used: dict[int, int] = {}
    for request in requests:
        channel = used.get(request.clip, 0)
        used[request.clip] = channel + 1
        channel = (channel if channel < DRUM_CHANNEL else channel + 1) % 16
        start = request.clip * SPACING_SECONDS
        events.append((start, 0, mido.Message("program_change", channel=channel, program=request.program)))
        for note in request.notes:
            pitch = int(np.clip(note.pitch, 0, 127))
            on, off = start + note.time, start + min(note.time + note.length, CLIP_SECONDS + 0.2)
            velocity = int(np.clip(30 + 95 * note.velocity, 1, 127))
            events.append((on, 2, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
            events.append((off, 1, mido.Message("note_off", channel=channel, note=pitch)))
    events.sort(key=lambda e: (e[0], e[1]))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=500_000)])
    now = 0
    for time, _, message in events:
        tick = int(time * TICKS_PER_SECOND)
        track.append(message.copy(time=tick - now))
        now = tick
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    return file
