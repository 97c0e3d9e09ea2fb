"""Which settings resemble each other, by the cosine of their interval n-grams."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.ngram_index import GRAM, NgramIndex
from index.progress import OnStep, counted, ignore_steps
from model.abc import Tune
from model.grams import interval_grams

_CHANCE = 0.1  # cosine; nearly all pairs of unrelated tunes have less


@dataclass(frozen=True)
class Resemblances:
    """Pairs of settings that share a title or are closer than most unrelated settings.

    Every pair appears twice, once in each order.

    Attributes
    ----------
    settings : number of settings
    first, second : the settings of each pair, sorted by `first`; shape = (pairs,)
    cosine : of their TF-IDF weighted interval 5-grams, 0 to 1, the same in every key; shape = (pairs,)
    """

    settings: int
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cosine: NDArray[np.float64]

    def best(self, weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The highest weight among each setting's pairs and the other setting of that pair.

        They are 0 and -1 for a setting without a pair of positive weight. `weight` is not negative and has
        the shape (pairs,); both results have the shape (settings,).
        """
        order = np.lexsort((weight, self.first))
        last = order[np.flatnonzero(np.diff(self.first[order], append=-1))]
        last = last[weight[last] > 0]
        highest, other = np.zeros(self.settings), np.full(self.settings, -1, dtype=np.int64)
        highest[self.first[last]] = weight[last]
        other[self.first[last]] = self.second[last]
        return highest, other

    def nearest_of_titles(
        self, title_of_setting: NDArray[np.int64], least: float, without: Set[int]
    ) -> list[tuple[int, int, float]]:
        """The closest two settings of every two titles, with their cosine, if that is `least` or more.

        In falling order of cosine. The settings in `without` are ignored.
        """
        near = np.flatnonzero((self.cosine >= least) & (self.first < self.second))
        closest: dict[tuple[int, int], tuple[int, int, float]] = {}
        for pair in near[np.argsort(-self.cosine[near], kind="stable")]:
            a, b = int(self.first[pair]), int(self.second[pair])
            low, high = sorted((int(title_of_setting[a]), int(title_of_setting[b])))
            if low != high and not {a, b} & without:
                closest.setdefault((low, high), (a, b, float(self.cosine[pair])))
        return list(closest.values())


def resemble(
    tunes: Sequence[Tune], title_of_setting: NDArray[np.int64], on_step: OnStep = ignore_steps
) -> Resemblances:
    """Compare every tune with every other. `on_step` is called when each step begins.

    Pairs of one title are kept even below the level of chance, because there a faint resemblance already
    tells a free version from another tune.
    """
    read = counted(tunes, on_step("reading n-grams", len(tunes)))
    grams = [interval_grams(tune, GRAM) for tune in read]
    index = NgramIndex(grams)
    seconds, cosines = [], []
    for number, query in enumerate(counted(grams, on_step("comparing", len(grams)))):
        cosine = index.cosines(query)
        cosine[number] = 0
        same = title_of_setting == title_of_setting[number]
        near = np.flatnonzero((cosine >= _CHANCE) | (same & (cosine > 0)))
        seconds.append(near)
        cosines.append(cosine[near])
    first = np.repeat(np.arange(len(tunes)), [len(near) for near in seconds])
    return Resemblances(len(tunes), first, np.concatenate(seconds), np.concatenate(cosines))
