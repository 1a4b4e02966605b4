"""Drum patterns: styles as bars of sixteenths, played with chance, fills and pauses.

A pattern is a string of steps: `X` always and loud, `x` always, a digit d with chance d/10, `g` a ghost note (soft, often left
out), `.` never. Styles have a tempo and may have bars of other lengths (12 steps: triplet feel or waltz).
"""

from dataclasses import dataclass

import numpy as np

from .piece import CLIP_SECONDS, Piece, compose


@dataclass
class Hit:
    """One stroke: time in s, class of the drum, velocity 0 to 1."""

    time: float
    drum: str
    velocity: float


# Style -> (tempo, (variant, ...)); a variant is class -> steps. "hat|ride" takes one of the two.
STYLES = {
    "house": (
        (116, 132),
        (
            {
                "kick": "X...X...X...X...",
                "clap|snare": "....X.......X...",
                "open": "..x...x...x...x.",
                "hat": "5555555555555555",
                "shaker": "3333333333333333",
            },
            {
                "kick": "X...X...X...X..4",
                "snare|clap": "....X.......X..2",
                "hat": "..X...X...X...X.",
                "perc": "..2..3..2..3..2.",
            },
        ),
    ),
    "techno": (
        (124, 150),
        (
            {
                "kick": "X...X...X...X...",
                "hat|open": "..X...X...X...X.",
                "perc": "4..4..4.4..4..4.",
                "rim": "..3.....3..3....",
            },
            {"kick": "X...X...X...X...", "ride": "x.x.x.x.x.x.x.x.", "clap": "............5..."},
        ),
    ),
    "disco": (
        (105, 128),
        (
            {
                "kick": "X...X...X...X...",
                "snare": "....X.......X...",
                "open": "..x...x...x...x.",
                "hat": "x.x.x.x.x.x.x.x.",
            },
        ),
    ),
    "rock": (
        (90, 150),
        (
            {"kick": "X.2.1.3.8.5.1.2.", "snare": "....X.......X...", "hat|ride|open": "x.x.x.x.x.x.x.x."},
            {"kick": "X.....x.X.x.....", "snare": "....X..g.g..X...", "hat|ride": "xxxxxxxxxxxxxxxx"},
        ),
    ),
    "half-time": (
        (120, 170),
        ({"kick": "X..2..4...3..2..", "snare": "........X.......", "hat|ride": "x.x.x.x.x.x.x.x."},),
    ),
    "funk": (
        (88, 118),
        (
            {
                "kick": "X.43..43.27..3..",
                "snare": "....X..g.g.gX..g",
                "hat": "xgxgxgxgxgxgxgxg",
                "open": "......1.......2.",
            },
            {"kick": "X.x...x...x.....", "snare": ".g..X.g..g.gX.g.", "hat": "x.xxx.xxx.xxx.x."},
        ),
    ),
    "break-one": (
        (90, 176),
        (
            {
                "kick": "X.X.......XX....",
                "snare": "....X..g.g..X..g",
                "ride|hat": "x.x.x.x.x.x.x.x.",
                "crash": "1...............",
            },
            {"kick": "X.X.......X.....", "snare": "....X..g.g....X.", "ride|hat": "x.x.x.x.x.x.x.x."},
        ),
    ),
    "break-two": (
        (88, 172),
        (
            {"kick": "X.X...X...X..X..", "snare": ".g..X.g.gg.gX..g", "hat": "xxxxxxxXxxxxxXxx"},
            {
                "kick": "X..X..x...X.....",
                "snare": "....X.gg.g..X.g.",
                "hat": "x.x.x.x.x.x.x.x.",
                "open": ".......1.....x..",
            },
        ),
    ),
    "break-three": (
        (84, 130),
        (
            {
                "kick": "X......XX.X.....",
                "snare": "....X.......X...",
                "hat|open": "X.X.X.X.X.X.X.X.",
                "shaker": "4444444444444444",
            },
        ),
    ),
    "boom-bap": (
        (78, 98),
        (
            {"kick": "X..3...4.4X....3", "snare": "....X.......X..g", "hat": "x.x.x.x.x.x.x.x5"},
            {"kick": "X.X....X..X..2..", "snare": "....X.......X...", "ride|hat": "x.x.x.x.x.x.x.x."},
        ),
    ),
    "drum-and-bass": (
        (160, 178),
        (
            {"kick": "X.........X.....", "snare": "....X.......X...", "hat": "x.x.x.x.x.x.x.x."},
            {"kick": "X.X.......X..2..", "snare": "....X..g.g..X.g.", "hat|ride": "x.xgx.xgx.xgx.xg"},
        ),
    ),
    "jungle": (
        (155, 176),
        (
            {
                "kick": "X.X.3...3.X..3..",
                "snare": "....X..X.4..X.4.",
                "hat|ride": "x.x.x.x.x.x.x.x.",
                "perc": "..2..2..2..2..2.",
            },
        ),
    ),
    "trap": (
        (64, 80),
        (
            {
                "kick": "X..3.1415.51.13.",
                "snare|clap": "........X.......",
                "hat": "x5x5x5x5x5x5x5x5",
                "open": "......2.......2.",
            },
            {"kick": "X.....x..3x.....", "clap": "....X.......X...", "hat": "xxxxxxxxxxxxxxxx"},
        ),
    ),
    "dubstep": (
        (136, 144),
        (
            {
                "kick": "X.....2...4..3..",
                "snare": "........X.......",
                "hat": "3.5.3.5.3.5.3.55",
                "perc": "...2..2....2..2.",
            },
        ),
    ),
    "reggae": (
        (66, 90),
        (
            {"kick": "........X.......", "rim|snare": "........X.......", "hat": "x.x.x.xgx.x.x.xg"},
            {"kick": "X...X...X...X...", "rim": "........X...2.2.", "hat": "..x...x...x...x."},
        ),
    ),
    "dembow": (
        (86, 104),
        ({"kick": "X...X...X...X...", "snare": "...X..X....X..X.", "hat|shaker": "x.x.x.x.x.x.x.x."},),
    ),
    "samba": (
        (92, 120),
        (
            {
                "kick": "X..xX..xX..xX..x",
                "rim|snare": "x.x..x.xx.x.x.x.",
                "shaker": "XgxgXgxgXgxgXgxg",
                "perc": "x..x..x...x..x..",
            },
        ),
    ),
    "afro": (
        (96, 122),
        (
            {
                "kick": "X..x..4.X..x..4.",
                "perc": "x.4x.4x.x.4x.4x.",
                "rim": "x..x..x...x.x...",
                "shaker": "x.gxx.gxx.gxx.gx",
            },
        ),
    ),
    "jazz": (
        (90, 170),
        (
            {
                "ride": "x...x..xx...x..x",
                "hat": "....x.......x...",
                "kick": "g...g...g...g...",
                "snare": "..g..g.g..g..g..",
            },
        ),
    ),
    "brushes": ((70, 130), ({"shaker": "xgxgxgxgxgxgxgxg", "snare": "....x..g....x.g.", "kick": "X.......5.3....."},)),
    "march": ((90, 126), ({"snare": "XgxgXgggXgxgxxxx", "kick": "X...X...X...X...", "crash": "4..............."},)),
    "toms": ((80, 150), ({"tom": "X.x4x.4xX.x4x4xx", "kick": "X...X...X...X...", "snare": "....2.......6..."},)),
    "hand-drums": (
        (76, 140),
        (
            {
                "kick": "X..3..X.5..3..3.",
                "perc": "5g5gx5g5xg5gx5g5",
                "snare": "..3.x..3..3.x.3.",
                "shaker|rim": "5.5.5.5.5.5.5.5.",
            },
            {"perc": "x5g5x5g5x5g5xg55", "tom": "X.....4.X..4..4."},
        ),
    ),
    "tabla": (
        (80, 170),
        (
            {
                "kick": "X...4.X...4.X.4.",
                "snare": "..x.x..xx.x..xx.",
                "rim": ".x5.5x5.5x5.5x55",
                "perc": "5..5..3.5..5..5.",
            },
        ),
    ),
    "hats-only": ((80, 176), ({"hat": "x.xgx.xgx.xgxgxg", "shaker": "5555555555555555", "rim": "..2...2...2...2."},)),
    "electro": (
        (110, 136),
        (
            {
                "kick": "X.....X...X.....",
                "snare|clap": "....X.......X...",
                "hat": "xxxxxxxxxxxxxxxx",
                "perc": "...x..x...x..x..",
                "tom": "..............33",
            },
        ),
    ),
    "industrial": (
        (90, 150),
        (
            {
                "kick": "X.5.X.5.X.5.X.55",
                "snare": "....X..5....X.55",
                "perc": "5353535353535353",
                "crash": "x.......5.......",
            },
        ),
    ),
    "blast": (
        (150, 190),
        ({"kick": "xxxxxxxxxxxxxxxx", "snare": "..x...x...x...x.", "crash|ride": "x...x...x...x..."},),
    ),
    "sparse": (
        (60, 120),
        ({"kick": "X.........3.....", "snare|rim|clap": "........5...5...", "perc": "..1..1...1..1..1"},),
    ),
    "kick-alone": ((60, 140), ({"kick": "X..3..X...5.X..3"}, {"kick": "X...X...X...X..."})),
    "waltz": ((80, 180), ({"kick": "X...........", "snare|hat": "....x...x...", "ride": "x...x.x.x.x."},)),
    "six-eight": ((60, 96), ({"kick": "X....35.....", "snare": "......X....g", "hat|ride": "x.x.x.x.x.x."},)),
    "bossa": ((110, 150), ({"kick": "X..xX..xX..xX..x", "rim": "x..x..x...x..x..", "hat|shaker": "xgxgxgxgxgxgxgxg"},)),
    "garage": (
        (126, 138),
        (
            {
                "kick": "X.........X..3..",
                "snare|clap": "....X.......X...",
                "hat": "..x...x..xx...xg",
                "rim": ".......3.3.....3",
                "shaker": "gxgxgxgxgxgxgxgx",
            },
        ),
    ),
    "shuffle": ((86, 140), ({"kick": "X.....x..x..", "snare": "...X..g.gX.g", "hat|ride": "x.xx.xx.xx.x"},)),
    "new-orleans": ((84, 110), ({"kick": "X..x..x...x..x..", "snare": "XggxggxgXggxgxgx", "hat": "....x.......x..."},)),
}
HELD_OUT_STYLES = ("bossa", "garage", "shuffle", "new-orleans")
CHANCE = {"X": 1.0, "x": 0.96, "g": 0.4, ".": 0.0}
LENGTHS = {"waltz": 12, "six-eight": 12, "shuffle": 12}


