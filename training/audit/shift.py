"""Bulk shifts: a stretch of a corpus whose titles all stand some places too early or too late.

A misfit that resembles a setting of title u votes for every offset at which u stands near it in the corpus'
order, and for every offset by which both, if far apart, would have to be moved to share a title. In a
collection ordered by title, variants of one tune stand beside each other without any fault, but as often
before as after; so an offset must have far more votes than its mirror image. Where every title has n
settings, a shift by k and one by k - n are the same to the music, and the smaller is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Catalogue, Setting

_FARTHEST = 50  # places
_FEWEST_VOTES = 10
_FEWEST_SHARE = 0.2  # of all misfits
_OVER_MIRROR = 3.0


@dataclass(frozen=True, slots=True)
class Shift:
    """Titles that seem displaced by a constant offset.

    Attributes
    ----------
    offset : a setting's own title seems to stand so many places further on (negative: before)
    votes, misfits : how many misfits say so, of how many
    first, last : references of the first and the last of them, in the corpus' order
    """

    offset: int
    votes: int
    misfits: int
    first: str
    last: str


def find_shift(catalogue: Catalogue, misfits: NDArray[np.int64], nearest: NDArray[np.int64]) -> Shift | None:
    """The offset that most misfits agree on, if they agree enough. `nearest` is the setting that each setting
    resembles, shape = (settings,); `misfits` are numbers of settings."""
    order = corpus_order(catalogue.settings)
    place = np.argsort(order)
    titles = catalogue.title_of_setting[order]

    def title_at(places: NDArray[np.int64]) -> NDArray[np.int64]:
        inside = (places >= 0) & (places < len(titles))
        return np.where(inside, titles[places.clip(0, len(titles) - 1)], -1)

    here, there = place[misfits], place[nearest[misfits]]
    far = (
        abs(here - there) > _FARTHEST
    )  # neighbours moved together prove nothing: they are often of one title
    votes = {}
    for offset in (sign * size for size in range(1, _FARTHEST + 1) for sign in (1, -1)):
        moved = title_at(here + offset)
        both_moved = far & (moved == title_at(there + offset))
        votes[offset] = (moved >= 0) & ((moved == titles[there]) | both_moved)
    best = max(votes, key=lambda offset: int(votes[offset].sum()))  # the nearest of equals
    count, mirrored = int(votes[best].sum()), int(votes[-best].sum())
    if count < max(_FEWEST_VOTES, _FEWEST_SHARE * len(misfits), _OVER_MIRROR * mirrored):
        return None
    voters = np.sort(here[votes[best]])
    first, last = (catalogue.settings[order[place]].reference for place in (voters[0], voters[-1]))
    return Shift(best, count, len(misfits), first, last)


def corpus_order(settings: Sequence[Setting]) -> NDArray[np.int64]:
    """Numbers of the settings by reference, digits taken as numbers; an archive's own order says nothing."""
    return np.array(
        sorted(range(len(settings)), key=lambda i: _natural(settings[i].reference)), dtype=np.int64
    )


def _natural(reference: str) -> list[tuple[str, int]]:
    return [(text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d*)", reference)]
