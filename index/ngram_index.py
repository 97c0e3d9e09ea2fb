"""The n-gram index: which settings share rare n-grams with a melody."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.runs import laid_end_to_end
from model.grams import Ints

GRAM = 5  # intervals; the best single length on a collection of 11,000 settings
_MOST_READ = 500_000  # postings of a question
Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]


class NgramIndex:
    """Cosine of TF-IDF weighted n-grams (Salton and Buckley 1988), against known settings.

    Frequencies count by their logarithm, as tunes repeat their parts more or less often, and rarity is
    smoothed: weight = (1 + ln tf) (1 + ln((1 + settings) / (1 + df))).

    Parameters
    ----------
    settings : the n-grams of each known setting, as numbers
    """

    def __init__(self, settings: Iterable[Ints]) -> None:
        grams, counts, sizes = [np.zeros(0, np.int64)], [np.zeros(0)], []
        for setting in settings:
            found, count = _count(setting)
            grams.append(found)
            counts.append(count.astype(np.float32))
            sizes.append(len(found))
        gram, weight = np.concatenate(grams), np.concatenate(counts)
        del grams, counts  # of a million settings they are gigabytes
        owner = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        # The postings of every n-gram one after another: those of n-gram i end where those of i + 1 begin.
        order = np.argsort(gram, kind="stable")
        gram, owner, weight = gram[order], owner[order], weight[order]
        first = np.flatnonzero(np.diff(gram, prepend=gram[:1] - 1))
        self._vocabulary = gram[first]
        self._first = np.append(first, len(gram))
        self._settings = len(sizes)
        weight = weight * np.repeat(self._rarity(np.diff(self._first)), np.diff(self._first))
        norm = np.sqrt(np.bincount(owner, weight**2, self._settings))
        self._setting = owner
        self._weight = (weight / norm[owner]).astype(np.float32)

    def __len__(self) -> int:
        return self._settings

    @property
    def arrays(self) -> Arrays:
        """All that `of_arrays` needs to have the same index again."""
        return {
            "vocabulary": self._vocabulary,
            "first": self._first,
            "setting": self._setting,
            "weight": self._weight,
        }

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], settings: int) -> "NgramIndex":
        """The index that had these `arrays`, of so many settings. Raises KeyError where one is missing."""
        index = cls.__new__(cls)
        index._settings = settings
        index._vocabulary = arrays["vocabulary"]
        index._first = arrays["first"]
        index._setting = arrays["setting"]
        index._weight = arrays["weight"]
        return index

    def cosines(self, asked: Ints) -> Floats:
        """How near a melody's n-grams are to those of each known setting, 0 to 1. shape = (settings,)

        The rarest n-grams are read first, and no more than `_MOST_READ` postings; in a large collection those
        that are left out stand in so many settings that they weigh little.
        """
        grams, weight = _count(asked)
        place = np.searchsorted(self._vocabulary, grams)
        known = np.flatnonzero(place < len(self._vocabulary))
        known = known[self._vocabulary[place[known]] == grams[known]]
        place, weight = place[known], weight[known]
        length = self._first[place + 1] - self._first[place]
        weight = weight * self._rarity(length)
        norm = float(np.sqrt((weight**2).sum())) or 1.0
        rarest = np.argsort(length, kind="stable")
        read = rarest[np.cumsum(length[rarest]) <= _MOST_READ]
        posting = laid_end_to_end(self._first[place[read]], length[read])
        product = self._weight[posting] * np.repeat(weight[read], length[read])
        return np.bincount(self._setting[posting], product, self._settings) / norm

    def _rarity(self, frequency: Ints) -> Floats:
        return 1 + np.log((1 + self._settings) / (1 + frequency))


def _count(grams: Ints) -> tuple[Ints, Floats]:
    """The different n-grams of a melody, sorted, and 1 + ln of how often each occurs."""
    grams, counts = np.unique(grams, return_counts=True)
    return grams, 1 + np.log(counts)
