"""Alignment: how alike two melodies are, note for note, in whatever keys they stand, and in which bars."""

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
_GRAM = 3  # intervals; a shared run of them votes for a transposition
_TRANSPOSITIONS = 2  # the most voted for that are tried
_HIGHEST = 127  # MIDI number
_PLACES = 16  # of a run in the asked tune that vote; in a drone it is everywhere
_MOVES = 4 * _HIGHEST  # transpositions that are told apart; half of them are downwards

# What a passage earns for a pair of matching notes, and pays for a note skipped in either tune.
_MATCH = 3
_SKIP = 2


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
        """Runs of three intervals as numbers, each from the pitch of the same place on. shape = (runs,)"""
        return _grams(self.pitches.astype(np.int64))

    def text(self, semitones: int = 0) -> bytes:
        """A byte for each pitch, moved by so many semitones: what leaves MIDI's range does not come back."""
        moved = self.pitches.astype(np.int64) + semitones
        return moved.astype(np.uint8).tobytes()


def similarity(a: Melody, b: Melody) -> float:
    """Twice the longest common subsequence of pitches over the notes of both, at the best transposition.

    1 for the same melody in any key, about .5 for unrelated tunes of one kind, 0 when they share no run of
    three intervals. The subsequence is found bit-parallel (Hyyrö 2004).
    """
    return float(similarities(a, [b])[0])


