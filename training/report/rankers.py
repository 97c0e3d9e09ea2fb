"""What a report compares: Gan Ainm's ranking, its title index alone, and three simple baselines."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from index.catalogue import Catalogue
from index.contents import DIATONIC_GRAM, Contents
from index.mrr import K, Place, reciprocal_rank, search_reciprocal_ranks
from index.ngram_index import NgramIndex
from index.ranking import STYLE_TITLES
from index.suggester import Suggester
from model.grams import diatonic_grams
from training.report.queries import Query

Ranker = Callable[[Query], float]  # gives the expected 1/rank of the right title, 0 below rank K


class Answer(NamedTuple):
    """The first suggestion for a query, and where the right title is.

    Attributes
    ----------
    query : what was asked
    title : number of the first title
    setting : number of its setting that resembles the query, None without one
    confidence : of the first title
    reciprocal : 1/rank of the right title, 0 below rank K
    """

    query: Query
    title: int
    setting: int | None
    confidence: float
    reciprocal: float

    @property
    def is_right(self) -> bool:
        """Whether the first title is the right one."""
        return self.title == self.query.title


def answer(query: Query, suggester: Suggester) -> Answer:
    """Ask for the titles of a query as the service does."""
    ranked = suggester.rank(query.tune, STYLE_TITLES, without=query.without).titles
    titles = [title for title in ranked if title.title not in query.absent]
    confidences = np.array([title.confidence for title in titles[:K]])
    right = np.flatnonzero([title.title == query.title for title in titles[:K]])
    reciprocal = reciprocal_rank(Place.of(confidences, right), K) if len(right) else 0.0
    first = titles[0]
    return Answer(query, first.title, first.setting, min(first.confidence, 1.0), reciprocal)


def by_name(suggester: Suggester) -> Ranker:
    """Ranks titles by the cosine of the tune's vector and their names'."""

    def rank(query: Query) -> float:
        vector = suggester.encoders.tune.encode([query.tune])
        return float(search_reciprocal_ranks(suggester.title_index, vector, [query.title])[0])

    return rank


def by_ngrams(catalogue: Catalogue, contents: Contents) -> Ranker:
    """Ranks titles by the runs of six diatonic intervals that their settings share with the tune (TF-IDF)."""
    index = NgramIndex.of(contents.diatonic)
    title_of_setting = catalogue.title_of_setting

    def rank(query: Query) -> float:
        cosines = index.cosines(diatonic_grams(query.tune, DIATONIC_GRAM))
        cosines[query.without] = 0
        scores = np.zeros(len(catalogue))
        np.maximum.at(scores, title_of_setting, cosines)
        return reciprocal_rank(Place.of(scores, np.array([query.title])), K)

    return rank


def by_settings(catalogue: Catalogue) -> Ranker:
    """Ranks titles by how many settings they have, whatever the tune."""
    counts = np.bincount(catalogue.title_of_setting, minlength=len(catalogue)).astype(np.float64)

    def rank(query: Query) -> float:
        scores = counts.copy()
        np.subtract.at(scores, catalogue.title_of_setting[query.without], 1)
        return reciprocal_rank(Place.of(scores, np.array([query.title])), K)

    return rank


def at_random(titles: int) -> Ranker:
    """Ranks titles in a random order."""
    rng = np.random.default_rng(0)
    return lambda _query: reciprocal_rank(Place(int(rng.integers(titles)), 0), K)
