import itertools

import numpy as np
import pytest

from training.lab.benchmark.metrics import Place, auroc_interval, hit, mean_interval, reciprocal

SCORES = np.array([0.9, 0.5, 0.5, 0.5, 0.1])


def every_order(right: int) -> list[int]:
    """The right title's rank in each order that the scores allow."""
    orders = itertools.permutations(range(len(SCORES)))
    allowed = [order for order in orders if all(np.diff(SCORES[list(order)]) <= 0)]
    return [order.index(right) + 1 for order in allowed]


@pytest.mark.parametrize("right", range(len(SCORES)))
def test_ties_count_as_the_mean_over_every_order(right: int) -> None:
    place = Place.of(SCORES, np.array([right]))
    ranks = np.array(every_order(right))
    assert reciprocal(place) == pytest.approx((1 / ranks).mean())
    assert reciprocal(place, 2) == pytest.approx(np.where(ranks <= 2, 1 / ranks, 0).mean())
    for k in (1, 2, 3, 10):
        assert hit(place, k) == pytest.approx((ranks <= k).mean())


def test_the_best_of_several_right_titles_counts() -> None:
    assert Place.of(SCORES, np.array([4, 0])) == Place(0, 0)
    assert Place.of(SCORES, np.array([1, 2])) == Place(1, 1)


def test_a_system_that_cannot_tell_has_the_level_of_chance() -> None:
    place = Place.of(np.zeros(628), np.array([3]))
    assert reciprocal(place) == pytest.approx(0.0112, abs=1e-4)  # H_628 / 628


def test_intervals_hold_the_mean_and_shrink_with_more_queries() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(50), rng.random(5000)
    for values in (few, many):
        value, low, high = mean_interval(values)
        assert low < value == values.mean() < high
    assert np.diff(mean_interval(many)[1:]) < np.diff(mean_interval(few)[1:])
    assert mean_interval(many)[1] == pytest.approx(many.mean() - 1.96 * many.std() / 5000**0.5, abs=1e-3)


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(1)
    positive, negative = rng.integers(2, 9, 40).astype(float), rng.integers(0, 7, 30).astype(float)
    pairs = [(a > b) + (a == b) / 2 for a in positive for b in negative]
    value, low, high = auroc_interval(positive, negative)
    assert value == pytest.approx(np.mean(pairs))
    assert low < value < high
    assert auroc_interval(np.ones(5), np.ones(5)) == (0.5, 0.5, 0.5)


def test_no_queries_give_no_figure() -> None:
    with pytest.raises(ValueError, match="no queries"):
        mean_interval(np.zeros(0))
    with pytest.raises(ValueError, match="no queries"):
        auroc_interval(np.ones(3), np.zeros(0))
