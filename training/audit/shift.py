"""Bulk shifts: a stretch of a corpus in which every title is some places too early or too late.

A misfit that resembles a setting of title u votes for every offset at which the corpus, in its order, has u
near the misfit. If the two settings are far apart, it also votes for every offset by which both would have to
move to share a title. A collection ordered by title puts variants of one tune side by side without any fault,
but as often before as after each other; so an offset must have far more votes than its mirror image. Where
every title has n settings, a shift by k and a shift by k - n look the same in the music, and the smaller one
is reported.
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
    """A stretch of titles that seem displaced by a constant offset.

    Attributes
    ----------
    offset : how many places after a setting its own title seems to be (negative: before it)
    votes : number of misfits that agree on the offset
    misfits : number of all misfits
    first, last : references of the first and last misfit that agree, in the order of the corpus
    """

    offset: int
    votes: int
    misfits: int
    first: str
    last: str


def find_shift(catalogue: Catalogue, misfits: NDArray[np.int64], nearest: NDArray[np.int64]) -> Shift | None:
    """The offset that most misfits agree on, if enough of them do.

    Parameters
    ----------
    catalogue : titles and settings
    misfits : numbers of settings
    nearest : number of the setting of another title that each setting resembles most; shape = (settings,)
    """
    order = corpus_order(catalogue.settings)
    place = np.argsort(order)
    titles = catalogue.title_of_setting[order]

    def title_at(places: NDArray[np.int64]) -> NDArray[np.int64]:
        inside = (places >= 0) & (places < len(titles))
        return np.where(inside, titles[places.clip(0, len(titles) - 1)], -1)

    here, there = place[misfits], place[nearest[misfits]]
    # Neighbours that move together prove nothing: they often share a title anyway.
    far = abs(here - there) > _FARTHEST
    votes = {}
    for offset in (sign * size for size in range(1, _FARTHEST + 1) for sign in (1, -1)):
        moved = title_at(here + offset)
        both_moved = far & (moved == title_at(there + offset))
        votes[offset] = (moved >= 0) & ((moved == titles[there]) | both_moved)
    best = max(votes, key=lambda offset: int(votes[offset].sum()))  # the smallest offset wins a tie
    count, mirrored = int(votes[best].sum()), int(votes[-best].sum())
    if count < max(_FEWEST_VOTES, _FEWEST_SHARE * len(misfits), _OVER_MIRROR * mirrored):
        return None
    voters = np.sort(here[votes[best]])
    first, last = (catalogue.settings[order[place]].reference for place in (voters[0], voters[-1]))
    return Shift(best, count, len(misfits), first, last)


def corpus_order(settings: Sequence[Setting]) -> NDArray[np.int64]:
    """Numbers of the settings sorted by reference, with digits compared as numbers.

    The order in an archive is arbitrary, so references must give the order.
    """
    return np.array(
        sorted(range(len(settings)), key=lambda i: _natural(settings[i].reference)), dtype=np.int64
    )


def _natural(reference: str) -> list[tuple[str, int]]:
    return [(text, int(digits or 0)) for text, digits in re.findall(r"(\D*)(\d*)", reference)]
