"""Ragged arrays: a list of lists as one long array, in runs."""

import numpy as np
from numpy.typing import NDArray

from model.grams import Ints


def laid_end_to_end(first: Ints, length: Ints) -> Ints:
    """The positions of all runs, one run after another.

    Parameters
    ----------
    first, length : start and length of each run, shape = (runs,)

    Returns
    -------
    positions, shape = (sum of the lengths,)
    """
    ends = np.cumsum(length)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + length, length)


def highest_of_each(group: Ints, score: NDArray[np.number]) -> Ints:
    """The position of the highest score of each group, the first of equal ones; in rising order of groups.

    Parameters
    ----------
    group, score : number of a group, and a score; shape = (scores,)

    Returns
    -------
    positions, shape = (groups that have scores,)
    """
    order = np.lexsort((-score, group))
    return order[np.flatnonzero(np.diff(group[order], prepend=-1))]
