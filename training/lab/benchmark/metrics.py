"""The rank of the right title, and the metrics computed from it: one code for all systems.

Titles with the same score are in random order, so every metric is its expected value over those orders. A
system that scores all titles alike gets exactly the level of chance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """The place of the best right title: `above` titles score higher, `level` other titles score the same."""

    above: int
    level: int

    @classmethod
    def of(cls, scores: Floats, right: NDArray[np.int64]) -> "Place":
        """The place by the scores of all titles, shape = (titles,); `right` holds numbers of right titles.

        Raises ValueError when a score is NaN: no score would be above it.
        """
        if np.isnan(scores).any():
            raise ValueError("a score is not a number")
        best = scores[right].max()
        wrong = np.ones(len(scores), dtype=bool)
        wrong[right] = False
        return cls(int((scores[wrong] > best).sum()), int((scores[wrong] == best).sum()))


def reciprocal(place: Place, k: int | None = None) -> float:
    """Expected 1/rank; 0 for ranks after `k`."""
    ranks = np.arange(place.above + 1, place.above + place.level + 2)
    return float(np.where(ranks <= (k or ranks[-1]), 1 / ranks, 0).mean())


def hit(place: Place, k: int) -> float:
    """Probability of a rank of `k` or better."""
    return min(max(k - place.above, 0), place.level + 1) / (place.level + 1)


def mean_interval(values: Floats, seed: int = 0) -> tuple[float, float, float]:
    """The mean with the bounds of its 95 % percentile bootstrap interval (Efron 1979).

    Raises ValueError when there are no values.
    """
    if len(values) == 0:
        raise ValueError("no queries, no figure")
    rng = np.random.default_rng(seed)
    means = np.array([values[rng.integers(len(values), size=len(values))].mean() for _ in range(_RESAMPLES)])
    low, high = np.quantile(means, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


def auroc_interval(positive: Floats, negative: Floats, seed: int = 0) -> tuple[float, float, float]:
    """Area under the ROC curve with its 95 % percentile bootstrap interval; both samples are resampled.

    It is the probability that a positive scores higher than a negative, ties counting half (Hanley and McNeil
    1982). Raises ValueError when either is empty.
    """
    if len(positive) == 0 or len(negative) == 0:
        raise ValueError("no queries, no figure")
    order = np.sort(negative)
    below = np.searchsorted(order, positive, "left") + np.searchsorted(order, positive, "right")
    value = float(below.mean() / (2 * len(negative)))
    rng = np.random.default_rng(seed)
    areas = []
    for _ in range(_RESAMPLES):
        drawn = np.sort(rng.choice(negative, len(negative)))
        others = rng.choice(positive, len(positive))
        wins = np.searchsorted(drawn, others, "left") + np.searchsorted(drawn, others, "right")
        areas.append(wins.mean() / (2 * len(negative)))
    low, high = np.quantile(areas, [0.025, 0.975])
    return value, float(low), float(high)
