import numpy as np
import pytest

from training.lab.benchmark.auroc import auroc_interval


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
        auroc_interval(np.ones(3), np.zeros(0))
