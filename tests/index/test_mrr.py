import itertools

import numpy as np
import pytest

from index.cosine_index import CosineIndex
from index.mrr import Place, chance, hit, mean_interval, reciprocal_rank, search_reciprocal_ranks, summarise

SCORES = np.array([0.9, 0.5, 0.5, 0.5, 0.1])


def every_order(right: int) -> list[int]:
    """The right title's rank in each order that the scores allow."""
    orders = itertools.permutations(range(len(SCORES)))
    allowed = [order for order in orders if all(np.diff(SCORES[list(order)]) <= 0)]
    return [order.index(right) + 1 for order in allowed]


def index_of(scores: list[float]) -> CosineIndex:
    """An index of unit vectors whose cosines with (1, 0) are the scores."""
    cosines = np.array(scores)
    vectors = np.stack([cosines, np.sqrt(1 - cosines**2)], axis=1).astype(np.float32)
    return CosineIndex(vectors, np.arange(len(scores)))


@pytest.mark.parametrize("right", range(len(SCORES)))
def test_ties_count_as_the_mean_over_every_order(right: int) -> None:
    place = Place.of(SCORES, np.array([right]))
    ranks = np.array(every_order(right))
    assert reciprocal_rank(place) == pytest.approx((1 / ranks).mean())
    assert reciprocal_rank(place, 2) == pytest.approx(np.where(ranks <= 2, 1 / ranks, 0).mean())
    for k in (1, 2, 3, 10):
        assert hit(place, k) == pytest.approx((ranks <= k).mean())


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 9])
def test_a_search_counts_ties_like_a_ranking_of_all_titles(k: int) -> None:
    index, query = index_of(SCORES.tolist()), np.array([[1, 0]], dtype=np.float32)
    for right in range(len(SCORES)):
        expected = reciprocal_rank(Place.of(SCORES, np.array([right])), k)
        assert search_reciprocal_ranks(index, query, [right], k) == pytest.approx([expected])


def test_ties_far_beyond_k_are_counted() -> None:
    index, query = index_of([0.5] * 100), np.array([[1, 0]], dtype=np.float32)
    for right in (0, 50, 99):
        assert search_reciprocal_ranks(index, query, [right]) == pytest.approx([chance(100)])


def test_the_best_of_several_right_titles_counts() -> None:
    assert Place.of(SCORES, np.array([4, 0])) == Place(0, 0)
    assert Place.of(SCORES, np.array([1, 2])) == Place(1, 1)


def test_a_score_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        Place.of(np.array([0.5, np.nan]), np.array([0]))


def test_chance_is_what_random_orders_reach() -> None:
    rng = np.random.default_rng(0)
    ranks = rng.integers(1, 101, size=200_000)
    assert chance(100, k=20) == pytest.approx(np.where(ranks <= 20, 1 / ranks, 0).mean(), rel=0.03)
    assert chance(628, k=628) == pytest.approx(0.0112, abs=1e-4)
    assert reciprocal_rank(Place.of(np.zeros(628), np.array([3]))) == pytest.approx(chance(628, k=628))


def test_intervals_hold_the_mean_and_shrink_with_more_queries() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(50), rng.random(5000)
    for values in (few, many):
        value, low, high = mean_interval(values)
        assert low < value == values.mean() < high
    assert np.diff(mean_interval(many)[1:]) < np.diff(mean_interval(few)[1:])
    assert mean_interval(many)[1] == pytest.approx(many.mean() - 1.96 * many.std() / 5000**0.5, abs=1e-3)


def test_a_summary_says_what_was_ranked() -> None:
    mrr = summarise(1 / np.random.default_rng(0).integers(1, 10, size=50), pool=10)
    assert (mrr.k, mrr.pool, mrr.queries, mrr.chance) == (20, 10, 50, chance(10))
    assert mrr.low < mrr.value < mrr.high


def test_no_queries_give_no_figure() -> None:
    with pytest.raises(ValueError, match="no queries"):
        mean_interval(np.zeros(0))
