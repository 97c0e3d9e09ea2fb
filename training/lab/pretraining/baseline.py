"""What a model of the next note has to be better than: counts of pitches and durations, and of pairs."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from model.experimental.notes import DURATION, PITCH, SIZES, Tokens
from training.lab.pretraining.nats import Nats
from training.lab.pretraining.next_note import END

Counts = NDArray[np.float64]


def unigram(learned: Sequence[Tokens], asked: Sequence[Tokens]) -> Nats:
    """Every pitch and duration by how often it came in the tunes learned, add-one smoothed."""
    columns = []
    for column in (PITCH, DURATION):
        p = _unigram(_counts(learned, column), column)
        columns.append(torch.from_numpy(-np.log(p[_pairs(asked, column)[1]])))
    return Nats(*columns)


def bigram(learned: Sequence[Tokens], asked: Sequence[Tokens]) -> Nats:
    """Every pitch by the pitch before it, every duration by the duration before it.

    p(w | v) = (c(v, w) + t(v) p(w)) / (c(v) + t(v)), with c(v) how often v came, t(v) how many different
    values followed it, and p(w) of the unigrams: interpolation after Witten and Bell (1991), as in Chen and
    Goodman (1999), section 2.4.
    """
    columns = []
    for column in (PITCH, DURATION):
        counts = _counts(learned, column)
        kinds = np.maximum((counts > 0).sum(axis=1, keepdims=True), 1)  # of what never came: unigrams alone
        p = (counts + kinds * _unigram(counts, column)) / (counts.sum(axis=1, keepdims=True) + kinds)
        columns.append(torch.from_numpy(-np.log(p[_pairs(asked, column)])))
    return Nats(*columns)


def _pairs(tunes: Sequence[Tokens], column: int) -> tuple[Tokens, Tokens]:
    """Of a column every value that follows another, and the other, for all that a model predicts."""
    before = np.concatenate([rows[:-1, column] for rows in tunes])
    after = np.concatenate([rows[1:, column] for rows in tunes])
    if column == PITCH:
        return before, after
    sounds = after != END
    return before[sounds], after[sounds]


def _counts(tunes: Sequence[Tokens], column: int) -> Counts:
    """How often each value followed each. shape = (values, values)"""
    counts = np.zeros((SIZES[column], SIZES[column]))
    np.add.at(counts, _pairs(tunes, column), 1)
    return counts


def _unigram(counts: Counts, column: int) -> Counts:
    """Of each value; 0 for a duration that is not known, because none is ever predicted."""
    seen = counts.sum(axis=0) + 1
    if column == DURATION:
        seen[0] = 0
    return np.asarray(seen / seen.sum())
