"""Bass lines: notes over a piece, some locked to its kicks."""

from dataclasses import dataclass

import numpy as np

from .piece import CLIP_SECONDS, Piece

# Style -> steps of a bar at which notes start; `kicks` and `free` are made on the spot.
RHYTHMS = {
    "eighths": (0, 2, 4, 6, 8, 10, 12, 14),
    "sixteenths": tuple(range(16)),
    "quarters": (0, 4, 8, 12),
    "off-beats": (2, 6, 10, 14),
    "octaves": (0, 2, 4, 6, 8, 10, 12, 14),
    "gallop": (0, 2, 3, 4, 6, 7, 8, 10, 11, 12, 14, 15),
    "dub": (0, 3, 6, 10, 12),
    "son": (0, 3, 6, 8, 11, 14),
    "long": (0,),
    "halves": (0, 8),
    "walking": (0, 4, 8, 12),
    "kicks": (),
    "free": (),
    "acid": (),
    "slap": (),
    "slap-octaves": (),
}
HELD_OUT_RHYTHMS = ("son", "gallop")
LOWEST, HIGHEST = 23, 62


@dataclass
class Note:
    """Time and length in s, MIDI pitch, velocity 0 to 1; `slide` glides from the note before.

    `pop` is plucked hard, so that the string snaps back; `dead`: the string is damped, more thud than tone.
    """

    time: float
    length: float
    pitch: int
    velocity: float
    slide: bool = False
    pop: bool = False
    dead: bool = False


def bass_line(piece: Piece, rng: np.random.Generator, held_out: bool = False) -> list[Note]:
    names = sorted(r for r in RHYTHMS if held_out or r not in HELD_OUT_RHYTHMS)
    style = names[rng.integers(len(names))]
    articulation = rng.choice([0.35, 0.6, 0.85, 1.0])
    pauses = rng.choice([0.0, 0.05, 0.2])
    pattern = starts(piece, style, rng)
    moves = rng.choice([0.0, 0.2, 0.5])
    figure = [melodic_step(style, i, moves, rng) for i in range(16)]
    repeats = rng.random() < 0.6
    ghosts = rng.choice([0.0, 0.0, 0.0, 0.3])
    notes: list[Note] = []
    for bar in range(piece.bars()):
        steps = pattern if repeats else starts(piece, style, rng)
        times = [piece.time(bar, s) for s in steps]
        if style == "kicks":
            times = [t for t in piece.kicks if piece.time(bar, 0) - 0.01 <= t < piece.time(bar + 1, 0) - 0.01] or [
                piece.time(bar, 0)
            ]
        ends = times[1:] + [piece.time(bar + 1, 0)]
        for i, (start, end) in enumerate(zip(times, ends)):
            if rng.random() < pauses or start < 0 or start >= CLIP_SECONDS - 0.05:
                continue
            degree, semitones = figure[i % 16] if repeats else melodic_step(style, i, moves, rng)
            if style == "walking" and i == len(times) - 1:
                semitones, degree = int(rng.choice([-1, 1])), piece.chord(bar + 1) - piece.chord(bar)
            pitch = piece.root + piece.degree(piece.chord(bar) + degree) + semitones
            note = Note(
                start,
                max(0.04, (end - start) * articulation * rng.uniform(0.85, 1.0)),
                in_range(pitch),
                rng.uniform(0.55, 1),
            )
            note.slide = rng.random() < (0.35 if style == "acid" else 0.06)
            if style.startswith("slap"):
                slap(note, steps[i], style, rng)
            notes.append(note)
            if (
                rng.random() < ghosts
                and end - start > 1.5 * piece.step
                and (at := start + rng.integers(1, 4) * piece.step) < end - 0.05
            ):
                notes[-1].length = min(note.length, at - start)
                notes.append(Note(at, 0.045, note.pitch, rng.uniform(0.3, 0.6), dead=True))
    return [n for n in notes if n.time < CLIP_SECONDS - 0.05]


def slap(note: Note, step: int, style: str, rng: np.random.Generator) -> None:
    """Marks `note` as popped or damped. In octaves the thumb plays the beats, and the finger pops the eighths between, an octave higher."""
    between = step % 4 == 2
    note.pop = between and rng.random() < 0.9 if style == "slap-octaves" else rng.random() < 0.35
    if note.pop and (style == "slap-octaves" or rng.random() < 0.5):
        note.pitch = in_range(note.pitch + 12)
    note.dead = not note.pop and rng.random() < (0.6 if step % 2 else 0.1)
    if note.dead:
        note.length = min(note.length, 0.05)


def starts(piece: Piece, style: str, rng: np.random.Generator) -> tuple[int, ...]:
    if style == "free":
        picked = rng.random(16) < rng.choice([0.2, 0.35, 0.5])
    elif style == "acid":
        picked = rng.random(16) < 0.7
    elif style == "slap":
        picked = rng.random(16) < 0.5
    elif style == "slap-octaves":  # eighths, with some sixteenths in between
        picked = rng.random(16) < np.tile([0.9, rng.choice([0.0, 0.3, 0.6])], 8)
    else:
        return tuple(s for s in RHYTHMS[style] if s < piece.steps_per_bar) or (0,)
    picked[0] |= rng.random() < 0.8
    return tuple(int(s) for s in np.flatnonzero(picked[: piece.steps_per_bar])) or (0,)


def melodic_step(style: str, i: int, moves: float, rng: np.random.Generator) -> tuple[int, int]:
    """(degree of the scale, semitones on top) relative to the chord's root."""
    if style == "octaves":
        return 0, 12 * (i % 2)
    if style == "walking":
        return (0, int(rng.choice([2, 4, 1])), 4, int(rng.choice([5, 3, 6])))[i % 4], 0
    if style == "acid":
        return int(rng.choice([0, 0, 0, 2, 4, 6])), int(rng.choice([0, 0, 12, 0, -12, 1]))
    octave = 12 if rng.random() < 0.06 else 0
    return (int(rng.choice([2, 4, -1, 3, 6, 1])) if rng.random() < moves else 0), octave + int(
        rng.choice([0] * 14 + [-1, 1])
    )


def in_range(pitch: int) -> int:
    while pitch > HIGHEST:
        pitch -= 12
    while pitch < LOWEST:
        pitch += 12
    return pitch
