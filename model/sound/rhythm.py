"""Rhythm: turns the times of notes into lengths in eighth notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np

from model.grams import Floats
from model.sound.notes import Heard

# Lengths of notes in eighths, and how often printed tunes have them.
_LENGTHS = np.array([0.5, 1, 1.5, 2, 3, 4, 6, 8])
_SHARES = np.array([0.06, 0.62, 0.04, 0.17, 0.07, 0.03, 0.008, 0.002])
_FASTEST, _SLOWEST = 0.1, 0.42  # seconds, of an eighth note
_STEPS = 140
_ERROR = 0.022, 0.04  # of a length: seconds, and share of the length


def eighth(gaps: Floats) -> float:
    """The likeliest length of an eighth note in seconds, given the times from note to note."""
    units = np.geomspace(_FASTEST, _SLOWEST, _STEPS)
    lengths = units[:, None, None] * _LENGTHS
    sigma = _ERROR[0] + _ERROR[1] * lengths
    density = (_SHARES / sigma * np.exp(-0.5 * ((gaps[None, :, None] - lengths) / sigma) ** 2)).sum(2)
    fit = np.log(density * gaps[None, :] + 1e-3).sum(1)
    return float(units[int(fit.argmax())])


def quantised(notes: Sequence[Heard]) -> list[Fraction]:
    """The time from each note to the next in quarter notes, a multiple of a sixteenth."""
    starts = np.array([note.start for note in notes])
    gaps = np.append(np.diff(starts), notes[-1].end - notes[-1].start)
    unit = eighth(gaps)
    carried = 0.0
    result = []
    for gap in gaps.tolist():
        time = gap / unit + carried
        sigma = (_ERROR[0] + _ERROR[1] * gap) / unit
        score = np.log(_SHARES) - 0.5 * ((time - _LENGTHS) / sigma) ** 2 - np.log(sigma)
        length = float(_LENGTHS[int(score.argmax())])
        carried = float(np.clip(0.5 * (time - length), -0.25, 0.25))
        result.append(Fraction(length / 2))
    return result


@dataclass(frozen=True, slots=True)
class Placed:
    """A note with its place in the rhythm.

    Attributes
    ----------
    pitch : MIDI number
    onset, duration : in quarter notes
    """

    pitch: int
    onset: Fraction
    duration: Fraction


def placed(heard: Sequence[Heard]) -> list[Placed]:
    """The notes in quarter notes, one after the other."""
    lengths = quantised(heard)
    return [
        Placed(note.pitch, onset, length)
        for note, onset, length in zip(heard, accumulate(lengths, initial=Fraction(0)), lengths, strict=False)
    ]


def bars_of(notes):
    return "", []
