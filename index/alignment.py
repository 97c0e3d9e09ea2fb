"""Alignment: how alike two melodies are, note for note, in whatever keys they stand, and in which bars."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import LCSseq

from model.abc import Tune
from model.grams import FEWEST_NOTES, MAX_NOTES, Ints, interval_grams

_GRAM = 3  # intervals; a shared run of them votes for a transposition
_TRANSPOSITIONS = 2  # the most voted for that are tried
_HIGHEST = 127  # MIDI number

# What a passage earns for a pair of matching notes, and pays for a note skipped in either tune.
_MATCH = 3
_SKIP = 2


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
    _texts: dict[int, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, tune: Tune) -> "Melody":
        """The first `MAX_NOTES` notes of a tune."""
        pitches = np.array([note.pitch for note in tune.notes[:MAX_NOTES]], dtype=np.int64)
        return cls(pitches, interval_grams(tune, _GRAM))

    def text(self, semitones: int = 0) -> str:
        """A letter for each pitch, moved by so many semitones; kept, as the next melody may ask the same."""
        if semitones not in self._texts:
            # Also those that are moved out of MIDI's range have a letter.
            moved = self.pitches + (semitones + 2 * _HIGHEST)
            self._texts[semitones] = "".join(map(chr, moved.tolist()))
        return self._texts[semitones]


def similarity(a: Melody, b: Melody) -> float:
    """Twice the longest common subsequence of pitches over the notes of both, at the best transposition.

    1 for the same melody in any key, about .5 for unrelated tunes of one kind, 0 when they share no run of
    three intervals. The subsequence is found bit-parallel (Hyyrö 2004).
    """
    _, length = _best_transposition(a, b)
    return 2 * length / (len(a.pitches) + len(b.pitches))


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
    semitones, length = _best_transposition(a, b)
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


def _matching_notes(asked: Ints, known: Ints) -> list[tuple[int, int]]:
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


def _best_transposition(a: Melody, b: Melody) -> tuple[int, int]:
    """The semitones to add to `b` that leave the longest common subsequence of pitches, and its length."""
    best = 0, 0
    for semitones in _transpositions(a, b):
        length = LCSseq.similarity(a.text(-semitones), b.text())
        if length > best[1]:
            best = semitones, length
    return best


def _transpositions(a: Melody, b: Melody) -> list[int]:
    """The semitones to add to `b` that most of the shared runs of intervals ask for."""
    shared = np.flatnonzero(a.grams[:, None] == b.grams[None, :])
    in_a, in_b = np.divmod(shared, max(len(b.grams), 1))
    votes = np.bincount(a.pitches[in_a] - b.pitches[in_b] + _HIGHEST, minlength=1)
    best = np.argsort(-votes, kind="stable")[:_TRANSPOSITIONS]
    return [int(place) - _HIGHEST for place in best if votes[place]]
