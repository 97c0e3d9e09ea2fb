"""Melody pairs: which settings have nearly the same melody, whole against whole and in any key."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.alignment import best_transpositions
from index.contents import Contents
from index.melodies import Melodies
from index.ngram_index import NgramIndex
from index.progress import OnStep, counted_step, ignore_steps
from index.ragged import laid_end_to_end
from index.shared_runs import SharedRuns
from index.substrings import substring_similarities
from model.grams import Floats, Ints

LEAST = -2.0  # log odds; settings with less are different tunes even if they have the same name

# The weights of `Likeness` and the constant, learned from the three books and rounded.
# `gan-ainm same-tune-check` learns them again.
WEIGHTS = (6.5, 11.0, 8.0, 13.0, 1.7)
CONSTANT = -25.4

_COVERED = 0.12  # share of the n-grams of each of two melodies; with less they are different tunes
# If a melody covers another, and is itself covered less than this share of that, it only contains the other.
_BALANCED = 0.65
_MOST = 100  # settings compared with one; most have ten
_TYPICAL = 60  # notes of a short tune


class Likeness(NamedTuple):
    """How alike the melodies of pairs of settings are; all shapes are (pairs,).

    Attributes
    ----------
    of_longer, of_shorter : longest common subsequence of pitches over the number of notes
    grams : geometric mean of the shares of each melody's diatonic n-grams that the other has, too
    substring : how similar the shorter melody's intervals are to a passage of the longer
    length : ln(notes of the shorter / 60); short tunes are alike by chance
    """

    of_longer: Floats
    of_shorter: Floats
    grams: Floats
    substring: Floats
    length: Floats


@dataclass(frozen=True)
class MelodyPairs:
    """Pairs of settings that may be one tune, sorted.

    Attributes
    ----------
    first, second : numbers of the settings, the lower number first, shape = (pairs,)
    odds : natural logarithm of the odds that they are one tune, by their melodies alone; at least `LEAST`;
        shape = (pairs,)
    """

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    odds: NDArray[np.float32]

    @classmethod
    def find(cls, contents: Contents, among: Ints | None = None, on_step: OnStep = ignore_steps) -> Self:
        """The pairs of settings with these contents.

        The odds of a pair depend on its two melodies alone, so pairs stay when other settings come or go.

        Parameters
        ----------
        among : only pairs with one of these settings; None for all pairs
        on_step : called when a step begins
        """
        numbers = np.arange(len(contents)) if among is None else among
        if not len(numbers):
            return cls.none()
        candidates = find_candidates(contents, numbers, on_step)
        likeness = compare(contents.melodies, candidates, on_step)
        odds = np.stack(likeness, axis=1) @ np.array(WEIGHTS) + CONSTANT
        return cls._sorted(candidates.first, candidates.second, odds)

    @classmethod
    def none(cls) -> Self:
        """No pairs."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))

    @classmethod
    def joined(cls, parts: Sequence["MelodyPairs"]) -> Self:
        """The pairs of several parts; of at least one part. No pair may be in two parts."""
        return cls._sorted(
            np.concatenate([part.first for part in parts]),
            np.concatenate([part.second for part in parts]),
            np.concatenate([part.odds for part in parts]),
        )

    @classmethod
    def _sorted(
        cls, first: NDArray[np.integer], second: NDArray[np.integer], odds: NDArray[np.floating]
    ) -> Self:
        low, high = np.minimum(first, second), np.maximum(first, second)
        order = np.lexsort((high, low))
        order = order[odds[order] >= LEAST]
        return cls(low[order].astype(np.int32), high[order].astype(np.int32), odds[order].astype(np.float32))

    def __len__(self) -> int:
        return len(self.odds)

    def renumbered(self, number_of: Ints) -> "MelodyPairs":
        """The same pairs when setting i has the number `number_of[i]`, or is gone if that is negative."""
        first, second = number_of[self.first], number_of[self.second]
        kept = (first >= 0) & (second >= 0)
        return MelodyPairs._sorted(first[kept], second[kept], self.odds[kept])


