"""The n-gram index: which settings share rare n-grams with a melody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.ragged import joined_offsets, laid_end_to_end
from model.grams import Floats, Ints

GRAM = 5  # intervals; the best single length on a collection of 11,000 settings
_MOST_READ = 500_000  # postings read for a query


@dataclass(frozen=True)
class GramCounts:
    """How often each n-gram occurs in each of many settings, one setting after another.

    Attributes
    ----------
    gram : the distinct n-grams of each setting in rising order, shape = (pairs of setting and n-gram,)
    count : how often it occurs in the setting, same shape
    first : offset of each setting, and the end of the last, shape = (settings + 1,)
    """

    gram: Ints
    count: NDArray[np.uint16]
    first: Ints

    @classmethod
    def of(cls, settings: Iterable[Ints]) -> "GramCounts":
        """The counts of settings, given by all n-grams of each as numbers."""
        grams, counts, first = [np.zeros(0, np.int64)], [np.zeros(0, np.uint16)], [0]
        for setting in settings:
            gram, count = np.unique(setting, return_counts=True)
            grams.append(gram)
            counts.append(count.astype(np.uint16))
            first.append(first[-1] + len(gram))
        return cls(np.concatenate(grams), np.concatenate(counts), np.array(first, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.first) - 1

    @classmethod
    def joined(cls, parts: Sequence["GramCounts"]) -> "GramCounts":
        """The counts of several parts, one part after another; of at least one part."""
        return cls(
            np.concatenate([part.gram for part in parts]),
            np.concatenate([part.count for part in parts]),
            joined_offsets([part.first for part in parts]),
        )

    def take(self, numbers: Ints) -> "GramCounts":
        """The counts of the settings with these numbers, in this order."""
        length = np.diff(self.first)[numbers]
        place = laid_end_to_end(self.first[numbers], length)
        return GramCounts(self.gram[place], self.count[place], np.concatenate([[0], np.cumsum(length)]))


class Postings(NamedTuple):
    """Which settings have each n-gram, and with what weight. The postings of an n-gram are neighbours.

    Attributes
    ----------
    vocabulary : the n-grams as hashes, in rising order, shape = (n-grams,)
    first : offset of each n-gram's postings, and the end of the last, shape = (n-grams + 1,)
    setting : the setting of each posting, shape = (postings,)
    weight : the n-gram's component in the setting's unit vector, shape = (postings,)
    occurrences : how often the n-gram occurs in the setting, shape = (postings,). Answers do not need it, but
        the index of other settings can be made from it. None in an artifact that was written without it
    """

    vocabulary: Ints
    first: Ints
    setting: NDArray[np.int32]
    weight: NDArray[np.float32]
    occurrences: NDArray[np.uint16] | None = None


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
        self._set(GramCounts.of(settings))

    @classmethod
    def of(cls, counts: GramCounts) -> "NgramIndex":
        """The index of settings that have each n-gram so often."""
        index = cls.__new__(cls)
        index._set(counts)
        return index

    def _set(self, counts: GramCounts) -> None:
        self._settings = len(counts)
        owner = np.repeat(np.arange(self._settings, dtype=np.int32), np.diff(counts.first))
        order = np.argsort(counts.gram, kind="stable")
        gram, owner, count = counts.gram[order], owner[order], counts.count[order]
        first = np.flatnonzero(np.diff(gram, prepend=gram[:1] - 1))
        vocabulary = gram[first]
        first = np.append(first, len(gram))
        weight = _damped(count).astype(np.float32) * np.repeat(self._rarity(np.diff(first)), np.diff(first))
        norm = np.sqrt(np.bincount(owner, weight**2, self._settings))
        self.postings = Postings(vocabulary, first, owner, (weight / norm[owner]).astype(np.float32), count)

    @classmethod
    def restore(cls, postings: Postings, settings: int) -> "NgramIndex":
        """The index of this number of settings that had these `postings`."""
        index = cls.__new__(cls)
        index.postings, index._settings = postings, settings
        return index

    @property
    def counts(self) -> GramCounts | None:
        """How often each n-gram occurs in each setting; None if the postings do not say it."""
        vocabulary, first, setting, _, count = self.postings
        if count is None:
            return None
        gram = np.repeat(vocabulary, np.diff(first))
        small = setting.astype(np.uint16) if self._settings <= 2**16 else setting
        order = np.argsort(small, kind="stable")  # NumPy sorts numbers of 16 bits ten times as fast
        ends = np.cumsum(np.bincount(setting, minlength=self._settings))
        return GramCounts(gram[order], count[order], np.concatenate([[0], ends]))

    def __len__(self) -> int:
        return self._settings

    def cosines(self, query: Ints) -> Floats:
        """Cosine between the n-grams of a melody and those of each setting, 0 to 1. shape = (settings,)

        Reads the rarest n-grams first, and at most `_MOST_READ` postings. In a large collection, the n-grams
        left out occur in so many settings that they weigh little.
        """
        grams, count = np.unique(query, return_counts=True)
        weight = _damped(count)
        vocabulary, first, setting, posting_weight, _ = self.postings
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


def _damped(count: NDArray[np.integer]) -> Floats:
    """1 + ln of how often an n-gram occurs in a melody."""
    return 1 + np.log(count.astype(np.float64))
