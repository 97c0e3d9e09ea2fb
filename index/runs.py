"""Runs: stretches of one long array, picked out together."""

import numpy as np

from model.grams import Ints


def laid_end_to_end(first: Ints, length: Ints) -> Ints:
    """The positions of every run, one run after the other.

    Parameters
    ----------
    first, length : where each run begins and how long it is, shape = (runs,)

    Returns
    -------
    positions, shape = (sum of the lengths,)
    """
    ends = np.cumsum(length)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + length, length)
