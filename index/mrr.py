"""Mean reciprocal rank, with what a reader needs beside it: the pool, its chance level, an interval."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from index.cosine_index import Hit

K = 20  # ranks looked at; a right title further down counts 0


class Mrr(BaseModel, frozen=True):
    """An MRR as it is reported.

    Attributes
    ----------
    value : 0 to 1
    k : ranks looked at
    pool : titles ranked
    chance : what a random order of the pool reaches
    queries : tunes asked
    low, high : 95 % interval over the queries
    """

    value: float
    k: int
    pool: int
    chance: float
    queries: int
    low: float
    high: float


def chance(pool: int, k: int = K) -> float:
    """MRR@k of a random order: the mean of 1/rank where that rank is within k, H_k / pool."""
    return float((1 / np.arange(1, min(k, pool) + 1)).sum() / pool)


def reciprocal_ranks(answers: Sequence[Sequence[Hit]], right: Sequence[int]) -> NDArray[np.float64]:
    """1/rank of the right title in each answer, 0 where it is not there. shape = (answers,)"""
    values = np.zeros(len(answers))
    for i, (hits, title) in enumerate(zip(answers, right, strict=True)):
        ranks = [rank for rank, hit in enumerate(hits, 1) if hit.title == title]
        values[i] = 1 / ranks[0] if ranks else 0.0
    return values


def summarise(reciprocals: NDArray[np.float64], pool: int, k: int = K, seed: int = 0) -> Mrr:
    """The mean of reciprocal ranks with a percentile bootstrap interval (Efron 1979; 1,000 resamples).

    Raises ValueError when there are none.
    """
    if len(reciprocals) == 0:
        raise ValueError("no queries, no MRR")
    rng = np.random.default_rng(seed)
    samples = rng.choice(reciprocals, (1000, len(reciprocals))).mean(axis=1)
    low, high = np.quantile(samples, [0.025, 0.975])
    value = float(reciprocals.mean())
    return Mrr(
        value=value,
        k=k,
        pool=pool,
        chance=chance(pool, k),
        queries=len(reciprocals),
        low=float(low),
        high=float(high),
    )
