"""Plain ways of finding a known tune, to stand beside the encoders in the same run."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.cosine_index import Hit
from model.abc import Tune
from model.grams import interval_grams

_GRAM = 5  # intervals; the best single length on a collection of 15,000 settings


class NgramIndex:
    """Cosine of TF-IDF weighted interval 5-grams (Salton and Buckley 1988), against known settings.

    Parameters
    ----------
    tunes : the known settings
    title_of_setting : shape = (settings,)
    """

    def __init__(self, tunes: Sequence[Tune], title_of_setting: NDArray[np.int64]) -> None:
        self._title_of_setting = title_of_setting
        counts = [Counter(interval_grams(tune, _GRAM).tolist()) for tune in tunes]
        frequency = Counter(gram for count in counts for gram in count)
        self._idf = {gram: float(np.log(len(tunes) / n)) for gram, n in frequency.items()}
        postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for setting, count in enumerate(counts):
            for gram, weight in self._weights(count).items():
                postings[gram].append((setting, weight))
        self._postings = {
            gram: (np.array([setting for setting, _ in found]), np.array([weight for _, weight in found]))
            for gram, found in postings.items()
        }

    def search(self, tunes: Sequence[Tune], k: int) -> list[list[Hit]]:
        """For each tune the `k` titles with the nearest settings, best first."""
        return [self._search(tune, k) for tune in tunes]

    def cosines(self, tune: Tune) -> NDArray[np.float64]:
        """How near the tune is to each known setting, 0 to 1. shape = (settings,)"""
        cosines = np.zeros(len(self._title_of_setting))
        for gram, weight in self._weights(Counter(interval_grams(tune, _GRAM).tolist())).items():
            settings, weights = self._postings[gram]
            cosines[settings] += weight * weights
        return cosines

    def _search(self, tune: Tune, k: int) -> list[Hit]:
        scores = self.cosines(tune)
        hits: dict[int, Hit] = {}
        for setting in np.argsort(-scores, kind="stable"):
            title = int(self._title_of_setting[setting])
            hits.setdefault(title, Hit(title, int(setting), float(scores[setting])))
            if len(hits) == k:
                break
        return list(hits.values())

    def _weights(self, count: Counter[int]) -> dict[int, float]:
        weights = {gram: n * self._idf[gram] for gram, n in count.items() if gram in self._idf}
        norm = float(np.sqrt(sum(weight**2 for weight in weights.values()))) or 1.0
        return {gram: weight / norm for gram, weight in weights.items()}
