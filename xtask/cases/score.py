"""Grooves, bass lines, chords and leads as notes, and notes as MIDI files.

A note is (start, length, key, velocity), start and length in quarter notes. What varies is drawn from the `chance` that
is passed in, so that the same seed plays the same.
"""

import math

TICKS = 480
KICK, STICK, SNARE, CLOSED, PEDAL, OPEN, CRASH, RIDE = 36, 37, 38, 42, 44, 46, 49, 51
LOW_TOM, MID_TOM, HIGH_TOM = 43, 47, 50

# The part of the kit that a key belongs to, for five parts and for three.
FIVE_PARTS = {
    KICK: "kick", SNARE: "snare", STICK: "snare", CLOSED: "hats", PEDAL: "hats", OPEN: "hats", CRASH: "cymbals", RIDE: "cymbals",
    LOW_TOM: "toms", MID_TOM: "toms", HIGH_TOM: "toms",
}  # fmt: skip
THREE_PARTS = {key: {"toms": "snare", "cymbals": "hats"}.get(part, part) for key, part in FIVE_PARTS.items()}

# One bar in sixteenths: X an accent, x a stroke, g a ghost stroke.
GROOVES = {
    "rock": {KICK: "X.....x.X.......", SNARE: "....X.......X...", CLOSED: "X.x.X.x.X.x.X.x."},
    "funk": {KICK: "X..x..X...X..x..", SNARE: "....X..g.g..X..g", CLOSED: "XxxxXxx.XxxxXxxx", OPEN: ".......x........"},
    "half": {KICK: "X.........x.....", SNARE: "........X.......", CLOSED: "X.x.X.x.X.xxX.x."},
    "shuffle": {KICK: "X......xX.......", SNARE: "....X.......X..g", RIDE: "X..xX..xX..xX..x"},
    "break": {KICK: "X.........x.....", SNARE: "....X..x....X...", CLOSED: "X.x.X.x.x.x.X.x.", OPEN: "..............x."},
    "latin": {KICK: "X..x....X..x....", STICK: "...x..X...x.X...", CLOSED: "X.xxX.xxX.xxX.xx", LOW_TOM: "..............xx"},
    "trap": {KICK: "X.....x...X..x..", SNARE: "........X.......", CLOSED: "x.x.xxx.x.x.xxxx", OPEN: "......x........."},
    "house": {KICK: "X...X...X...X...", SNARE: "....x.......x...", CLOSED: "..g...g...g...g.", OPEN: "..X...X...X...X."},
    "swing": {KICK: "x.......x.......", RIDE: "X...X..xX...X..x", PEDAL: "....x.......x...", SNARE: ".......g...g...."},
}
FILL = {KICK: "X.......X.......", SNARE: "X.xxx...........", HIGH_TOM: "......xx........", MID_TOM: "........xxx.....", LOW_TOM: "...........xxxxx"}
VELOCITY = {"X": 112, "x": 84, "g": 42}

# One bar in sixteenths: (at, lasts, degree above the root; 7 is the octave).
LINES = {
    "eighths": [(at, 2, 0) for at in range(0, 14, 2)] + [(14, 2, 4)],
    "octaves": [(at, 2, 7 if at % 4 else 0) for at in range(0, 16, 2)],
    "walking": [(0, 4, 0), (4, 4, 2), (8, 4, 4), (12, 4, 5)],
    "long": [(0, 10, 0), (10, 4, 0), (14, 2, 4)],
    "syncopated": [(0, 3, 0), (3, 3, 4), (6, 4, 7), (11, 2, 4), (13, 3, 2)],
    "funk": [(0, 1, 0), (3, 1, 7), (4, 2, 0), (7, 1, 6), (8, 1, 7), (10, 2, 0), (13, 1, 3), (14, 2, 4)],
}
MINOR, MAJOR = [0, 2, 3, 5, 7, 8, 10], [0, 2, 4, 5, 7, 9, 11]


def bars(seconds, beats_per_minute):
    """Bars of four quarters that fill `seconds`."""
    return math.ceil(seconds * beats_per_minute / 240)


def harmony(chance, count):
    """A scale of MIDI keys from the tonic between E1 and D2 on, and the degree of each bar's root."""
    tonic, steps = chance.randrange(28, 39), chance.choice([MINOR, MAJOR])
    turn = [0, *chance.choice([[5, 3, 4], [3, 0, 4], [0, 5, 4], [6, 5, 6], [2, 3, 5]])]
    return tonic, steps, [turn[bar % 4] for bar in range(count)]


