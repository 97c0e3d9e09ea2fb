"""Variations of a tune, as another player might play it: transposed, cut or ornamented."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from model.abc import Note, Tune


def transposed(tune: Tune, semitones: int) -> Tune:
    """Transpose every note and drop the declared key, which no longer applies."""
    notes = tuple(replace(note, pitch=note.pitch + semitones) for note in tune.notes)
    return replace(tune, notes=notes, key="")


def cut(tune: Tune, first: int, length: int) -> Tune:
    """Cut out `length` notes, beginning with note number `first`, counted from 0."""
    notes = tune.notes[first : first + length]
    start = notes[0].onset
    return _with_notes(tune, [replace(note, onset=note.onset - start) for note in notes])


def ornamented(tune: Tune, share: float, rng: np.random.Generator) -> Tune:
    """Ornament each note with a turn, with probability `share`.

    A turn divides the time of a note between the note, the next higher note of the tune, and the note again.
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
    """Remove everything that could give away the tune's name."""
    return replace(tune, number=0, titles=(), header=())


def _with_notes(tune: Tune, notes: Sequence[Note]) -> Tune:
    # The old bars index notes that have changed. The new notes form one run without bars.
    return replace(tune, notes=tuple(replace(note, bar=0) for note in notes), bars=())
