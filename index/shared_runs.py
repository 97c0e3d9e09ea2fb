"""Shared runs: where a melody and others have the same intervals, and what most of these places agree on."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.ragged import laid_end_to_end
from model.grams import Floats, Ints, diatonic_intervals

Pitches = NDArray[np.integer]
RUN = 3  # intervals
_BITS = 5  # of an interval; leaps of more than an octave and a third count as others
_PLACES = 4
_MOST = 16  # occurrences of a run in the query that count; in a drone there are hundreds


class SharedRuns(NamedTuple):
    """Every pair of places in a query and in a candidate with the same three intervals in a row.

    Attributes
    ----------
    candidate : number of the candidate, in rising order, shape = (pairs,)
    in_query : the note of the query where the run starts, shape = (pairs,)
    in_candidate : the note where it starts in the candidate, shape = (pairs,)
    transposition : semitones to add to the candidate there, shape = (pairs,)
    """

    candidate: Ints
    in_query: Ints
    in_candidate: Ints
    transposition: Ints

    @classmethod
    def find(cls, query: Pitches, pitches: Pitches, first: Ints, diatonic: bool = False) -> "SharedRuns":
        """Find the runs that a query shares with candidates.

        Parameters
        ----------
        query : pitches, shape = (notes of the query,)
        pitches : the candidates, end to end, shape = (notes of all candidates,)
        first : offset of each candidate in `pitches`, and the end of the last, shape = (candidates + 1,)
        diatonic : whether to compare diatonic intervals. They find more, and more by chance
        """
        runs, others = interval_runs(query, diatonic), interval_runs(pitches, diatonic)
        order = np.argsort(runs, kind="stable")
        distinct, start, count = np.unique(runs[order], return_index=True, return_counts=True)
        row_of = np.zeros(2 ** (RUN * _BITS), np.int16)  # row in `distinct`, from 1; 0 if the query lacks it
        row_of[distinct] = np.arange(1, len(distinct) + 1)
        row = row_of[others]
        candidate = np.repeat(np.arange(len(first) - 1), np.diff(first))
        shared = np.flatnonzero(row)
        shared = shared[candidate[shared] == candidate[shared + RUN]]  # not from one candidate into the next
        row = row[shared] - 1
        times = np.minimum(count[row], _MOST)
        in_query = order[laid_end_to_end(start[row], times)]
        place = np.repeat(shared, times)
        candidate = candidate[place]
        transposition = query[in_query].astype(np.int64) - pitches[place]
        return cls(candidate, in_query, place - first[candidate], transposition)

    def at(self, transpositions: Ints) -> "SharedRuns":
        """Only the runs at the transposition of their candidate, in semitones. shape = (candidates,)"""
        chosen = self.transposition == transpositions[self.candidate]
        return SharedRuns(*(column[chosen] for column in self))

    def coverage(self, notes: int, candidates: int) -> Floats:
        """The share of the query's notes that each candidate shares a run with. shape = (candidates,)

        Parameters
        ----------
        notes, candidates : number of notes of the query, and of candidates
        """
        covered = np.zeros((candidates, notes), bool)
        for note in range(RUN + 1):
            covered[self.candidate, self.in_query + note] = True
        share: Floats = covered.mean(axis=1)
        return share

    def places(self) -> tuple[Ints, Ints]:
        """Where the query begins in each candidate: what the most runs say, of at most four places.

        As `most_frequent`; a place is a note of the candidate, negative if the query begins before it.
        """
        return self.most_frequent(self.in_candidate - self.in_query, _PLACES)

    def most_frequent(self, values: Ints, count: int) -> tuple[Ints, Ints]:
        """For each candidate the `count` values that most of its runs have.

        Parameters
        ----------
        values : a value of each run, shape = (pairs,)
        count : how many values, > 0

        Returns
        -------
        Numbers of candidates, and a value of each, the most frequent values of all candidates first. A
        candidate appears at most `count` times, and not at all without a run. shapes = (values,)
        """
        if not len(values):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        lowest = values.min()
        span = int(values.max() - lowest) + 1
        candidates = int(self.candidate[-1]) + 1
        votes = np.bincount(self.candidate * span + (values - lowest), minlength=candidates * span)
        votes = votes.reshape(candidates, span)
        rows = np.arange(candidates)
        numbers, found = [], []
        for _ in range(count):
            best = votes.argmax(axis=1)
            voted = np.flatnonzero(votes[rows, best])
            numbers.append(voted)
            found.append(best[voted] + lowest)
            votes[rows, best] = 0
        return np.concatenate(numbers), np.concatenate(found)


def as_bytes(steps: Pitches) -> bytes:
    """A byte for each pitch or step, modulo 256, as rapidfuzz compares them."""
    return steps.astype(np.uint8).tobytes()


def interval_runs(pitches: Pitches, diatonic: bool = False) -> NDArray[np.int16]:
    """The runs of three intervals, as numbers below 2^15; run i starts at note i. shape = (runs,)"""
    steps = np.diff(pitches)
    intervals = (diatonic_intervals(steps).astype(np.int16) if diatonic else steps) & (2**_BITS - 1)
    count = max(len(intervals) - RUN + 1, 0)
    runs = np.zeros(count, np.int16)
    for i in range(RUN):
        runs = (runs << _BITS) | intervals[i : i + count]
    return runs
