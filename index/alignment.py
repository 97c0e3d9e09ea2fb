"""Alignment: how alike two melodies are, note for note, in whatever keys they stand."""

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq

from model.abc import Tune
from model.grams import MAX_NOTES, Ints, interval_grams

_GRAM = 3  # intervals; a shared run of them votes for a transposition
_TRANSPOSITIONS = 2  # the most voted for that are tried
_HIGHEST = 127  # MIDI number


@dataclass(frozen=True, slots=True)
class Melody:
    """A tune ready to be aligned with many others.

    Attributes
    ----------
    pitches : MIDI numbers, shape = (notes,)
    grams : runs of intervals as numbers, each beginning on the pitch of the same place, shape = (runs,)
    """

    pitches: Ints
    grams: Ints

    @classmethod
    def of(cls, tune: Tune) -> "Melody":
        """The first `MAX_NOTES` notes of a tune."""
        pitches = np.array([note.pitch for note in tune.notes[:MAX_NOTES]], dtype=np.int64)
        return cls(pitches, interval_grams(tune, _GRAM))


def similarity(a: Melody, b: Melody) -> float:
    """Twice the longest common subsequence of pitches over the notes of both, at the best transposition.

    1 for the same melody in any key, about .5 for unrelated tunes of one kind, 0 when they share no run of
    three intervals. The subsequence is found bit-parallel (Hyyrö 2004).
    """
    best = 0
    letters = _letters(a.pitches)
    for semitones in _transpositions(a, b):
        best = max(best, LCSseq.similarity(letters, _letters(b.pitches + semitones)))
    return 2 * best / (len(a.pitches) + len(b.pitches))


def _letters(pitches: Ints) -> str:
    """A letter for each pitch, also for those that a transposition moved out of MIDI's range."""
    return "".join(map(chr, (pitches + 2 * _HIGHEST).tolist()))


def _transpositions(a: Melody, b: Melody) -> list[int]:
    """The semitones to add to `b` that most of the shared runs of intervals ask for."""
    in_a, in_b = np.nonzero(a.grams[:, None] == b.grams[None, :])
    votes = np.bincount(a.pitches[in_a] - b.pitches[in_b] + _HIGHEST, minlength=1)
    best = np.argsort(-votes, kind="stable")[:_TRANSPOSITIONS]
    return [int(place) - _HIGHEST for place in best if votes[place]]