class Candidates(NamedTuple):
    """Pairs of settings that share n-grams, and the share of each one's n-grams that the other has."""

    first: Ints
    second: Ints
    first_covered: Floats
    second_covered: Floats


def find_candidates(contents: Contents, numbers: Ints, on_step: OnStep = ignore_steps) -> Candidates:
    """The pairs to compare: of the settings with these numbers and of any others."""
    counts, settings = contents.diatonic, len(contents)
    postings = NgramIndex.of(counts).postings
    assert postings.occurrences is not None
    ends = np.concatenate([[0], np.cumsum(counts.count, dtype=np.int64)])[counts.first]
    total = np.maximum(np.diff(ends), 1)
    done = np.zeros(settings, dtype=np.bool_)
    found = [Candidates(*np.zeros((2, 0), np.int64), *np.zeros((2, 0)))]
    for number in counted_step(numbers.tolist(), "finding shared n-grams", on_step):
        start, end = counts.first[number : number + 2]
        entry = np.searchsorted(postings.vocabulary, counts.gram[start:end])
        length = postings.first[entry + 1] - postings.first[entry]
        place = laid_end_to_end(postings.first[entry], length)
        others = postings.setting[place]
        done[number] = True
        shared = np.bincount(others, np.repeat(counts.count[start:end], length), settings)
        covered = shared / total[number]
        near = np.flatnonzero((covered >= _COVERED) & ~done)
        if not len(near):
            continue
        covered = covered[near]
        other_covered = np.bincount(others, postings.occurrences[place], settings)[near] / total[near]
        least, most = np.minimum(covered, other_covered), np.maximum(covered, other_covered)
        kept = np.flatnonzero((least >= _COVERED) & (least >= _BALANCED * most))
        kept = kept[np.argsort(-least[kept], kind="stable")[:_MOST]]
        found.append(Candidates(np.full(len(kept), number), near[kept], covered[kept], other_covered[kept]))
    return Candidates(*map(np.concatenate, zip(*found, strict=True)))


def compare(melodies: Melodies, pairs: Candidates, on_step: OnStep = ignore_steps) -> Likeness:
    """How alike the melodies of pairs are, whichever of the two comes first."""
    notes = melodies.notes
    swapped = notes[pairs.first] > notes[pairs.second]
    for pair in np.flatnonzero(notes[pairs.first] == notes[pairs.second]).tolist():
        first, second = (melodies.melody(int(side[pair])).pitches for side in (pairs.first, pairs.second))
        swapped[pair] = first.tobytes() > second.tobytes()
    shorter = np.where(swapped, pairs.second, pairs.first)
    longer = np.where(swapped, pairs.first, pairs.second)
    common, substring = np.zeros(len(shorter)), np.zeros(len(shorter))
    for rows in counted_step(_runs(shorter), "aligning melodies", on_step):
        query, others = melodies.take(shorter[rows[:1]]), melodies.take(longer[rows])
        shared = SharedRuns.find(query.pitches, others.pitches, others.first)
        _, common[rows] = best_transpositions(query.pitches, others.pitches, others.first, shared)
        substring[rows] = substring_similarities(query, others, shared.places())
    return Likeness(
        of_longer=common / notes[longer],
        of_shorter=common / notes[shorter],
        grams=np.sqrt(pairs.first_covered * pairs.second_covered),
        substring=substring,
        length=np.log(notes[shorter] / _TYPICAL),
    )


def _runs(values: Ints) -> list[Ints]:
    """For each different value the positions where it is."""
    order = np.argsort(values, kind="stable")
    starts = np.flatnonzero(np.diff(values[order], prepend=-1)).tolist()
    return [order[start:end] for start, end in pairwise([*starts, len(order)])]
