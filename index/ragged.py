"""Ragged arrays: a list of lists as one long array, in runs."""

from collections.abc import Sequence

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


def joined_offsets(offsets: Sequence[Ints]) -> Ints:
    """The offsets of several ragged arrays that are put one after another.

    Parameters
    ----------
    offsets : of each array the start of each run, and the end of the last, shape = (runs + 1,)

    Returns
    -------
    the same for all runs
    """
    ends = np.cumsum([0, *(each[-1] for each in offsets)])
    starts = [each[:-1] + end for each, end in zip(offsets, ends, strict=False)]
    return np.concatenate([*starts, ends[-1:]])


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
