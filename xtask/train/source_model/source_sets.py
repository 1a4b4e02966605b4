"""What a net tells apart. The engine has the same two: `SourceSet` in src/engine/evidence/source_model."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SourceSet:
    """The sources of one kind of net, and whether other sources may sound beside them, which it does not judge."""

    name: str
    sources: tuple[str, ...]
    others: bool

    @property
    def count(self) -> int:
        """Number S of sources that are told apart."""
        return len(self.sources)

    @property
    def stems(self) -> int:
        """Number of stems in a shard: the sources, then all others as one."""
        return self.count + self.others

    @property
    def flags(self) -> int:
        """Number of flags that the net reads: which sources may sound, and whether others may."""
        return self.count + self.others

    @property
    def shards(self) -> str:
        """Name of the folder of its shards in the work folder."""
        return "shards" if self is MIXTURE else f"{self.name}-shards"

    def file(self, framing: str) -> str:
        """Name of its files for one framing, without suffix."""
        return framing if self is MIXTURE else f"{self.name}-{framing}"

    def apart(self) -> np.ndarray:
        """The source that each stem belongs to, [stems]; -1 for what is not judged."""
        return np.array([*range(self.count), *([-1] * self.others)])

    def merged(self, toms: bool, cymbals: bool) -> np.ndarray:
        """`apart` of a kit in which toms count as the snare, or cymbals as the hats."""
        into = self.apart()
        if toms:
            into[self.sources.index("toms")] = self.sources.index("snare")
        if cymbals:
            into[self.sources.index("cymbals")] = self.sources.index("hats")
        return into


MIXTURE = SourceSet("mixture", ("drums", "bass", "rest"), others=False)
KIT = SourceSet("kit", ("kick", "snare", "hats", "toms", "cymbals"), others=True)
SOURCE_SETS = {s.name: s for s in (MIXTURE, KIT)}

# The part of the kit that each class of one-shot belongs to.
PARTS = {
    "kick": "kick", "snare": "snare", "clap": "snare", "rim": "snare", "hat": "hats", "open": "hats", "shaker": "hats",
    "tom": "toms", "perc": "toms", "crash": "cymbals", "ride": "cymbals",
}  # fmt: skip


def pairs(stems: int) -> np.ndarray:
    """Order of the inner products in a shard, [P, 2]: each stem with itself, then each with each later one."""
    own = [(a, a) for a in range(stems)]
    return np.array(own + [(a, b) for a in range(stems) for b in range(a + 1, stems)])
