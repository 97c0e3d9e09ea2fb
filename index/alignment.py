"""Alignment: how similar two melodies are in any key, and which of their bars match."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from index.runs import laid_end_to_end
from model.abc import Tune
from model.grams import FEWEST_NOTES, MAX_NOTES, Ints

Pitches = NDArray[np.integer]
_GRAM = 3  # intervals; each run of them that both melodies have votes for a transposition
_TRANSPOSITIONS = 2  # how many transpositions are tried, those with the most votes
_HIGHEST = 127  # MIDI number
_MOST_VOTES = 16  # occurrences of a run in the query that vote; in a drone there are hundreds
_SPAN = 4 * _HIGHEST  # transpositions that are counted, half of them downwards

# What a passage scores for a pair of matching notes, and loses for a note skipped in either tune.
_MATCH = 3
_SKIP = 2

# A melody in another key, with a tenth of its notes ornamented and 15 % changed, has a similarity to itself
# of .80 in the median and .67 at least. The nearest tune of another title has .59 in the median; pairs above
# .7 are mostly one tune.
SAME_MELODY = 0.66


class Melody(NamedTuple):
    """The pitches of a tune, ready to be aligned with others.

    Attributes
    ----------
    pitches : MIDI numbers, shape = (notes,)
    """

    pitches: Pitches

    @classmethod
    def of(cls, tune: Tune) -> "Melody":
        """The first `MAX_NOTES` notes of a tune."""
        return cls(np.array([note.pitch for note in tune.notes[:MAX_NOTES]], dtype=np.int64))

    @property
    def grams(self) -> Ints:
        """The runs of three intervals as numbers; run i starts at note i. shape = (runs,)"""
        return _grams(self.pitches.astype(np.int64))

    def text(self, semitones: int = 0) -> bytes:
        """A byte for each pitch, moved by some semitones and taken modulo 256."""
        moved = self.pitches.astype(np.int64) + semitones
        return moved.astype(np.uint8).tobytes()


def similarity(a: Melody, b: Melody) -> float:
    """Length of the longest common subsequence of pitches over the mean length, at the best transposition.

    1 for the same melody in any key, about 0.5 for unrelated tunes of one kind, 0 when they share no run of
    three intervals. The algorithm is bit-parallel (Hyyrö 2004).
    """
    return float(similarities(a, [b])[0])


def similarities(query: Melody, candidates: Sequence[Melody]) -> NDArray[np.float64]:
    """The `similarity` of one melody to each of many; faster than one by one. shape = (candidates,)"""
    _, lengths = _best_transpositions(query, candidates)
    notes = np.array([len(query.pitches) + len(melody.pitches) for melody in candidates])
    values: NDArray[np.float64] = 2 * lengths / notes
    return values


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which bars of a query match which bars of a setting.

    Attributes
    ----------
    transposition : semitones by which the query is higher than the setting, octaves included: 12 is an octave
        higher, -5 a fourth lower
    bars : pairs of bars that match, as `Bar.number` counts them: in the query, in the setting; in the order
        of the query, each of its bars at most once
    """

    transposition: int
    bars: tuple[tuple[int, int], ...]


def align(query: Tune, setting: Tune) -> Alignment:
    """Find the bars of a setting that the query contains, at the best transposition.

    Two bars match when at least half of the notes of the one with more notes match notes of the other. If
    half of a bar of the query matches one bar of the setting and half another, the bar that matches its first
    notes counts. A bar of the setting may match several bars of the query, for example in a written-out
    repeat.

    Only the first `MAX_NOTES` notes of each are aligned. If either tune has no bars or fewer than four notes,
    or they share no run of three intervals, the transposition is 0 and no bars match.
    """
    a, b = Melody.of(query), Melody.of(setting)
    transpositions, lengths = _best_transpositions(a, [b])
    semitones = int(transpositions[0])
    if not (lengths[0] and query.bars and setting.bars):
        return Alignment(0, ())
    matches = Counter(
        (query.notes[i].bar, setting.notes[j].bar)
        for i, j in _matching_notes(a.pitches, b.pitches + semitones)
    )
    pairs: dict[int, int] = {}
    for (bar, other), count in matches.items():  # in the order of the query's notes
        if 2 * count >= max(_notes(query, bar), _notes(setting, other)):
            pairs.setdefault(query.bars[bar].number, setting.bars[other].number)
    return Alignment(semitones, tuple(pairs.items()))


def _notes(tune: Tune, bar: int) -> int:
    return tune.bars[bar].last - tune.bars[bar].first


