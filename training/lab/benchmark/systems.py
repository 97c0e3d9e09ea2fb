"""The systems that the benchmark compares. Each answers queries from a gallery."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from index.ngram_index import GRAM, NgramIndex
from index.progress import OnStep, counted
from index.shared_runs import as_bytes
from index.suggester import Suggester
from model.abc import Tune
from model.grams import MAX_NOTES, Floats, interval_grams
from training.fitting.fit_ranking import fit_ranking, ranking_examples
from training.lab.benchmark.gallery import Gallery

_RERANKED = 300  # settings
_FRAGMENT = 48  # notes; a shorter query is not compared with whole tunes
_BEGINNING = 4  # notes; a match may begin after a pickup
_DEPTH = 100  # titles in the product's answer


class System(Protocol):
    """Ranks titles for a tune, or tunes for a title."""

    def scores(self, query: Tune | str) -> Floats:
        """How well each title of the gallery, or its tune, fits the query; shape = (titles,).

        The highest score says how sure the system is that the gallery has the tune at all. Raises TypeError
        for a title if the system takes only tunes.
        """

    def setting_scores(self, query: Tune) -> Floats:
        """How well each setting of the gallery fits the query; shape = (settings,)."""


class Random:
    """A random score for each title."""

    def __init__(self, gallery: Gallery, _on_step: OnStep) -> None:
        self._titles, self._settings = len(gallery.catalogue), len(gallery.library.tunes)
        self._rng = np.random.default_rng(0)

    def scores(self, _query: Tune | str) -> Floats:
        """Random, 0 to 1."""
        return self._rng.random(self._titles)

    def setting_scores(self, _query: Tune) -> Floats:
        """Random, 0 to 1."""
        return self._rng.random(self._settings)


class Popularity:
    """Titles with more settings first, whatever the query."""

    def __init__(self, gallery: Gallery, _on_step: OnStep) -> None:
        self._title_of_setting = gallery.catalogue.title_of_setting
        count = np.bincount(self._title_of_setting, minlength=len(gallery.catalogue))
        self._scores = count.astype(np.float64)

    def scores(self, _query: Tune | str) -> Floats:
        """The number of settings of each title."""
        return self._scores

    def setting_scores(self, _query: Tune) -> Floats:
        """The number of settings of its title."""
        return self._scores[self._title_of_setting]


class PitchHistogram:
    """How long each of the twelve pitch classes sounds, compared at the best of twelve transpositions."""

    def __init__(self, gallery: Gallery, on_step: OnStep) -> None:
        self._gallery = gallery
        histograms = np.array([_histogram(tune) for tune in _read(gallery, on_step)])
        self._turned = np.concatenate([np.roll(histograms, turn, axis=1) for turn in range(12)])

    def scores(self, query: Tune | str) -> Floats:
        """The cosine of the best setting, 0 to 1."""
        return _best_of_title(self.setting_scores(_tune(query)), self._gallery)

    def setting_scores(self, query: Tune) -> Floats:
        """The cosine, 0 to 1."""
        cosines = self._turned @ _histogram(query)
        return np.asarray(cosines.reshape(12, -1).max(axis=0))


class Ngram:
    """TF-IDF on interval 5-grams."""

    def __init__(self, gallery: Gallery, on_step: OnStep) -> None:
        self._gallery = gallery
        self._index = NgramIndex([interval_grams(tune, GRAM) for tune in _read(gallery, on_step)])

    def scores(self, query: Tune | str) -> Floats:
        """The cosine of the best setting, 0 to 1."""
        return _best_of_title(self.setting_scores(_tune(query)), self._gallery)

    def setting_scores(self, query: Tune) -> Floats:
        """The cosine, 0 to 1."""
        return self._index.cosines(interval_grams(query, GRAM))


class NgramEdit:
    """The best settings by n-grams, ranked again by edit distance and best substring of their intervals.

    A fragment scores by its best substring, with a small bonus if that begins the tune, because people mostly
    remember beginnings; n-grams break ties. For a longer query, edit distance, substring and n-grams have
    equal weight.
    """

    def __init__(self, gallery: Gallery, on_step: OnStep) -> None:
        self._gallery = gallery
        self._index = NgramIndex([interval_grams(tune, GRAM) for tune in _read(gallery, on_step)])
        self._intervals = [_letters(tune) for tune in gallery.library.tunes]

    def scores(self, query: Tune | str) -> Floats:
        """That of the best setting."""
        return _best_of_title(self.setting_scores(_tune(query)), self._gallery)

    def setting_scores(self, query: Tune) -> Floats:
        """0 to 1; below 0, in the order of their n-grams, for settings that were not ranked again."""
        letters = _letters(query)
        cosines = self._index.cosines(interval_grams(query, GRAM))
        scores = cosines - 2
        for setting in np.argsort(-cosines, kind="stable")[:_RERANKED]:
            intervals = self._intervals[setting]
            match = fuzz.partial_ratio_alignment(letters, intervals)
            substring, begins = (match.score / 100, match.dest_start < _BEGINNING) if match else (0, False)
            if len(query.notes) < _FRAGMENT:
                scores[setting] = 0.94 * substring + 0.05 * begins + 0.01 * cosines[setting]
            else:
                whole = Levenshtein.normalized_similarity(letters, intervals)
                scores[setting] = (whole + substring + cosines[setting]) / 3
        return scores


class Encoding:
    """The encoders alone: the vector of the query against those of the settings, or else of the names."""

    def __init__(self, gallery: Gallery, on_step: OnStep) -> None:
        self._encoders = gallery.encoders
        self._titles = len(gallery.catalogue)
        if gallery.library.tunes:
            self._title_of_row = gallery.catalogue.title_of_setting
            self._rows = self._encoders.tune.encode(_read(gallery, on_step))
        else:
            self._title_of_row = gallery.catalogue.title_of_name
            self._rows = self._encoders.title.encode(gallery.catalogue.names)

    def scores(self, query: Tune | str) -> Floats:
        """The cosine of the best setting or name, -1 to 1."""
        return _best(self._cosines(query), self._title_of_row, self._titles)

    def setting_scores(self, query: Tune) -> Floats:
        """The cosine, -1 to 1."""
        return self._cosines(query)

    def _cosines(self, query: Tune | str) -> Floats:
        if isinstance(query, str):
            vectors = self._encoders.title.encode([query])
        else:
            vectors = self._encoders.tune.encode([query])
        return np.asarray(self._rows @ vectors[0], dtype=np.float64)


class GanAinm:
    """The product as the service answers."""

    def __init__(self, gallery: Gallery, on_step: OnStep) -> None:
        self._titles = len(gallery.catalogue)
        suggester = Suggester.build(
            gallery.library, gallery.encoders, gallery.fitted.ranking, on_step, find_same=False
        )
        if gallery.fitted.ranking is None:
            examples = ranking_examples(gallery.library, suggester, seed=0, on_step=on_step)
            suggester = suggester.with_ranking(fit_ranking(examples, 1 / self._titles, on_step))
        self._suggester = suggester

    def scores(self, query: Tune | str) -> Floats:
        """The confidence, 0 to 1; -1 for titles below the first hundred."""
        scores = np.full(self._titles, -1.0)
        for ranked in self._suggester.rank(_tune(query), _DEPTH).titles:
            scores[ranked.title] = ranked.confidence
        return scores

    def setting_scores(self, query: Tune) -> Floats:
        """The probability, 0 to 1; -1 for settings that are no candidates."""
        suggester = self._suggester
        vector = suggester.encoders.tune.encode([query])
        likenesses = suggester.melody_index.compare(query, vector)
        scores = np.full(len(suggester.melody_index.title_of_setting), -1.0)
        scores[likenesses.settings] = suggester.ranking.probabilities(likenesses)[0]
        return scores


class SystemEntry(NamedTuple):
    """How to build a system, what it can do and what it needs.

    Attributes
    ----------
    build : builds it for a gallery; the second argument is called when each step begins
    ranks_names : whether it can rank titles by their names alone
    takes_titles : whether it can rank tunes for a title
    needs_encoders : whether it needs encoders
    gives_probabilities : whether the score of its first title is the probability that it is right
    """

    build: Callable[[Gallery, OnStep], System]
    ranks_names: bool = False
    takes_titles: bool = False
    needs_encoders: bool = False
    gives_probabilities: bool = False


SYSTEMS = {
    "random": SystemEntry(Random, ranks_names=True, takes_titles=True),
    "popularity": SystemEntry(Popularity),
    "pitch-histogram": SystemEntry(PitchHistogram),
    "ngram": SystemEntry(Ngram),
    "ngram-edit": SystemEntry(NgramEdit),
    "encoders": SystemEntry(Encoding, ranks_names=True, takes_titles=True, needs_encoders=True),
    "gan-ainm": SystemEntry(GanAinm, ranks_names=True, needs_encoders=True, gives_probabilities=True),
}


def _read(gallery: Gallery, on_step: OnStep) -> Iterator[Tune]:
    """The settings, as a step."""
    tunes = gallery.library.tunes
    return counted(tunes, on_step("indexing settings", len(tunes)))


def _tune(query: Tune | str) -> Tune:
    if isinstance(query, str):
        raise TypeError("this system does not rank tunes for a title")
    return query


def _histogram(tune: Tune) -> Floats:
    """The share of each pitch class in a tune's duration, as a vector of unit length. shape = (12,)"""
    pitches = np.array([note.pitch for note in tune.notes])
    shares = np.bincount(pitches % 12, [float(note.duration) for note in tune.notes], 12)
    return np.asarray(shares / (np.linalg.norm(shares) or 1))


def _letters(tune: Tune) -> bytes:
    """A byte for each melodic interval."""
    return as_bytes(np.diff([note.pitch for note in tune.notes[:MAX_NOTES]]))


def _best_of_title(scores: Floats, gallery: Gallery) -> Floats:
    """The highest score of each title's settings."""
    return _best(scores, gallery.catalogue.title_of_setting, len(gallery.catalogue))


def _best(scores: Floats, title_of_row: NDArray[np.int64], titles: int) -> Floats:
    best = np.full(titles, -np.inf)
    np.maximum.at(best, title_of_row, scores)
    return best
