"""The n-gram index: which settings share rare n-grams with a melody."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.ragged import laid_end_to_end
from model.grams import Floats, Ints

GRAM = 5  # intervals; the best single length on a collection of 11,000 settings
_MOST_READ = 500_000  # postings read for a query


class Postings(NamedTuple):
    """Which settings have each n-gram, and with what weight. The postings of an n-gram are neighbours.

    Attributes
    ----------
    vocabulary : the n-grams in rising order, shape = (n-grams,)
    first : offset of each n-gram's postings, and the end of the last, shape = (n-grams + 1,)
    setting : the setting of each posting, shape = (postings,)
    weight : the n-gram's component in the setting's unit vector, shape = (postings,)
    """

    vocabulary: Ints
    first: Ints
    setting: NDArray[np.int32]
    weight: NDArray[np.float32]


class NgramIndex:
    """Cosines between TF-IDF weighted n-grams (Salton and Buckley 1988) of a query and of many settings.

    Term frequencies are logarithmic, because tunes repeat their parts more or less often. Inverse document
    frequencies are smoothed. weight = (1 + ln tf) (1 + ln((1 + settings) / (1 + df))).

    Parameters
    ----------
    settings : the n-grams of each setting, as numbers

    Attributes
    ----------
    postings : everything that `restore` needs but the number of settings
    """

    def __init__(self, settings: Iterable[Ints]) -> None:
        grams, counts, sizes = [np.zeros(0, np.int64)], [np.zeros(0)], []
        for setting in settings:
            distinct, count = _count(setting)
            grams.append(distinct)
            counts.append(count.astype(np.float32))
            sizes.append(len(distinct))
        gram, weight = np.concatenate(grams), np.concatenate(counts)
        del grams, counts  # for a million settings they take gigabytes
        owner = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        order = np.argsort(gram, kind="stable")
        gram, owner, weight = gram[order], owner[order], weight[order]
        first = np.flatnonzero(np.diff(gram, prepend=gram[:1] - 1))
        vocabulary = gram[first]
        first = np.append(first, len(gram))
        self._settings = len(sizes)
        weight = weight * np.repeat(self._rarity(np.diff(first)), np.diff(first))
        norm = np.sqrt(np.bincount(owner, weight**2, self._settings))
        self.postings = Postings(vocabulary, first, owner, (weight / norm[owner]).astype(np.float32))

    @classmethod
    def restore(cls, postings: Postings, settings: int) -> "NgramIndex":
        """The index of this number of settings that had these `postings`."""
        index = cls.__new__(cls)
        index.postings, index._settings = postings, settings
        return index

    def __len__(self) -> int:
        return self._settings

    def cosines(self, query: Ints) -> Floats:
        """Cosine between the n-grams of a melody and those of each setting, 0 to 1. shape = (settings,)

        Reads the rarest n-grams first, and at most `_MOST_READ` postings. In a large collection, the n-grams
        left out occur in so many settings that they weigh little.
        """
        grams, weight = _count(query)
        vocabulary, first, setting, posting_weight = self.postings
        entry = np.searchsorted(vocabulary, grams)
        indexed = np.flatnonzero(entry < len(vocabulary))
        indexed = indexed[vocabulary[entry[indexed]] == grams[indexed]]
        entry, weight = entry[indexed], weight[indexed]
        length = first[entry + 1] - first[entry]
        weight = weight * self._rarity(length)
        weight /= float(np.sqrt((weight**2).sum())) or 1.0
        rarest = np.argsort(length, kind="stable")
        read = rarest[np.cumsum(length[rarest]) <= _MOST_READ]
        posting = laid_end_to_end(first[entry[read]], length[read])
        product = posting_weight[posting] * np.repeat(weight[read], length[read])
        return np.bincount(setting[posting], product, self._settings).astype(np.float64, copy=False)

    def _rarity(self, frequency: Ints) -> Floats:
        return 1 + np.log((1 + self._settings) / (1 + frequency))


def _count(grams: Ints) -> tuple[Ints, Floats]:
    """The distinct n-grams of a melody in rising order, and 1 + ln of the number of times each occurs."""
    grams, counts = np.unique(grams, return_counts=True)
    return grams, 1 + np.log(counts)
