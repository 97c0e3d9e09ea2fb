"""Alignment: how similar two melodies are in any key, and which of their notes and bars match."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import LCSseq

from index.ragged import highest_of_each
from index.shared_runs import Pitches, SharedRuns, as_bytes
from model.abc import Tune
from model.deadline import checked
from model.grams import FEWEST_NOTES, MAX_NOTES, Ints, as_floats

Spans = NDArray[np.uint8]

TICKS = 24  # of a quarter note: the unit of time. Semiquavers and triplets of quavers are whole numbers
LONGEST_SPAN = 255  # ticks; longer spans are cut to this
_TRANSPOSITIONS = 2  # how many transpositions are tried, those that the most shared runs agree on
_NO_BAR = -1
_LAST_BAR = 2**15 - 1  # bars after it get its number

# What a passage scores for a pair of matching notes, and loses for a note skipped in either tune.
_MATCH = 3
_SKIP = 2

# A melody in another key, with a tenth of its notes ornamented and 15 % changed, has a similarity to itself
# of .80 in the median and .67 at least. The nearest tune of another title has .59 in the median; pairs above
# .7 are mostly one tune.
SAME_MELODY = 0.66


class Melody(NamedTuple):
    """The first `MAX_NOTES` notes of a tune, ready to be aligned with others.

    Attributes
    ----------
    pitches : MIDI numbers, shape = (notes,)
    spans : time from the onset of each note to that of the next, or to the end of the last note, in `TICKS`;
        1 to 255; shape = (notes,)
    bars : number of the bar of each note, -1 if the tune has no bars, shape = (notes,)
    """

    pitches: NDArray[np.int16]
    spans: Spans
    bars: NDArray[np.int16]

    @classmethod
    def of(cls, tune: Tune) -> "Melody":
        """The melody of a tune."""
        notes = tune.notes[:MAX_NOTES]
        number = [min(bar.number, _LAST_BAR) for bar in tune.bars]
        bars = [number[note.bar] for note in notes] if number else [_NO_BAR] * len(notes)
        end = (note.onset + note.duration for note in notes[-1:])
        onsets = np.rint(TICKS * as_floats([*(note.onset for note in notes), *end]))
        return cls(
            np.array([note.pitch for note in notes], dtype=np.int16),
            np.clip(np.diff(onsets), 1, LONGEST_SPAN).astype(np.uint8),
            np.array(bars, dtype=np.int16),
        )


def similarity(a: Melody, b: Melody) -> float:
    """Length of the longest common subsequence of pitches over the mean length, at the best transposition.

    1 for the same melody in any key, about 0.5 for unrelated tunes of one kind, 0 when they share no run of
    three intervals. The algorithm is bit-parallel (Hyyrö 2004).
    """
    return float(similarities(a, [b])[0])


def similarities(query: Melody, candidates: Sequence[Melody]) -> NDArray[np.float64]:
    """The `similarity` of one melody to each of many; faster than one by one. shape = (candidates,)"""
    pitches = np.concatenate([melody.pitches for melody in candidates])
    first = np.cumsum([0, *(len(melody.pitches) for melody in candidates)])
    _, lengths = best_transpositions(
        query.pitches, pitches, first, SharedRuns.find(query.pitches, pitches, first)
    )
    values: NDArray[np.float64] = 2 * lengths / (len(query.pitches) + np.diff(first))
    return values


def best_transpositions(
    query: Pitches, pitches: Pitches, first: Ints, shared: SharedRuns
) -> tuple[Ints, Ints]:
    """The transposition of each candidate that gives the longest common subsequence with the query.

    Parameters
    ----------
    query, pitches, first : see `SharedRuns.find`
    shared : the runs that they share

    Returns
    -------
    The semitones to add to each candidate, and the lengths of the subsequences. Both are 0 for a candidate
    that shares no run. shapes = (candidates,)
    """
    numbers, semitones = shared.most_frequent(shared.transposition, _TRANSPOSITIONS)
    transposed = {move: as_bytes(query - move) for move in set(semitones.tolist())}
    text, start = as_bytes(pitches), first.tolist()
    lengths = process.cpdist(
        [transposed[move] for move in semitones.tolist()],
        [text[start[number] : start[number + 1]] for number in numbers.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int64,
    )
    best, longest = np.zeros(len(start) - 1, np.int64), np.zeros(len(start) - 1, np.int64)
    rows = highest_of_each(numbers, lengths)
    best[numbers[rows]], longest[numbers[rows]] = semitones[rows], lengths[rows]
    return best, longest


@dataclass(frozen=True, slots=True)
class Alignment:
    """What of a query matches what of a setting.

    Attributes
    ----------
    transposition : semitones by which the query is higher than the setting, octaves included: 12 is an octave
        higher, -5 a fourth lower
    bars : pairs of bars that match, as `Bar.number` counts them: in the query, in the setting; in the order
        of the query, each of its bars at most once
    notes : pairs of notes that match: index in `Tune.notes` of the query, and of the setting; in the order of
        the query, each of its notes at most once
    """

    transposition: int
    bars: tuple[tuple[int, int], ...]
    notes: tuple[tuple[int, int], ...]


def align(query: Melody, setting: Melody, semitones: int | None = None) -> Alignment:
    """Find the notes and bars of a setting that the query contains.

    Two bars match when at least half of the notes of the one with more notes match notes of the other. If
    half of a bar of the query matches one bar of the setting and half another, the bar that matches its first
    notes counts. A bar of the setting may match several bars of the query, for example in a written-out
    repeat.

    If either has no bars, no bars match.

    Parameters
    ----------
    semitones : the transposition, if it is known. Otherwise it is the best one; if either melody has fewer
        than four notes, or they share no run of three intervals, it is 0 and nothing matches
    """
    if semitones is None:
        ends = np.array([0, len(setting.pitches)])
        shared = SharedRuns.find(query.pitches, setting.pitches, ends)
        transpositions, lengths = best_transpositions(query.pitches, setting.pitches, ends, shared)
        if not lengths[0]:
            return Alignment(0, (), ())
        semitones = int(transpositions[0])
    notes = tuple(_matching_notes(query.pitches, setting.pitches + semitones))
    return Alignment(semitones, _matching_bars(query, setting, notes), notes)


def _matching_bars(
    query: Melody, setting: Melody, matching: Sequence[tuple[int, int]]
) -> tuple[tuple[int, int], ...]:
    if _NO_BAR in query.bars or _NO_BAR in setting.bars:
        return ()
    query_bars, setting_bars = query.bars.tolist(), setting.bars.tolist()
    notes, other_notes = Counter(query_bars), Counter(setting_bars)
    matches = Counter((query_bars[i], setting_bars[j]) for i, j in matching)
    pairs: dict[int, int] = {}
    for (bar, other), count in matches.items():  # in the order of the query's notes
        if 2 * count >= max(notes[bar], other_notes[other]):
            pairs.setdefault(bar, other)
    return tuple(pairs.items())


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
    same = query[:, None] == setting
    rewards = np.zeros((len(query), len(setting) + 1), np.int32)
    rewards[:, 1:] = same * np.int32(_MATCH + 2 * _SKIP)
    skips = _SKIP * np.arange(len(setting) + 1, dtype=np.int32)

    # closed[i] is the best score of the query's first i notes with no passage open; opened[i, j] is the best
    # with a passage that has reached note j of the setting or opens there. `opened` also includes the cost
    # of skipping i + j notes, so that a skip does not change it and all skips along a row are one running
    # maximum. Before the setting's first note nothing can match.
    padded = np.full((len(query) + 1, len(setting) + 2), -(2**30), dtype=np.int32)
    opened = padded[:, 1:]
    opened[0] = skips
    closed, score = [0], np.empty_like(skips)
    rows, previous_notes = list(opened), list(padded[:, :-1])
    # Looked up once: for some hundred notes, Python's part of this loop takes as long as NumPy's.
    add, subtract, maximum, accumulate = np.add, np.subtract, np.maximum, np.maximum.accumulate
    argmax, item = score.argmax, score.item
    for i, reward in enumerate(checked(rewards)):
        row, skipped = rows[i + 1], _SKIP * (i + 1)
        add(previous_notes[i], reward, out=row)
        maximum(rows[i], row, out=row)
        accumulate(row, out=row)
        subtract(row, skips, out=score)
        best = item(argmax())  # several times as fast as `max`
        closed.append(max(closed[-1], best - skipped - threshold))
        add(skips, closed[-1] + skipped, out=score)
        maximum(row, score, out=row)

    pairs, opened_at, same_at = [], opened.item, same.item
    i = len(query)
    while i:
        if closed[i] == closed[i - 1]:
            i -= 1
            continue
        j = int((opened[i] - skips).argmax())
        while opened_at(i, j) > closed[i] + _SKIP * (i + j):
            if same_at(i - 1, j - 1):
                i, j = i - 1, j - 1
                pairs.append((i, j))
            elif opened_at(i, j) == opened_at(i - 1, j):
                i -= 1
            else:
                j -= 1
    return pairs[::-1]
