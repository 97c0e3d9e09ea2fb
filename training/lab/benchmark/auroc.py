"""The area under the ROC curve, with its interval."""

import numpy as np

from model.grams import Floats

_RESAMPLES = 1000


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
        negatives = np.sort(rng.choice(negative, len(negative)))
        positives = rng.choice(positive, len(positive))
        wins = np.searchsorted(negatives, positives, "left") + np.searchsorted(negatives, positives, "right")
        areas.append(wins.mean() / (2 * len(negative)))
    low, high = np.quantile(areas, [0.025, 0.975])
    return value, float(low), float(high)
