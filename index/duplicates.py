"""Duplicates: finds tunes that occur several times among many, in any key and under any name.

Candidates for a tune are the earlier tunes that share its rarest n-grams of intervals. Each of them is
compared with it note by note, as the melody index compares settings. Pairs that are similar enough are joined
into groups, if the one is not only a part of the other: else a medley would put its tunes into one group.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.alignment import align, best_transpositions
from index.disjoint_sets import DisjointSets
from index.melodies import Melodies
from index.ngram_index import GRAM, NgramIndex
from index.shared_runs import SharedRuns
from index.substrings import substring_similarities
from model.abc import Tune
from model.grams import FEWEST_NOTES, Floats, Ints, interval_grams
from model.steps import Steps

_CANDIDATES = 20  # compared with each tune; with 40, one pair in a hundred more is found
# Two tunes are the same from this similarity on, and short tunes from a higher one: they resemble others by
# chance. The second is divided by the notes of the shorter. docs/experiments.md has the measurements.
_SAME = 0.67
_SAME_SHORT = 4.0
_PART = 0.67  # a tune with fewer than this share of the notes of another can only be a part of it


class Duplicate(NamedTuple):
    """A tune of a group, compared with the first of the group.

    Attributes
    ----------
    tune : its number, from 0
    similarity : of the whole melodies, or of the shorter and a passage of the longer, whichever is higher;
        0 to 1
    transposition : semitones by which it is higher than the first
    bars : bars that match: number in this tune, number in the first; 0 is an upbeat
    """

    tune: int
    similarity: float
    transposition: int
    bars: tuple[tuple[int, int], ...]


def find_duplicates(tunes: Sequence[Tune]) -> Steps[list[list[Duplicate]]]:
    """Find the groups of the same tune, a tune in a step.

    A group has two tunes or more, in their order; the groups are in the order of their first tunes. It has
    settings of one tune, or of a tune and of one that has it as a part. So a medley is in a group with each
    of its tunes. Tunes of fewer than `FEWEST_NOTES` notes are in no group. The time grows with the number of
    tunes, not its square.
    """
    melodies = Melodies.of(tunes)
    yield
    grams = []
    for tune in tunes:
        grams.append(interval_grams(tune, GRAM))
        yield
    index = NgramIndex(grams)
    sets = DisjointSets(len(tunes))
    parts: list[tuple[int, int]] = []
    for number in range(1, len(tunes)):
        yield
        earlier = _candidates(index.cosines(grams[number])[:number])
        if len(earlier):
            notes, others = melodies.notes[number], melodies.notes[earlier]
            shorter = np.minimum(notes, others)
            least = np.where(shorter < FEWEST_NOTES, np.inf, np.minimum(_SAME + _SAME_SHORT / shorter, 1))
            is_same = similarities(melodies, number, earlier) >= least
            is_part = shorter < _PART * np.maximum(notes, others)
            for other in earlier[is_same & ~is_part].tolist():
                sets.join(number, other)
            parts += [(number, other) for other in earlier[is_same & is_part].tolist()]
    groups = []
    for numbers in _with_parts(sets.sets(), parts):
        groups.append((yield from _compared_with_first(melodies, numbers)))
    return groups


def similarities(melodies: Melodies, number: int, others: Ints) -> Floats:
    """How similar a tune is to others: as whole melodies, or the shorter to a passage of the longer.

    Parameters
    ----------
    number, others : the tune, and the tunes to compare it with

    Returns
    -------
    the higher of the two, 0 to 1, shape = (others,)
    """
    query, candidates = melodies.take(np.array([number])), melodies.take(others)
    shared = SharedRuns.find(query.pitches, candidates.pitches, candidates.first)
    _, common = best_transpositions(query.pitches, candidates.pitches, candidates.first, shared)
    substring = substring_similarities(query, candidates, shared.places())
    whole: NDArray[np.float64] = 2 * common / (query.notes[0] + candidates.notes)
    return np.maximum(whole, substring)


def _with_parts(sets: list[list[int]], parts: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Sets of the same tune; two as one, where a tune of one set is a part of one of the other set."""
    set_of = {number: place for place, numbers in enumerate(sets) for number in numbers}
    pairs = {tuple(sorted((set_of[a], set_of[b]))) for a, b in parts if set_of[a] != set_of[b]}
    paired = {place for pair in pairs for place in pair}
    alone = [numbers for place, numbers in enumerate(sets) if len(numbers) > 1 and place not in paired]
    return sorted([*alone, *(sorted(sets[a] + sets[b]) for a, b in pairs)])


def _candidates(cosines: Floats) -> Ints:
    """Positions of the highest cosines above 0, in any order."""
    above = np.flatnonzero(cosines)
    if len(above) <= _CANDIDATES:
        return above
    return above[np.argpartition(-cosines[above], _CANDIDATES - 1)[:_CANDIDATES]]


def _compared_with_first(melodies: Melodies, numbers: list[int]) -> Steps[list[Duplicate]]:
    first, group = melodies.melody(numbers[0]), []
    for number in numbers:
        yield
        similarity = float(similarities(melodies, number, np.array(numbers[:1]))[0])
        alignment = align(melodies.melody(number), first)
        group.append(Duplicate(number, similarity, alignment.transposition, alignment.bars))
    return group