def _matching_notes(query: Pitches, setting: Pitches) -> list[tuple[int, int]]:
    """Pairs of notes with the same pitch in the passages that two melodies share: number in each.

    A passage is a local alignment. Passages do not overlap in the query, and may come in any order in the
    setting, so this finds fragments, written-out repeats and parts in another order. It is the search for
    repeated matches of Durbin, Eddy, Krogh and Mitchison (Biological Sequence Analysis, 1998, section 2.3),
    which maximises the sum of the passages' scores, each less a threshold.

    Parameters
    ----------
    query : pitches, shape = (notes of the query,)
    setting : pitches, transposed to the query's key, shape = (notes of the setting,)
    """
    # A passage must score as much as this many matching notes in a row; shorter ones occur in any tune.
    threshold = _MATCH * min(FEWEST_NOTES, len(query), len(setting)) - 1
    same = query[:, None] == setting[None, :]
    reward = np.where(same, _MATCH + 2 * _SKIP, 0).astype(np.int32)
    skips = _SKIP * np.arange(len(setting) + 1, dtype=np.int32)

    # closed[i] is the best score of the query's first i notes with no passage open; opened[i, j] is the best
    # with a passage that has reached note j of the setting or opens there. `opened` also includes the cost
    # of skipping i + j notes, so that a skip does not change it and all skips along a row are one running
    # maximum.
    opened = np.empty((len(query) + 1, len(setting) + 1), dtype=np.int32)
    opened[0] = skips
    closed = [0]
    for i, rewards in enumerate(reward):
        row = opened[i + 1]
        row[:] = opened[i]
        np.maximum(row[1:], opened[i, :-1] + rewards, out=row[1:])
        np.maximum.accumulate(row, out=row)
        skipped = _SKIP * (i + 1)
        closed.append(max(closed[-1], int((row - skips).max()) - skipped - threshold))
        np.maximum(row, skips + (closed[-1] + skipped), out=row)

    pairs = []
    i = len(query)
    while i:
        if closed[i] == closed[i - 1]:
            i -= 1
            continue
        j = int((opened[i] - skips).argmax())
        while opened[i, j] > closed[i] + _SKIP * (i + j):
            if same[i - 1, j - 1]:
                i, j = i - 1, j - 1
                pairs.append((i, j))
            elif opened[i, j] == opened[i - 1, j]:
                i -= 1
            else:
                j -= 1
    return pairs[::-1]


def _best_transpositions(query: Melody, candidates: Sequence[Melody]) -> tuple[Ints, Ints]:
    """The transposition of each candidate that gives the longest common subsequence with the query.

    Returns the semitones to add to each candidate, and the lengths of the subsequences. Both are 0 for a
    candidate that shares no run of intervals. shapes = (candidates,)
    """
    numbers, semitones = _transpositions(query, candidates)
    transposed = {move: query.text(-move) for move in set(semitones.tolist())}
    texts = [melody.text() for melody in candidates]
    lengths = process.cpdist(
        [transposed[move] for move in semitones.tolist()],
        [texts[i] for i in numbers.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int64,
    )
    # Transpositions come in falling order of votes, so at equal lengths the one with the most votes is first.
    order = np.lexsort((np.arange(len(lengths)), -lengths, numbers))
    first = order[np.unique(numbers[order], return_index=True)[1]]
    best, longest = np.zeros(len(candidates), np.int64), np.zeros(len(candidates), np.int64)
    best[numbers[first]], longest[numbers[first]] = semitones[first], lengths[first]
    return best, longest


def _transpositions(query: Melody, candidates: Sequence[Melody]) -> tuple[Ints, Ints]:
    """The transpositions of each candidate that the most shared runs of intervals vote for.

    Returns numbers of candidates, and the semitones to add to each, those with the most votes first. A
    candidate appears up to twice, and not at all if it shares no run. shapes = (transpositions,)
    """
    pitches = np.concatenate([melody.pitches for melody in candidates]).astype(np.int64)
    notes = np.array([len(melody.pitches) for melody in candidates])
    owner = np.repeat(np.arange(len(candidates)), notes)
    grams = _grams(pitches)
    whole = np.flatnonzero(owner[: len(grams)] == owner[_GRAM:])  # starts of runs within one melody
    query_grams = query.grams
    order = np.argsort(query_grams, kind="stable")
    run, first, count = np.unique(query_grams[order], return_index=True, return_counts=True)
    count = np.minimum(count, _MOST_VOTES)
    near = np.minimum(np.searchsorted(run, grams[whole]), max(len(run) - 1, 0))
    shared = np.flatnonzero(run[near] == grams[whole]) if len(run) else np.zeros(0, np.int64)
    # Every start of a run in the query, with every start of the same run in a candidate.
    start = order[laid_end_to_end(first[near[shared]], count[near[shared]])]
    other = np.repeat(whole[shared], count[near[shared]])
    move = query.pitches[start] - pitches[other] + _SPAN // 2
    votes = np.bincount(owner[other] * _SPAN + move, minlength=len(candidates) * _SPAN).reshape(-1, _SPAN)
    numbers, moves = [], []
    for _ in range(_TRANSPOSITIONS):
        most = votes.argmax(axis=1)
        voted = np.flatnonzero(votes[np.arange(len(candidates)), most])
        numbers.append(voted)
        moves.append(most[voted] - _SPAN // 2)
        votes[np.arange(len(candidates)), most] = 0
    return np.concatenate(numbers), np.concatenate(moves)


def _grams(pitches: Ints) -> Ints:
    """Runs of intervals as numbers, without hashing: an interval between MIDI numbers fits in a byte."""
    intervals = np.diff(pitches) + _HIGHEST
    count = max(len(intervals) - _GRAM + 1, 0)
    grams = np.zeros(count, np.int64)
    for i in range(_GRAM):
        grams = (grams << 8) + intervals[i : i + count]
    return grams
