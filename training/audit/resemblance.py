"""Which settings resemble which, by the cosine of their interval n-grams."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.ngram_index import GRAM, NgramIndex
from model.abc import Tune
from model.grams import interval_grams

_CHANCE = 0.1  # cosine; under it lie nearly all pairs of unrelated tunes


@dataclass(frozen=True)
class Resemblances:
    """Pairs of settings that share a title, or are nearer than most unrelated ones; each stands both ways.

    Attributes
    ----------
    settings : how many settings there are
    first, second : numbers of the two, sorted by `first`; shape = (pairs,)
    cosine : of their TF-IDF weighted interval 5-grams, 0 to 1, the same in every key; shape = (pairs,)
    """

    settings: int
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    cosine: NDArray[np.float64]

    def best(self, weight: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The highest weight of each setting's pairs, and that pair's other setting; 0 and -1 for none.

        `weight` is not negative, shape = (pairs,); both results have the shape (settings,).
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
        """For every two titles with settings of at least that cosine, the nearest two and their cosine.

        In falling order. Settings `without` are passed over.
        """
        near = np.flatnonzero((self.cosine >= least) & (self.first < self.second))
        best: dict[tuple[int, int], tuple[int, int, float]] = {}
        for pair in near[np.argsort(-self.cosine[near], kind="stable")]:
            a, b = int(self.first[pair]), int(self.second[pair])
            one, other = sorted((int(title_of_setting[a]), int(title_of_setting[b])))
            if one != other and not {a, b} & without:
                best.setdefault((one, other), (a, b, float(self.cosine[pair])))
        return list(best.values())


def resemble(
    tunes: Sequence[Tune], title_of_setting: NDArray[np.int64], on_tune: Callable[[], object] = lambda: None
) -> Resemblances:
    """Compare every tune with every other. `on_tune` is called after each.

    Below the level of chance pairs of one title are kept all the same: there even a faint resemblance tells a
    free version from another tune.
    """
    grams = [interval_grams(tune, GRAM) for tune in tunes]
    index = NgramIndex(grams)
    seconds, cosines = [], []
    for number, asked in enumerate(grams):
        cosine = index.cosines(asked)
        cosine[number] = 0
        same = title_of_setting == title_of_setting[number]
        near = np.flatnonzero((cosine >= _CHANCE) | (same & (cosine > 0)))
        seconds.append(near)
        cosines.append(cosine[near])
        on_tune()
    first = np.repeat(np.arange(len(tunes)), [len(near) for near in seconds])
    return Resemblances(len(tunes), first, np.concatenate(seconds), np.concatenate(cosines))
