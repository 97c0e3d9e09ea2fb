"""Variations of a tune, as another person might play or write it: transposed, cut, ornamented, noisy."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from model.abc import Note, Tune
from model.abc.key import read_key

_TONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}  # semitones above C


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


def noisy(tune: Tune, share: float, rng: np.random.Generator) -> Tune:
    """Change, delete or insert notes, as players and transcribers do, by ear or from memory.

    So many notes have one fault each, and the three kinds are equally likely:

    - A changed note gets another pitch: half of the time one or two semitones away, as a neighbouring note or
      a wrong accidental is, else three semitones to an octave.
    - A deleted note leaves its time to the note before it, or the notes after it come earlier.
    - An inserted note follows another, at a pitch that is as near as a changed one. It takes half of the time
      of the other, or has the same length and the notes after it come later.

    Parameters
    ----------
    share : of the notes that have a fault, 0 to 1; their number is rounded
    """
    count = len(tune.notes)
    has_fault = np.isin(np.arange(count), rng.choice(count, round(share * count), replace=False))
    notes: list[Note] = []
    later = Fraction(0)  # by which the notes from here on come later than in the tune
    for original, chosen in zip(tune.notes, has_fault, strict=True):
        note = replace(original, onset=original.onset + later)
        fault = rng.choice(("change", "delete", "insert")) if chosen else ""
        keeps_time = rng.random() < 0.5
        if fault == "change":
            notes.append(replace(note, pitch=_near(note.pitch, rng)))
        elif fault == "delete" and keeps_time and notes:
            notes[-1] = replace(notes[-1], duration=note.onset + note.duration - notes[-1].onset)
        elif fault == "delete":
            later -= note.duration
        elif fault == "insert":
            length = note.duration / 2 if keeps_time else note.duration
            other = replace(note, onset=note.onset + length, duration=length, pitch=_near(note.pitch, rng))
            notes += [replace(note, duration=length), other]
            later += 2 * length - note.duration
        else:
            notes.append(note)
    return _with_notes(tune, notes or tune.notes)


def without_signature(tune: Tune) -> Tune:
    """Forget the key signature: the notes keep their letters and lose its sharps and flats.

    A note that the signature alters becomes the natural of its letter; any other has its accidental written
    before it and stays. The key becomes C major. A tune without a key stays as it is.
    """
    key, _ = read_key(tune.key)
    if key is None:
        return tune
    altered = {(_TONES[letter] + alter) % 12: alter for letter, alter in key.signature.items()}
    notes = tuple(replace(note, pitch=note.pitch - altered.get(note.pitch % 12, 0)) for note in tune.notes)
    return replace(tune, notes=notes, key="C major")


def unnamed(tune: Tune) -> Tune:
    """Remove everything that could give away the tune's name."""
    return replace(tune, number=0, titles=(), header=())


def _near(pitch: int, rng: np.random.Generator) -> int:
    """Another pitch, at most an octave away; half of the time at most two semitones."""
    semitones = rng.integers(1, 3) if rng.random() < 0.5 else rng.integers(3, 13)
    return pitch + int(semitones * rng.choice((-1, 1)))


def _with_notes(tune: Tune, notes: Sequence[Note]) -> Tune:
    # The old bars index notes that have changed. The new notes form one run without bars.
    return replace(tune, notes=tuple(replace(note, bar=0) for note in notes), bars=())
