"""Bags: the weighted grams of several items, end to end. Both n-gram encoders read them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.grams import GramIds, Ints

Weights = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Bags(NamedTuple):
    """The distinct grams of several items, as the rows of a sparse matrix (compressed sparse rows).

    Attributes
    ----------
    ids : hashes of the grams, or rows of a table of embeddings; shape = (grams,)
    weights : weight of each gram, shape = (grams,)
    first : offset of each item's grams, and the end of the last, shape = (items + 1,)
    """

    ids: GramIds
    weights: Weights
    first: Ints

    def __len__(self) -> int:
        return len(self.first) - 1


def damped(
    ids: GramIds, owner: NDArray[np.int32], items: int, header: Mask | None = None, weight: float = 0.0
) -> Bags:
    """Count the grams of each item, and weight them so that repetitions count only logarithmically.

    As in TF-IDF (Salton and Buckley 1988), n occurrences of a gram weigh 1 + ln n, so it matters little how
    often a part is repeated. The weights of an item are scaled to unit length, so the weighted sum of
    unrelated vectors has the same length whatever their number. A gram that the encoder does not know counts
    in this scale.

    Parameters
    ----------
    ids : hashes; those of an item are neighbours, and equal ones among them, too. shape = (grams,)
    owner : number of the item that each gram belongs to, in rising order, shape = (grams,)
    items : number of items; one without grams gets an empty bag
    header : which grams come from a header, shape = (grams,)
    weight : of each gram from a header, >= 0
    """
    is_header = np.zeros(len(ids), np.bool_) if header is None else header
    begins = np.ones(len(ids), np.bool_)
    begins[1:] = (ids[1:] != ids[:-1]) | (owner[1:] != owner[:-1]) | is_header[:-1]
    start = np.flatnonzero(begins)
    count = np.diff(start, append=len(ids))
    owner, is_header = owner[start], is_header[start]
    weights = np.where(is_header, 0, 1 + np.log(count))
    length = np.sqrt(np.bincount(owner, weights**2, items))
    weights = np.where(is_header, weight, weights / np.where(length, length, 1)[owner])
    first = np.concatenate([[0], np.bincount(owner, minlength=items).cumsum()])
    return Bags(ids[start], weights.astype(np.float32), first)


def joined(parts: Sequence[Bags]) -> Bags:
    """The bags of all parts, in their order."""
    grams = np.cumsum([0, *(len(part.ids) for part in parts)])
    return Bags(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([[0], *(part.first[1:] + start for part, start in zip(parts, grams, strict=False))]),
    )
