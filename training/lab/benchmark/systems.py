"""The systems that the benchmark compares. Each answers from a gallery."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from index.cosine_index import CosineIndex
from index.lines import text_of
from index.melody_index import MelodyIndex
from index.ngram_index import GRAM, NgramIndex
from index.ranking import RankingModel, rank
from model.abc import Tune
from model.grams import MAX_NOTES, interval_grams
from training.fitting.fit_ranking import ask, fit_ranking
from training.lab.benchmark.gallery import Gallery
from training.lab.benchmark.ranks import Floats

_RERANKED = 300  # settings
_FRAGMENT = 48  # notes; a query with fewer is not compared as a whole
_BEGINNING = 4  # notes; a pickup may stand before
_DEPTH = 100  # titles that the product is asked for


class System(Protocol):
    """Something that puts titles to a tune, or tunes to a title."""

    def scores(self, asked: Tune | str) -> Floats:
        """How well each title of the gallery, or its tune, fits what is asked; shape = (titles,).

        The highest score says how sure the system is that what is asked is there at all.
        """


class Random:
    """A score drawn for each title."""

    def __init__(self, gallery: Gallery) -> None:
        self._titles = len(gallery.catalogue)
        self._rng = np.random.default_rng(0)

    def scores(self, _asked: Tune | str) -> Floats:
        """Anything, from 0 to 1."""
        return self._rng.random(self._titles)


class Popularity:
    """Titles with more settings first, whatever is asked."""

    def __init__(self, gallery: Gallery) -> None:
        count = np.bincount(gallery.catalogue.title_of_setting, minlength=len(gallery.catalogue))
        self._scores = count.astype(np.float64)

    def scores(self, _asked: Tune | str) -> Floats:
        """How many settings each title has."""
        return self._scores


class PitchHistogram:
    """How long each of the twelve pitch classes sounds, compared at the best of twelve transpositions."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        known = np.array([_histogram(tune) for tune in gallery.known.tunes])
        self._turned = np.concatenate([np.roll(known, turn, axis=1) for turn in range(12)])

    def scores(self, asked: Tune | str) -> Floats:
        """The cosine, 0 to 1."""
        cosines = self._turned @ _histogram(_tune(asked))
        return _best_of_title(cosines.reshape(12, -1).max(axis=0), self._gallery)


class Ngram:
    """TF-IDF on interval 5-grams."""

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._index = NgramIndex([interval_grams(tune, GRAM) for tune in gallery.known.tunes])

    def scores(self, asked: Tune | str) -> Floats:
        """The cosine, 0 to 1."""
        return _best_of_title(self._index.cosines(interval_grams(_tune(asked), GRAM)), self._gallery)


class NgramEdit:
    """The best settings by n-grams, ranked again by edit distance and best substring of their intervals.

    A fragment counts by its best substring, a little more where that begins a tune, as people mostly know
    beginnings; n-grams decide between equals. Of a longer query edit distance, substring and n-grams count
    alike.
    """

    def __init__(self, gallery: Gallery) -> None:
        self._gallery = gallery
        self._index = NgramIndex([interval_grams(tune, GRAM) for tune in gallery.known.tunes])
        self._intervals = [_letters(tune) for tune in gallery.known.tunes]

    def scores(self, asked: Tune | str) -> Floats:
        """0 to 1; below 0 for titles of which no setting was ranked again, in the order of their n-grams."""
        tune = _tune(asked)
        letters = _letters(tune)
        cosines = self._index.cosines(interval_grams(tune, GRAM))
        scores = cosines - 2
        for setting in np.argsort(-cosines, kind="stable")[:_RERANKED]:
            known = self._intervals[setting]
            found = fuzz.partial_ratio_alignment(letters, known)
            substring, begins = (found.score / 100, found.dest_start < _BEGINNING) if found else (0, False)
            if len(tune.notes) < _FRAGMENT:
                scores[setting] = 0.94 * substring + 0.05 * begins + 0.01 * cosines[setting]
            else:
                whole = Levenshtein.normalized_similarity(letters, known)
                scores[setting] = (whole + substring + cosines[setting]) / 3
        return _best_of_title(scores, self._gallery)


