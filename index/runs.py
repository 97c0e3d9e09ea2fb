"""Runs: stretches of one long array."""

import numpy as np

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
