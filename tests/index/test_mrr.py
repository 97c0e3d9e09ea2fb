import numpy as np
import pytest

from index.cosine_index import Hit
from index.mrr import chance, reciprocal_ranks, summarise


def hits(*titles: int) -> list[Hit]:
    return [Hit(title, title, 0.0) for title in titles]


def test_reciprocal_ranks() -> None:
    answers = [hits(4, 7, 9), hits(7, 4), hits(9, 8, 7), hits(1, 2)]
    assert reciprocal_ranks(answers, [4, 4, 7, 7]) == pytest.approx([1, 1 / 2, 1 / 3, 0])


def test_chance_is_what_random_orders_reach() -> None:
    rng = np.random.default_rng(0)
    ranks = rng.integers(1, 101, size=200_000)
    assert chance(100, k=20) == pytest.approx(np.where(ranks <= 20, 1 / ranks, 0).mean(), rel=0.03)
    assert chance(628, k=628) == pytest.approx(0.0112, abs=1e-4)


def test_the_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    rng = np.random.default_rng(0)
    few, many = (summarise(1 / rng.integers(1, 10, size=n), pool=10) for n in (50, 5000))
    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 3
    assert (many.k, many.pool, many.queries) == (20, 10, 5000)
