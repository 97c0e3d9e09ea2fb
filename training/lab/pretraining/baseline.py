"""Baselines for the next-note model: counts of pitches and durations, and of pairs of them."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from model.experimental.notes import DURATION, PITCH, SIZES, Tokens
from training.lab.pretraining.nats import Nats
from training.lab.pretraining.next_note import END

Counts = NDArray[np.float64]


def unigram(training: Sequence[Tokens], test: Sequence[Tokens]) -> Nats:
    """Predict every pitch and duration by its frequency in the training tunes, with add-one smoothing."""
    columns = []
    for column in (PITCH, DURATION):
        p = _unigram(_counts(training, column), column)
        columns.append(torch.from_numpy(-np.log(p[_pairs(test, column)[1]])))
    return Nats(*columns)


def bigram(training: Sequence[Tokens], test: Sequence[Tokens]) -> Nats:
    """Predict every pitch from the previous pitch, every duration from the previous duration.

    p(w | v) = (c(v, w) + t(v) p(w)) / (c(v) + t(v)) with c(v) the count of v, t(v) the number of different
    values that follow it, and p(w) of the unigrams: interpolation after Witten and Bell (1991), as in Chen
    and Goodman (1999), section 2.4.
    """
    columns = []
    for column in (PITCH, DURATION):
        counts = _counts(training, column)
        kinds = np.maximum(
            (counts > 0).sum(axis=1, keepdims=True), 1
        )  # after an unseen value: unigrams alone
        p = (counts + kinds * _unigram(counts, column)) / (counts.sum(axis=1, keepdims=True) + kinds)
        columns.append(torch.from_numpy(-np.log(p[_pairs(test, column)])))
    return Nats(*columns)


def _pairs(tunes: Sequence[Tokens], column: int) -> tuple[Tokens, Tokens]:
    """The previous value and the value of a column, for everything that a model predicts."""
    before = np.concatenate([rows[:-1, column] for rows in tunes])
    after = np.concatenate([rows[1:, column] for rows in tunes])
    if column == PITCH:
        return before, after
    sounds = after != END
    return before[sounds], after[sounds]


def _counts(tunes: Sequence[Tokens], column: int) -> Counts:
    """How often each value follows each. shape = (values, values)"""
    counts = np.zeros((SIZES[column], SIZES[column]))
    np.add.at(counts, _pairs(tunes, column), 1)
    return counts


def _unigram(counts: Counts, column: int) -> Counts:
    """The probability of each value; 0 for an unknown duration, which is never predicted."""
    smoothed = counts.sum(axis=0) + 1
    if column == DURATION:
        smoothed[0] = 0
    return np.asarray(smoothed / smoothed.sum())
