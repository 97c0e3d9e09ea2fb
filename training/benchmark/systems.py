"""The systems that the benchmark compares. Each is made from a gallery and scores all its titles for a tune."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from index.cosine_index import CosineIndex
from index.ranking import rank
from model.abc import Tune
from model.encoder import Vectors
from training.baselines import NgramIndex
from training.benchmark.gallery import Gallery
from training.benchmark.ranks import Floats

_RERANKED = 300  # settings


class System(Protocol):
    """Something that puts titles to a tune."""

    def scores(self, tune: Tune) -> Floats:
        """How well each title of the gallery fits, the best the highest; shape = (titles,).

        The highest of them says how sure the system is that it knows the tune.
        """


class Random:
    """A score drawn for each title."""

    def __init__(self, gallery: Gallery) -> None:
        self._titles = len(gallery.catalogue)
        self._rng = np.random.default_rng(0)

    def scores(self, _tune: Tune) -> Floats:
        return self._rng.random(self._titles)


class Popularity:
    """Titles with more settings first, whatever the tune."""

    def __init__(self, gallery: Gallery) -> None:
        count = np.bincount(gallery.catalogue.title_of_setting, minlength=len(gallery.catalogue))
        self._scores = count.astype(np.float64)

    def scores(self, _tune: Tune) -> Floats:
        return self._scores


class PitchHistogram:
    """Cosine of how long each of the twelve pitch classes sounds, at the best of twelve transpositions."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        known = np.array([_histogram(tune) for tune in gallery.tunes])
        self._turned = np.stack([np.roll(known, turn, axis=1) for turn in range(12)])

    def scores(self, tune: Tune) -> Floats:
        return _by_title((self._turned @ _histogram(tune)).max(axis=0), self._gallery)


class Ngram:
    """TF-IDF on interval 5-grams."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._index = NgramIndex(gallery.tunes, gallery.catalogue.title_of_setting)

    def scores(self, tune: Tune) -> Floats:
        return _by_title(self._index.cosines(tune), self._gallery)


class NgramEdit:
    """The best settings by n-grams, ranked again by edit distance and best substring of their intervals.

    The two likenesses, 0 to 1 each, count alike. Titles of which no setting is ranked again follow in the order of
    their n-grams.
    """

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._index = NgramIndex(gallery.tunes, gallery.catalogue.title_of_setting)
        self._intervals = [_letters(tune) for tune in gallery.tunes]

    def scores(self, tune: Tune) -> Floats:
        cosines = self._index.cosines(tune)
        scores = cosines - 1.0
        asked = _letters(tune)
        for setting in np.argsort(-cosines, kind="stable")[:_RERANKED]:
            known = self._intervals[setting]
            whole = Levenshtein.normalized_similarity(asked, known)
            scores[setting] = (whole + fuzz.partial_ratio(asked, known) / 100) / 2
        return _by_title(scores, self._gallery)
