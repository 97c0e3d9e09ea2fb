"""Mean reciprocal rank (MRR), with its chance level and its interval.

Titles with equal scores have no order. Every metric here takes its expected value over all orders of the tied
titles, so a system that gives all titles the same score gets exactly the chance level.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from index.cosine_index import CosineIndex, Hit
from model.deadline import check_deadline
from model.encoder import Vectors
from model.grams import Floats

K = 20  # ranks that count; a right title below them counts 0
_RESAMPLES = 1000
_DRAWN = 2**15  # values that are drawn at a time


class Mrr(BaseModel, frozen=True):
    """An MRR as it is reported.

    Attributes
    ----------
    value : 0 to 1
    k : ranks that count
    pool : titles ranked
    chance : the MRR of a random order of the pool
    queries : tunes ranked
    low, high : 95 % interval over the queries
    """

    value: float
    k: int
    pool: int
    chance: float
    queries: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the best right title is in a ranking, ties included.

    Attributes
    ----------
    above : number of wrong titles with a higher score
    level : number of wrong titles with the same score
    """

    above: int
    level: int

    @classmethod
    def of(cls, scores: Floats, right: NDArray[np.int64]) -> "Place":
        """The place of the best of the `right` titles.

        Raises ValueError when a score is NaN, because NaN is neither higher nor the same.

        Parameters
        ----------
        scores : of all titles, shape = (titles,)
        right : numbers of the right titles, at least one
        """
        if np.isnan(scores).any():
            raise ValueError("a score is not a number")
        best = scores[right].max()
        wrong = np.ones(len(scores), dtype=bool)
        wrong[right] = False
        return cls(int((scores[wrong] > best).sum()), int((scores[wrong] == best).sum()))


def reciprocal_rank(place: Place, k: int | None = None) -> float:
    """Expected 1/rank; ranks after `k` count 0."""
    ranks = np.arange(place.above + 1, place.above + place.level + 2)
    return float(np.where(ranks <= (k or ranks[-1]), 1 / ranks, 0).mean())


def hit(place: Place, k: int) -> float:
    """Probability of a rank of `k` or better."""
    return min(max(k - place.above, 0), place.level + 1) / (place.level + 1)


def search_reciprocal_ranks(
    index: CosineIndex, queries: Vectors, right: Sequence[int], k: int = K
) -> NDArray[np.float64]:
    """Expected 1/rank of each query's right title in a search of an index; ranks after `k` count 0.

    A search may cut off tied titles, so it is repeated, each time twice as deep, until it cuts off none.

    Parameters
    ----------
    queries : unit vectors, shape = (queries, dim)
    right : the right title of each query

    Returns
    -------
    shape = (queries,)
    """
    values = np.zeros(len(queries))
    open_queries = np.arange(len(queries))
    depth = k + 1
    while len(open_queries):
        still_open = []
        for query, hits in zip(
            open_queries.tolist(), index.search(queries[open_queries], depth), strict=True
        ):
            score = next((hit.score for hit in hits if hit.title == right[query]), None)
            if len(hits) == depth and hits[-1].score == (hits[k - 1].score if score is None else score):
                still_open.append(query)
            elif score is not None:
                values[query] = reciprocal_rank(_place(hits, score), k)
        open_queries = np.array(still_open, dtype=np.int64)
        depth *= 2
    return values


def chance(pool: int, k: int = K) -> float:
    """MRR@k of a random order: the mean of 1/rank where that rank is within k, H_k / pool."""
    return float((1 / np.arange(1, min(k, pool) + 1)).sum() / pool)


def mean_interval(values: Floats, seed: int = 0) -> tuple[float, float, float]:
    """The mean, and the bounds of its 95 % interval by percentile bootstrap (Efron 1979; 1,000 resamples).

    Raises ValueError when there are no values.
    """
    if len(values) == 0:
        raise ValueError("there are no queries to measure")
    rng = np.random.default_rng(seed)
    at_a_time = max(_DRAWN // len(values), 1)
    means = []
    for drawn in range(0, _RESAMPLES, at_a_time):
        shape = min(at_a_time, _RESAMPLES - drawn), len(values)
        means.extend(values[rng.integers(len(values), size=shape)].mean(axis=1).tolist())
        check_deadline()
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def summarise(reciprocals: Floats, pool: int, k: int = K) -> Mrr:
    """The MRR of reciprocal ranks, with its interval. Raises ValueError when there are none."""
    value, low, high = mean_interval(reciprocals)
    return Mrr(
        value=value, k=k, pool=pool, chance=chance(pool, k), queries=len(reciprocals), low=low, high=high
    )


def _place(hits: Sequence[Hit], score: float) -> Place:
    scores = np.array([hit.score for hit in hits])
    return Place(int((scores > score).sum()), int((scores == score).sum()) - 1)
