"""The far validation set: kits, basses and other instruments whose licences keep them out of training, on soundfonts."""

import numpy as np

from .basses import LENGTH
from .effects import chance, channel_strip, normalised, surface_noise, worn
from .grooves import fuller, groove
from .lines import Note, bass_line
from .rest import PROGRAMS, figure_notes
from .sets import Bank
from .soundfont import DRUM_KEYS, Request, render
from .source_sets import KIT, PARTS, SourceSet

FIGURES = ("pad", "stabs", "strum", "arpeggio", "melody", "riff")


def far_pieces(bank: Bank, rng: np.random.Generator, count: int, source_set: SourceSet):
    from .mixtures import Clips

    def font(role: str) -> str:
        names = [n for n in sorted(bank.soundfonts) if bank.role[n].startswith(role)]
        return bank.soundfonts[str(rng.choice(names))]

    grooves = [groove(rng, chance(rng, 0.3)) for _ in range(count)]
    lines = [bass_line(piece, rng, chance(rng, 0.3)) for piece, _ in grooves]
    if source_set is KIT:
        grooves = [(piece, fuller(piece, hits, rng)) for piece, hits in grooves]
    notes: dict[int, list[Note]] = {}
    for i, (_, hits) in enumerate(grooves):
        for h in hits:
            part = KIT.sources.index(PARTS[h.drum])
            notes.setdefault(KIT.count * i + part, []).append(Note(h.time, 0.3, DRUM_KEYS[h.drum], h.velocity))
    hits = [Request(clip, 0, ns) for clip, ns in notes.items()]
    kits = render(font("far-drums"), hits, KIT.count * count).reshape(count, KIT.count, -1)
    basses = render(
        font(str(rng.choice(["far-bass", "far-rest"]))),
        [Request(i, int(rng.integers(32, 40)), n) for i, n in enumerate(lines)],
        count,
    )
    parts = []
    for i, (piece, _) in enumerate(grooves):
        for _ in range(rng.integers(1, 4)):
            program = int(PROGRAMS[rng.integers(len(PROGRAMS))])
            parts.append(Request(i, program, figure_notes(piece, str(rng.choice(FIGURES)), rng)))
    rests = render(font(str(rng.choice(["far-rest", "far-bass"]))), parts, count)

    def finished(x: np.ndarray, drum: bool) -> np.ndarray | None:
        if not np.any(x):
            return None
        y = np.asarray(x[..., :LENGTH], dtype=np.float64)
        if drum and chance(rng, 0.3):
            y = worn(y, rng)
        elif chance(rng, 0.5):
            y = channel_strip(y, rng)
        return normalised(y)

    clips = []
    for i in range(count):
        kit = finished(kits[i], True)
        drums = None if kit is None else surface_noise(kit.sum(0), rng)
        clips.append(Clips((drums, finished(basses[i], False), finished(rests[i], False)), kit))
    return clips
