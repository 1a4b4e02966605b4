"""What the three sources of a mixture have in common: tempo, bar, key, the steps on which the kick falls."""

from dataclasses import dataclass, field

import numpy as np

CLIP_SECONDS = 8.0

SCALES = (
    (0, 3, 5, 7, 10),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 3, 5, 7, 9, 10),
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 4, 7, 9),
    (0, 1, 3, 5, 7, 8, 10),
)


@dataclass
class Piece:
    """A few bars of music. Times are in seconds from the clip's start; `start` is where bar 0 begins, at or before 0."""

    bpm: float
    steps_per_bar: int
    swing: float
    start: float
    root: int
    """MIDI pitch of the bass's root, 24 to 40."""
    scale: tuple[int, ...]
    chords: list[int]
    """Scale degrees, one per bar, repeated."""
    kicks: list[float] = field(default_factory=list)
    """Where the kick falls, for bass lines that lock to it."""

    @property
    def step(self) -> float:
        """Length of a sixteenth, s."""
        return 15.0 / self.bpm

    @property
    def bar(self) -> float:
        return self.step * self.steps_per_bar

    def time(self, bar: int, step: float) -> float:
        """Odd sixteenths come late by the swing."""
        late = self.swing * self.step if int(step) % 2 and step == int(step) else 0.0
        return self.start + bar * self.bar + step * self.step + late

    def bars(self) -> int:
        return int(np.ceil((CLIP_SECONDS - self.start) / self.bar))

    def degree(self, degree: int) -> int:
        """Semitones above the root of a degree of the scale, which may be negative or beyond an octave."""
        n = len(self.scale)
        return self.scale[degree % n] + 12 * (degree // n)

    def chord(self, bar: int) -> int:
        return self.chords[bar % len(self.chords)]


def compose(rng: np.random.Generator, tempo: tuple[float, float] | None = None, steps: int = 16) -> Piece:
    """A piece in some tempo, key and meter."""
    low, high = tempo or (((70, 110), (88, 140), (120, 178))[rng.integers(3)])
    piece = Piece(
        bpm=rng.uniform(low, high),
        steps_per_bar=steps,
        swing=rng.uniform(0.05, 0.36) if rng.random() < 0.35 else 0.0,
        start=0.0,
        root=int(rng.integers(24, 41)),
        scale=SCALES[rng.integers(len(SCALES))],
        chords=[0] + [int(c) for c in rng.choice([0, 0, 0, -2, 3, 4, -1, 5], 3)],
    )
    piece.start = -rng.uniform(0, 1) * piece.bar if rng.random() < 0.6 else 0.0
    return piece