def styles(held_out: bool) -> list[str]:
    return sorted(s for s in STYLES if (s in HELD_OUT_STYLES) == held_out)


def groove(rng: np.random.Generator, held_out: bool = False) -> tuple[Piece, list[Hit]]:
    """A piece and what its drummer plays; the piece knows where the kicks fall."""
    names = styles(held_out)
    style = names[rng.integers(len(names))]
    euclidean = not held_out and rng.random() < 0.12
    tempo, variants = STYLES[style]
    piece = compose(rng, (60, 178) if euclidean else tempo, 16 if euclidean else LENGTHS.get(style, 16))
    pattern = random_pattern(rng) if euclidean else chosen(variants[rng.integers(len(variants))], rng)
    hits = play(piece, pattern, rng)
    piece.kicks = [h.time for h in hits if h.drum == "kick"]
    return piece, hits


def chosen(variant: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
    """One of each choice of drums; sometimes a part is left out or a part of another style comes in."""
    pattern = {str(rng.choice(drums.split("|"))): steps for drums, steps in variant.items()}
    if len(pattern) > 2 and rng.random() < 0.15:
        pattern.pop(str(rng.choice(list(pattern))))
    if rng.random() < 0.2:
        pattern.setdefault(str(rng.choice(["perc", "shaker", "rim", "tom"])), "".join(rng.choice(list("..25gx"), 16)))
    return pattern


def random_pattern(rng: np.random.Generator) -> dict[str, str]:
    """Evenly spread pulses of random number and rotation per drum (Toussaint's Euclidean rhythms)."""
    pattern = {}
    for drum, most in (("kick", 6), ("snare", 5), ("hat", 13), ("perc", 8), ("tom", 5), ("rim", 6), ("open", 3)):
        if drum in ("kick", "snare", "hat") or rng.random() < 0.3:
            pulses, turn = rng.integers(1, most), rng.integers(16)
            steps = ["x" if (i * pulses) % 16 < pulses else "." for i in range(16)]
            pattern[drum] = "".join(np.roll(steps, turn if drum != "kick" else 0))
    return pattern


def fuller(piece: Piece, hits: list[Hit], rng: np.random.Generator) -> list[Hit]:
    """The same with some of the parts that most styles lack: cymbals, toms, open hats; they are on strips of their own too."""
    pattern = {}
    for drum, steps, p in (
        ("tom", "..2..2.5..2..525", 0.3),
        ("ride", "x.g5x.g5x.g5x.g5", 0.2),
        ("crash", "5...1...2.......", 0.3),
        ("open", "..2...2...2...5.", 0.15),
        ("hat", "x.x.x5x.x.x.x5x.", 0.15),
    ):
        if rng.random() < p:
            pattern[drum] = "".join(np.roll(list(steps), rng.integers(16)))
    return sorted(hits + play(piece, pattern, rng), key=lambda h: h.time)


def play(piece: Piece, pattern: dict[str, str], rng: np.random.Generator) -> list[Hit]:
    hits: list[Hit] = []
    human = rng.choice([0.0, 0.003, 0.008])
    spread = rng.choice([0.05, 0.15, 0.3])
    fills, pauses = rng.choice([0.0, 0.15]), rng.choice([0.0, 0.0, 0.12])
    repeats = rng.random() < 0.5  # a loop repeats its first bar's chances exactly
    fixed = {d: [rng.random() for _ in s] for d, s in pattern.items()}
    for bar in range(piece.bars()):
        fill, pause = rng.random() < fills, rng.random() < pauses
        if pause and bar:
            continue
        for step in range(piece.steps_per_bar):
            in_fill = fill and step >= piece.steps_per_bar * 3 // 4
            for drum, steps in pattern.items():
                mark = steps[step % len(steps)]
                u = fixed[drum][step % len(steps)] if repeats else rng.random()
                if in_fill and drum != "kick" or u >= CHANCE.get(mark, int(mark) / 10 if mark.isdigit() else 0):
                    continue
                velocity = {"X": 1.0, "g": 0.25}.get(mark, 0.75) * rng.uniform(1 - spread, 1)
                add(hits, piece.time(bar, step) + rng.normal(0, human), drum, velocity)
                if drum == "hat" and rng.random() < 0.03:  # a roll
                    for k in (1, 2, 3):
                        add(hits, piece.time(bar, step) + k * piece.step / 4, drum, 0.6 * velocity)
            if in_fill and rng.random() < 0.75:
                add(
                    hits,
                    piece.time(bar, step) + rng.normal(0, human),
                    str(rng.choice(["tom", "snare", "tom"])),
                    rng.uniform(0.5, 1),
                )
        if fills and bar % 4 == 0 and rng.random() < 0.3:
            add(hits, piece.time(bar, 0), "crash", 0.9)
    return hits


def add(hits: list[Hit], time: float, drum: str, velocity: float) -> None:
    if 0 <= time < CLIP_SECONDS - 0.01:
        hits.append(Hit(time, drum, float(velocity)))
