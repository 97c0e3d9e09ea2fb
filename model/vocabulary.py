"""The vocabulary of an n-gram encoder: the grams that it has embeddings for.

Other grams add nothing to a vector. Most grams of a corpus occur in one or two titles: their embeddings would
take most of the memory, and say nothing about other titles.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from model.bags import Bags
from model.grams import HASHES, GramIds

Rows = NDArray[np.int32]


def most_common(titles: Iterable[Sequence[GramIds]], size: int) -> GramIds:
    """The grams that occur in the most titles.

    Parameters
    ----------
    titles : the grams of every item of each title
    size : length of the vocabulary, > 0

    Returns
    -------
    grams in rising order; if there are fewer, `HASHES` fills the rest. shape = (size,)
    """
    titles_with_it = np.zeros(HASHES, np.int32)
    for items in titles:
        ids = np.sort(np.concatenate(items))
        titles_with_it[ids[np.diff(ids, prepend=-1) > 0]] += 1
    kept = np.argsort(-titles_with_it, kind="stable")[:size]
    kept = kept[titles_with_it[kept] > 0]
    vocabulary = np.full(size, HASHES, np.int32)
    vocabulary[: len(kept)] = np.sort(kept)
    return vocabulary


def row_of_each(vocabulary: GramIds) -> Rows:
    """The position of every hash in the vocabulary, -1 if it is not there. shape = (HASHES,)"""
    grams = vocabulary[vocabulary < HASHES]
    rows = np.full(HASHES, -1, np.int32)
    rows[grams] = np.arange(len(grams))
    return rows


def as_rows(bags: Bags, rows: Rows) -> Bags:
    """The bags with positions in a vocabulary instead of hashes, without the grams that it lacks.

    `rows` is what `row_of_each` gives for the vocabulary.
    """
    ids = rows[bags.ids]
    known = np.flatnonzero(ids >= 0)
    first = np.searchsorted(known, bags.first)
    return Bags(ids[known], bags.weights[known], first)