class Encoding:
    """The encoders alone: the vector of what is asked against those of settings, or of names without any."""

    def __init__(self, gallery: Gallery) -> None:
        self._encoders = gallery.encoders
        self._titles = len(gallery.catalogue)
        if gallery.known.tunes:
            self._title_of_row = gallery.catalogue.title_of_setting
            self._rows = self._encoders.tune.encode(gallery.known.tunes)
        else:
            self._title_of_row = gallery.catalogue.title_of_name
            self._rows = self._encoders.title.encode(gallery.catalogue.names)

    def scores(self, asked: Tune | str) -> Floats:
        """The cosine, -1 to 1."""
        if isinstance(asked, str):
            vectors = self._encoders.title.encode([asked])
        else:
            vectors = self._encoders.tune.encode([asked])
        cosines = self._rows @ vectors[0]
        return _best(cosines.astype(np.float64), self._title_of_row, self._titles)


class GanAinm:
    """The product as it is served."""

    def __init__(self, gallery: Gallery) -> None:
        catalogue, tunes = gallery.catalogue, gallery.known.tunes
        self._titles, self._encoder = len(catalogue), gallery.encoders.tune
        self._title_index = CosineIndex(
            gallery.encoders.title.encode(catalogue.names), catalogue.title_of_name
        )
        vectors = CosineIndex(self._encoder.encode(tunes), catalogue.title_of_setting)
        self._melody_index = MelodyIndex(tunes, vectors)
        self._model = gallery.encoders.ranking or self._fit(gallery)

    def _fit(self, gallery: Gallery) -> RankingModel:
        questions = ask(gallery.catalogue, gallery.known.tunes, self._melody_index, self._encoder, seed=0)
        return fit_ranking(questions, style=1 / self._titles)

    def scores(self, asked: Tune | str) -> Floats:
        """The confidence, 0 to 1; -1 for titles that are not in the answer."""
        tune = _tune(asked)
        vector = self._encoder.encode([tune])
        answer = rank(tune, vector, self._title_index, self._melody_index, self._model, _DEPTH)
        scores = np.full(self._titles, -1.0)
        for ranked in answer.titles:
            scores[ranked.title] = ranked.confidence
        return scores


class Listed(NamedTuple):
    """How a system is made, and what it needs and can.

    Attributes
    ----------
    make : builds it for a gallery
    names : whether it can rank titles by their names alone
    to_tune : whether it can be asked for the tune of a title
    trained : whether it needs encoders
    """

    make: Callable[[Gallery], System]
    names: bool = False
    to_tune: bool = False
    trained: bool = False


SYSTEMS = {
    "random": Listed(Random, names=True, to_tune=True),
    "popularity": Listed(Popularity),
    "pitch-histogram": Listed(PitchHistogram),
    "ngram": Listed(Ngram),
    "ngram-edit": Listed(NgramEdit),
    "encoders": Listed(Encoding, names=True, to_tune=True, trained=True),
    "gan-ainm": Listed(GanAinm, names=True, trained=True),
}


def _tune(asked: Tune | str) -> Tune:
    if isinstance(asked, str):
        raise TypeError("this system cannot be asked for the tune of a title")
    return asked


def _histogram(tune: Tune) -> Floats:
    """Shares of the twelve pitch classes in a tune's time, as a vector of unit length. shape = (12,)"""
    pitches = np.array([note.pitch for note in tune.notes])
    shares = np.bincount(pitches % 12, [float(note.duration) for note in tune.notes], 12)
    return np.asarray(shares / (np.linalg.norm(shares) or 1))


def _letters(tune: Tune) -> bytes:
    """A byte for each melodic interval."""
    return text_of(np.diff([note.pitch for note in tune.notes[:MAX_NOTES]]))


def _best_of_title(scores: Floats, gallery: Gallery) -> Floats:
    """For each title the highest score of its settings."""
    return _best(scores, gallery.catalogue.title_of_setting, len(gallery.catalogue))


def _best(scores: Floats, title_of_row: NDArray[np.int64], titles: int) -> Floats:
    best = np.full(titles, -np.inf)
    np.maximum.at(best, title_of_row, scores)
    return best
