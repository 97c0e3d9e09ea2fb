"""A tune as another player might play it: in another key, a part of it, with ornaments."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model.abc import Note, Tune


def transposed(tune: Tune, semitones: int) -> Tune:
    """Every note moved by so many semitones; the declared key, no longer true, is dropped."""
    notes = tuple(replace(note, pitch=note.pitch + semitones) for note in tune.notes)
    return replace(tune, notes=notes, key="")


def cut(tune: Tune, first: int, length: int) -> Tune:
    """`length` notes from note `first` on, counted from 0."""
    notes = tune.notes[first : first + length]
    begin = notes[0].onset
    return _with_notes(tune, [replace(note, onset=note.onset - begin) for note in notes])


def ornamented(tune: Tune, share: float, rng: np.random.Generator) -> Tune:
    """A share of the notes, drawn at random, played with a turn.

    A turn is the note, the next higher note of the tune, and the note again, in the time of the one.
    """
    scale = sorted({note.pitch for note in tune.notes})
    higher = dict(zip(scale, [*scale[1:], scale[-1] + 2], strict=True))
    notes: list[Note] = []
    for note, chosen in zip(tune.notes, rng.random(len(tune.notes)) < share, strict=True):
        if not chosen:
            notes.append(note)
            continue
        quarter = note.duration / 4
        notes.append(replace(note, duration=2 * quarter))
        notes.append(
            replace(note, onset=note.onset + 2 * quarter, duration=quarter, pitch=higher[note.pitch])
        )
        notes.append(replace(note, onset=note.onset + 3 * quarter, duration=quarter))
    return _with_notes(tune, notes)


def unnamed(tune: Tune) -> Tune:
    """The tune without everything that could tell its name."""
    return replace(tune, number=0, titles=(), header=())


def _with_notes(tune: Tune, notes: Sequence[Note]) -> Tune:
    # The bars counted notes that are no longer there; what is changed here is one run of notes.
    return replace(tune, notes=tuple(replace(note, bar=0) for note in notes), bars=())