def similarities(asked: Melody, known: Sequence[Melody]) -> NDArray[np.float64]:
    """The `similarity` of one melody to each of many, for less than one by one. shape = (known,)"""
    _, lengths = _best_transpositions(asked, known)
    notes = np.array([len(asked.pitches) + len(melody.pitches) for melody in known])
    found: NDArray[np.float64] = 2 * lengths / notes
    return found


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which bars of a tune that was asked about are which bars of a known setting.

    Attributes
    ----------
    transposition : semitones by which the asked tune stands higher than the known one, octaves included: 12
        an octave higher, -5 a fourth lower
    bars : number of a bar of the asked tune and number of the known setting's bar that matches it, as
        `Bar.number` counts; in the order of the asked tune, each of its bars at most once
    """

    transposition: int
    bars: tuple[tuple[int, int], ...]


def align(asked: Tune, known: Tune) -> Alignment:
    """Find the bars of a known setting that are played in the asked tune, at the best transposition.

    Two bars match when at least half of the notes of the one that has more are matched to one another. A bar
    of the asked tune whose notes are half in one known bar and half in another goes to that with its first
    notes. A bar of the known setting may match several of the asked tune, as when a repeat is written out.
    Only the first `MAX_NOTES` notes of each are aligned. The transposition is 0, and no bars match, where
    either tune has no bars or fewer than four notes, or they share no run of three intervals.
    """
    a, b = Melody.of(asked), Melody.of(known)
    semitones, length = (int(found[0]) for found in _best_transpositions(a, [b]))
    if not (length and asked.bars and known.bars):
        return Alignment(0, ())
    matched = Counter(
        (asked.notes[i].bar, known.notes[j].bar) for i, j in _matching_notes(a.pitches, b.pitches + semitones)
    )
    pairs: dict[int, int] = {}
    for (bar, other), count in matched.items():  # in the order of the asked tune's notes
        if 2 * count >= max(_notes(asked, bar), _notes(known, other)):
            pairs.setdefault(asked.bars[bar].number, known.bars[other].number)
    return Alignment(semitones, tuple(pairs.items()))


def _notes(tune: Tune, bar: int) -> int:
    return tune.bars[bar].last - tune.bars[bar].first


def _matching_notes(asked: Pitches, known: Pitches) -> list[tuple[int, int]]:
    """Places of notes of the same pitch in passages that the two melodies share.

    Every passage has a compact place in both. Passages do not overlap in `asked` and stand in any order in
    `known`, so that a fragment, a repeat written out, and parts in another order are all found. This is the
    search for repeated matches of Durbin, Eddy, Krogh and Mitchison (Biological Sequence Analysis, 1998,
    section 2.3), which maximises what the passages earn together, each less a threshold.

    Parameters
    ----------
    asked : pitches, shape = (notes of the asked tune,)
    known : pitches at the asked tune's transposition, shape = (notes of the known tune,)
    """
    # A passage earns at least what so many matching notes in a row do; what is shorter may be in any tune.
    threshold = _MATCH * min(FEWEST_NOTES, len(asked), len(known)) - 1
    same = asked[:, None] == known[None, :]
    reward = np.where(same, _MATCH + 2 * _SKIP, 0).astype(np.int32)
    skips = _SKIP * np.arange(len(known) + 1, dtype=np.int32)

    # outside[i] is the most that the first i notes of `asked` earn with no passage open, and earned[i, j]
    # with one that has come as far as the known note j or opens there. To `earned` is added what skipping i
    # and j notes costs: a skip then leaves it as it is, and all skips along a row are one running maximum.
    earned = np.empty((len(asked) + 1, len(known) + 1), dtype=np.int32)
    earned[0] = skips
    outside = [0]
    for i, rewards in enumerate(reward):
        row = earned[i + 1]
        row[:] = earned[i]
        np.maximum(row[1:], earned[i, :-1] + rewards, out=row[1:])
        np.maximum.accumulate(row, out=row)
        added = _SKIP * (i + 1)
        outside.append(max(outside[-1], int((row - skips).max()) - added - threshold))
        np.maximum(row, skips + (outside[-1] + added), out=row)

    pairs = []
    i = len(asked)
    while i:
        if outside[i] == outside[i - 1]:
            i -= 1
            continue
        j = int((earned[i] - skips).argmax())
        while earned[i, j] > outside[i] + _SKIP * (i + j):
            if same[i - 1, j - 1]:
                i, j = i - 1, j - 1
                pairs.append((i, j))
            elif earned[i, j] == earned[i - 1, j]:
                i -= 1
            else:
                j -= 1
    return pairs[::-1]


def _best_transpositions(asked: Melody, known: Sequence[Melody]) -> tuple[Ints, Ints]:
    """For each known melody the semitones to add to it that leave the longest common subsequence of pitches.

    Returns these and the lengths of the subsequences; both are 0 where no run of intervals is shared.
    shapes = (known,)
    """
    number, semitones = _transpositions(asked, known)
    moved = {move: asked.text(-move) for move in set(semitones.tolist())}
    texts = [melody.text() for melody in known]
    found = process.cpdist(
        [moved[move] for move in semitones.tolist()],
        [texts[i] for i in number.tolist()],
        scorer=LCSseq.similarity,
        dtype=np.int64,
    )
    # In falling order of votes, so that of equal lengths the first is the one most voted for.
    best, length = np.zeros(len(known), np.int64), np.zeros(len(known), np.int64)
    order = np.lexsort((np.arange(len(found)), -found, number))
    first = order[np.unique(number[order], return_index=True)[1]]
    best[number[first]], length[number[first]] = semitones[first], found[first]
    return best, length


def _transpositions(asked: Melody, known: Sequence[Melody]) -> tuple[Ints, Ints]:
    """The semitones to add to each known melody that most of the shared runs of intervals ask for.

    Returns numbers of known melodies, and semitones for them, those with most votes first. A number is there
    once or twice, or not at all where no run is shared. shapes = (transpositions,)
    """
    pitches = np.concatenate([melody.pitches for melody in known]).astype(np.int64)
    notes = np.array([len(melody.pitches) for melody in known])
    owner = np.repeat(np.arange(len(known)), notes)
    grams = _grams(pitches)
    whole = np.flatnonzero(owner[: len(grams)] == owner[_GRAM:])  # begin and end in one melody
    runs = asked.grams
    order = np.argsort(runs, kind="stable")
    run, first, count = np.unique(runs[order], return_index=True, return_counts=True)
    count = np.minimum(count, _PLACES)
    near = np.minimum(np.searchsorted(run, grams[whole]), max(len(run) - 1, 0))
    shared = np.flatnonzero(run[near] == grams[whole]) if len(run) else np.zeros(0, np.int64)
    # Every place in `asked` with the run that begins at a place in a known melody.
    place = order[laid_end_to_end(first[near[shared]], count[near[shared]])]
    other = np.repeat(whole[shared], count[near[shared]])
    move = asked.pitches[place] - pitches[other] + _MOVES // 2
    votes = np.bincount(owner[other] * _MOVES + move, minlength=len(known) * _MOVES).reshape(-1, _MOVES)
    numbers, moves = [], []
    for _ in range(_TRANSPOSITIONS):
        most = votes.argmax(axis=1)
        voted = np.flatnonzero(votes[np.arange(len(known)), most])
        numbers.append(voted)
        moves.append(most[voted] - _MOVES // 2)
        votes[np.arange(len(known)), most] = 0
    return np.concatenate(numbers), np.concatenate(moves)


def _grams(pitches: Ints) -> Ints:
    """Runs of intervals as numbers, without hashing: an interval between MIDI numbers fits into a byte."""
    intervals = np.diff(pitches) + _HIGHEST
    count = max(len(intervals) - _GRAM + 1, 0)
    grams = np.zeros(count, np.int64)
    for i in range(_GRAM):
        grams = (grams << 8) + intervals[i : i + count]
    return grams
