"""Rhythm: turns the times of notes into lengths in eighth notes."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

import numpy as np

from model.abc import Note
from model.grams import Floats
from model.sound.heard import Heard

# Lengths of notes in eighths, and how often a note has them that begins on an eighth, or between two.
_LENGTHS = np.array([0.5, 1, 1.5, 2, 3, 4, 6, 8])
_SHARES = np.array([0.06, 0.62, 0.04, 0.17, 0.07, 0.03, 0.008, 0.002])
_SHARES_BETWEEN = np.array([0.9, 0.03, 0.06, 0.01, 1e-9, 1e-9, 1e-9, 1e-9])
_LOG_SHARES = np.log([_SHARES, _SHARES_BETWEEN])
_IS_ODD = (2 * _LENGTHS % 2).astype(np.int64)
_FASTEST, _SLOWEST = 0.1, 0.42  # seconds, of an eighth note
_STEPS = 140
_ERROR = 0.022, 0.04  # of a length: seconds, and share of the length


def gaps(notes: Sequence[Heard]) -> Floats:
    """The time from each note to the next, and the length of the last, in seconds. shape = (notes,)"""
    return np.diff([*(note.start for note in notes), notes[-1].end])


def eighth(times: Floats) -> float:
    """The likeliest length of an eighth note in seconds, given the times from note to note."""
    units = np.geomspace(_FASTEST, _SLOWEST, _STEPS)
    lengths = units[:, None, None] * _LENGTHS
    sigma = _ERROR[0] + _ERROR[1] * lengths
    density = (_SHARES / sigma * np.exp(-0.5 * ((times[None, :, None] - lengths) / sigma) ** 2)).sum(2)
    fit = np.log(density * times[None, :] + 1e-3).sum(1)
    return float(units[int(fit.argmax())])


def quantised(notes: Sequence[Heard]) -> list[Fraction]:
    """The time from each note to the next in quarter notes, a multiple of a sixteenth.

    The likeliest lengths (Viterbi) when a note that begins between two eighths mostly leads to the next one.
    """
    times = gaps(notes)
    sigma = _ERROR[0] + _ERROR[1] * times[:, None]
    fit = -0.5 * ((times[:, None] - eighth(times) * _LENGTHS) / sigma) ** 2
    total = np.array([0.0, -np.inf])  # of the best way to a note on an eighth, and to one between two
    choices = np.zeros((len(times), 2), np.int64)
    parity = np.arange(2)[:, None] ^ _IS_ODD  # where each length leads from each place
    for i, row in enumerate(fit):
        ways = total[:, None] + row + _LOG_SHARES
        best = [np.where(parity == end, ways, -np.inf) for end in (0, 1)]
        choices[i] = [way.argmax() for way in best]
        total = np.array([way.max() for way in best])
    place, lengths = int(total.argmax()), []
    for choice in choices[::-1]:
        before, length = divmod(int(choice[place]), len(_LENGTHS))
        lengths.append(Fraction(_LENGTHS[length] / 2))
        place = before
    return lengths[::-1]


def placed(heard: Sequence[Heard]) -> list[Note]:
    """The notes in quarter notes, one after the other, without bars."""
    lengths = quantised(heard)
    onsets = accumulate(lengths, initial=Fraction(0))
    return [
        Note(note.pitch, onset, length, 0, 1, 1)
        for note, onset, length in zip(heard, onsets, lengths, strict=False)
    ]
