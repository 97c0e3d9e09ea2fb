from itertools import permutations

import numpy as np
import pytest

from training.lab.benchmark.average_precision import average_precision, chance_precision


def precision_of(order: list[int], right: set[int]) -> float:
    """The textbook's formula, for an order without ties."""
    found = [rank for rank, answer in enumerate(order, 1) if answer in right]
    return sum(i / rank for i, rank in enumerate(found, 1)) / len(right)


def test_it_is_the_mean_of_the_precision_at_each_right_answer() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.7, 0.3])
    assert average_precision(scores, np.array([3, 0])) == pytest.approx((1 / 2 + 2 / 5) / 2)
    assert average_precision(scores, np.array([1, 3])) == 1


def test_of_ties_it_is_the_mean_over_all_orders() -> None:
    scores = np.array([2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    for right in ([1], [0, 2, 5], [1, 2, 3, 4], [3, 6], list(range(7))):
        orders = [
            [0, *above, *below] for above in permutations((1, 2, 3, 4)) for below in permutations((5, 6))
        ]
        expected = np.mean([precision_of(order, set(right)) for order in orders])
        assert average_precision(scores, np.array(right)) == pytest.approx(expected)


def test_chance_is_the_precision_of_equal_scores() -> None:
    orders = list(permutations(range(6)))
    for right in (1, 2, 5, 6):
        expected = np.mean([precision_of(list(order), set(range(right))) for order in orders])
        assert chance_precision(6, right) == pytest.approx(expected)
        assert average_precision(np.zeros(6), np.arange(right)) == pytest.approx(expected)