def key(harmony, degree):
    tonic, steps, _ = harmony
    return tonic + 12 * (degree // 7) + steps[degree % 7]


def late(chance, sixteenth, swing):
    """Where a sixteenth falls, in quarter notes: swung, and a few milliseconds beside the beat."""
    swung = swing / 4 if sixteenth % 2 else 0
    return max(0.0, sixteenth / 4 + swung + chance.gauss(0, 0.008))


def groove(chance, name, count, swing):
    notes = [(late(chance, 0, 0), 0.5, CRASH, 96)] if chance.random() < 0.5 else []
    for bar in range(count):
        pattern = FILL if bar % 4 == 3 and chance.random() < 0.7 else GROOVES[name]
        for drum, steps in pattern.items():
            for step, mark in enumerate(steps):
                # Now and then a light stroke is left out, or a ghost stroke comes in.
                if mark == "x" and drum != KICK and chance.random() < 0.06:
                    continue
                if mark == "." and drum == SNARE and chance.random() < 0.03:
                    mark = "g"
                if mark != ".":
                    velocity = min(127, max(20, round(VELOCITY[mark] + chance.gauss(0, 7))))
                    notes.append((4 * bar + late(chance, step, swing), 0.2, drum, velocity))
    return notes


def line(chance, name, harmony, swing):
    notes = []
    for bar, root in enumerate(harmony[2]):
        for at, lasts, degree in LINES[name]:
            if at and chance.random() < 0.08:
                continue
            if at and chance.random() < 0.12:
                degree = chance.choice([2, 4, 6, 7])
            pitch = key(harmony, root + degree)
            pitch -= 12 if pitch > 55 else 0
            velocity = min(127, round(100 + chance.gauss(0, 9)))
            notes.append((4 * bar + late(chance, at, swing), 0.92 * lasts / 4, pitch, velocity))
    return notes


def chords(chance, harmony):
    """Three or four voices from C3 on, held or struck in a rhythm."""
    rhythm = chance.choice([[(0, 4)], [(0, 2), (2, 2)], [(0, 1.5), (1.5, 1), (3, 1)], [(at / 2, 0.4) for at in range(8)]])
    notes = []
    for bar, root in enumerate(harmony[2]):
        voices = [key(harmony, root + degree) for degree in (0, 2, 4, 6)[: chance.choice([3, 3, 4])]]
        voices = [48 + (voice - 48) % 19 for voice in voices]
        for at, lasts in rhythm:
            for voice in voices:
                start = 4 * bar + at + abs(chance.gauss(0, 0.012))
                notes.append((start, 0.95 * lasts, voice, min(127, round(84 + chance.gauss(0, 8)))))
    return notes


def lead(chance, harmony):
    """A melody of steps and small leaps between G4 and G6, with rests."""
    notes, degree = [], chance.randrange(14, 22)
    for bar, root in enumerate(harmony[2]):
        at = 0.0
        while at < 4:
            lasts = min(4 - at, chance.choice([0.25, 0.5, 0.5, 1, 1.5]))
            degree += chance.choice([-2, -1, -1, 0, 1, 1, 2])
            degree = root + 14 + chance.choice([0, 2, 4]) if at == 0 else min(30, max(13, degree))
            if chance.random() < 0.8:
                pitch = 67 + (key(harmony, degree) - 67) % 24
                start = 4 * bar + at + abs(chance.gauss(0, 0.012))
                notes.append((start, 0.9 * lasts, pitch, min(127, round(94 + chance.gauss(0, 10)))))
            at += lasts
    return notes


def midi(notes, channel, program, beats_per_minute):
    """A Standard MIDI file of format 0."""
    events = []
    for start, lasts, pitch, velocity in notes:
        on, off = round(start * TICKS), round((start + lasts) * TICKS)
        events += [(on, 1, 0x90 | channel, pitch, velocity), (off, 0, 0x80 | channel, pitch, 0)]
    # At one time, keys are released before they are struck again.
    events.sort()
    track = b"\x00\xff\x51\x03" + round(60e6 / beats_per_minute).to_bytes(3, "big") + bytes([0, 0xC0 | channel, program])
    now = 0
    for tick, _, *message in events:
        track += variable_length(tick - now) + bytes(message)
        now = tick
    # Four quarters in which the last notes die away.
    track += variable_length(4 * TICKS) + b"\xff\x2f\x00"
    head = b"MThd\0\0\0\x06\0\0\0\x01" + TICKS.to_bytes(2, "big")
    return head + b"MTrk" + len(track).to_bytes(4, "big") + track


def variable_length(value):
    """Seven bits per byte, the highest bit set in all but the last."""
    groups = [value & 0x7F]
    while value := value >> 7:
        groups.append(value & 0x7F | 0x80)
    return bytes(reversed(groups))
