"""Average precision, for queries with several right answers."""

import numpy as np
from numpy.typing import NDArray

from model.grams import Floats


def average_precision(scores: Floats, right: NDArray[np.int64]) -> float:
    """The mean, over the right answers, of the share of right answers down to the rank of each.

    Equal scores have no order, so this is the expected value over all orders (McSherry and Najork 2008).

    Parameters
    ----------
    scores : of all answers, shape = (answers,)
    right : numbers of the right answers, at least one
    """
    is_right = np.zeros(len(scores), dtype=bool)
    is_right[right] = True
    _, tie, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    rights = np.bincount(tie[is_right], minlength=len(sizes))
    above, rights_above = np.cumsum(sizes) - sizes, np.cumsum(rights) - rights
    precisions = (
        _of_tie(int(sizes[i]), int(rights[i]), int(above[i]), int(rights_above[i]))
        for i in np.flatnonzero(rights)
    )
    return sum(precisions) / len(right)


def chance_precision(pool: int, right: int) -> float:
    """The average precision of a random order of `pool` answers, so many of them right."""
    return _of_tie(pool, right, 0, 0) / right


def _of_tie(size: int, right: int, above: int, right_above: int) -> float:
    """What the right ones among answers with equal scores add to the sum of precisions."""
    place = np.arange(size)
    others = (
        place * (right - 1) / max(size - 1, 1)
    )  # right ones of this tie that are expected before this one
    return float((right / size * (right_above + 1 + others) / (above + 1 + place)).sum())
