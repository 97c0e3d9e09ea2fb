"""The n-gram index: which settings share rare n-grams with a melody."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.grams import Ints

GRAM = 5  # intervals; the best single length on a collection of 11,000 settings
Floats = NDArray[np.float64]


class NgramIndex:
    """Cosine of TF-IDF weighted n-grams (Salton and Buckley 1988), against known settings.

    Frequencies count by their logarithm, as tunes repeat their parts more or less often, and rarity is
    smoothed: weight = (1 + ln tf) (1 + ln((1 + settings) / (1 + df))).

    Parameters
    ----------
    settings : the n-grams of each known setting, as numbers
    """

    def __init__(self, settings: Sequence[Ints]) -> None:
        counted = [_count(grams) for grams in settings]
        grams = np.concatenate([np.zeros(0, np.int64), *(found for found, _ in counted)])
        self._settings = len(settings)
        self._vocabulary, gram = np.unique(grams, return_inverse=True)
        frequency = np.bincount(gram, minlength=len(self._vocabulary))
        self._rarity = 1 + np.log((1 + len(settings)) / (1 + frequency))
        setting = np.repeat(np.arange(len(settings)), [len(found) for found, _ in counted])
        weight = np.concatenate([np.zeros(0), *(counts for _, counts in counted)]) * self._rarity[gram]
        norm = np.sqrt(np.bincount(setting, weight**2, len(settings)))
        # The postings of every n-gram one after another: those of n-gram i end where those of i + 1 begin.
        order = np.argsort(gram, kind="stable")
        self._first = np.concatenate([[0], np.cumsum(frequency)])
        self._setting = setting[order]
        self._weight = (weight / norm[setting])[order]

    def cosines(self, asked: Ints) -> Floats:
        """How near a melody's n-grams are to those of each known setting, 0 to 1. shape = (settings,)"""
        grams, weight = _count(asked)
        place = np.searchsorted(self._vocabulary, grams)
        known = np.flatnonzero(place < len(self._vocabulary))
        known = known[self._vocabulary[place[known]] == grams[known]]
        place, weight = place[known], weight[known]
        weight = weight * self._rarity[place]
        length = self._first[place + 1] - self._first[place]
        # Positions of all postings asked for: each n-gram's run of them, laid end to end.
        run = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
        posting = np.repeat(self._first[place], length) + run
        product = self._weight[posting] * np.repeat(weight, length)
        norm = float(np.sqrt((weight**2).sum())) or 1.0
        return np.bincount(self._setting[posting], product, self._settings) / norm


def _count(grams: Ints) -> tuple[Ints, Floats]:
    """The different n-grams of a melody, sorted, and 1 + ln of how often each occurs."""
    grams, counts = np.unique(grams, return_counts=True)
    return grams, 1 + np.log(counts)
