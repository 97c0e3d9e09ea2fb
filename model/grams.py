"""Grams: short runs of notes or letters, hashed to numbers of 20 bits. The n-gram encoders read them."""

import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from model.abc import Tune
from model.names import fold

FEWEST_NOTES = 8  # the fewest that can identify a tune; a shorter run may occur in any tune
_PULSE = 0.5  # quarter notes
MAX_NOTES = 2048  # notes read per tune; the longest of 4,248 printed tunes has fewer than 1,200

Ints = NDArray[np.int64]
GramIds = NDArray[np.int32]
Floats = NDArray[np.float64]

# Every gram is hashed to a smaller number. Grams may share a hash: a rare one has that of one of the 49,152
# grams that the tune encoder knows once in 21 times.
HASHES = 2**20

# Steps of a scale that an interval spans, by its semitones modulo the octave; and by its semitones as a byte,
# which is several times as fast as a division.
_STEPS = np.array([0, 1, 1, 2, 2, 3, -3, -3, -2, -2, -1, -1], np.int8)
_STEPS_OF_BYTE = _STEPS[np.arange(256).astype(np.int8) % 12]

_INTERVALS = (2, 3, 4, 6)  # lengths of the runs of melodic intervals
_RHYTHMIC = (2, 4)  # lengths of the runs of intervals with rhythm
_UNREPEATED = (4, 6)  # lengths of the runs of intervals after repeated notes are merged
_LETTERS = 3  # length of the runs of letters

# The constants of splitmix64.
_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_ROUNDS = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
_LAST_SHIFT = np.uint64(31)


@dataclass(frozen=True, slots=True)
class Grams:
    """The grams of one tune.

    Attributes
    ----------
    ids : hashes, in rising order, but those of the header (R:, M:) come first; shape = (grams,)
    start, stop : first note of each gram and one past its last, to find the grams of a fragment; 0 and 0 for
        the header. shape = (grams,)
    notes : number of notes that were read
    """

    ids: GramIds
    start: NDArray[np.int16]
    stop: NDArray[np.int16]
    notes: int

    def __len__(self) -> int:
        return len(self.ids)


def melody_grams(tune: Tune) -> Grams:
    """Return runs of melodic intervals (semitones): alone, with rhythm, and without repeated notes.

    They are the same in every key and at every note length. Of the header they read only R: and M:, of the
    notes only the first `MAX_NOTES`.
    """
    notes = tune.notes[:MAX_NOTES]
    pitch = np.array([note.pitch for note in notes], dtype=np.int64)
    onset = np.append(as_floats(note.onset for note in notes), float(notes[-1].onset + notes[-1].duration))
    interval = np.diff(pitch)
    # From onset to onset, so that a note followed by a rest equals a longer note.
    span = np.maximum(np.diff(onset), 1e-3)
    rhythm = np.rint(2 * np.log2(span[1:] / span[:-1])).astype(np.int64)
    changes = np.flatnonzero(np.concatenate([[True], interval != 0]))
    unrepeated = np.diff(pitch[changes])

    note = np.arange(len(pitch))
    runs = [
        *_runs([interval], note, _INTERVALS, salt=1),
        *_runs([interval, rhythm], note, _RHYTHMIC, salt=2),
        *_runs([unrepeated], changes, _UNREPEATED, salt=3),
    ]
    hashed, start, stop = (np.concatenate(columns) for columns in zip(*runs, strict=True))
    ids = (hashed % np.uint64(HASHES)).astype(np.int32)
    order = np.argsort(ids, kind="stable")
    header = _header_ids(tune)
    zeros = np.zeros(len(header), np.int16)
    return Grams(
        np.concatenate([header, ids[order]]),
        np.concatenate([zeros, start[order].astype(np.int16)]),
        np.concatenate([zeros, stop[order].astype(np.int16)]),
        len(notes),
    )


def interval_grams(tune: Tune, n: int) -> Ints:
    """Hash the runs of `n` melodic intervals, in order, for comparing melodies. shape = (grams,)"""
    pitch = np.array([note.pitch for note in tune.notes[:MAX_NOTES]], dtype=np.int64)
    return _hashes(np.diff(pitch), n, salt=4)


def diatonic_grams(tune: Tune, n: int) -> Ints:
    """Hash the runs of `n` diatonic intervals, in order. shape = (grams,)

    They hardly change when a key signature is forgotten, and not at all when notes move by an octave.
    """
    pitch = np.array([note.pitch for note in tune.notes[:MAX_NOTES]], dtype=np.int64)
    return _hashes(diatonic_intervals(np.diff(pitch)).astype(np.int64), n, salt=6)


def diatonic_intervals(intervals: NDArray[np.integer]) -> NDArray[np.int8]:
    """Intervals in steps of a scale, modulo the octave: -3 to 3. A third is 2, whether major or minor.

    An octave is 0, a fifth upwards is a fourth downwards, and a tritone is -3. `intervals` are in semitones,
    between MIDI numbers.
    """
    steps: NDArray[np.int8] = _STEPS_OF_BYTE[intervals.astype(np.uint8)]
    return steps


def pulse(tune: Tune) -> Ints:
    """Return the pitch that sounds at each eighth note, from the first note on. shape = (eighths,)

    Pitches are MIDI numbers; a rest continues the pitch before it. A long note has the same pulse as repeated
    short ones.
    """
    notes = tune.notes[:MAX_NOTES]
    onset = as_floats(note.onset for note in notes)
    pitch = np.array([note.pitch for note in notes], dtype=np.int64)
    end = min(onset[-1] + float(notes[-1].duration), onset[0] + MAX_NOTES * _PULSE)
    places = np.arange(onset[0], max(end, onset[0] + _PULSE), _PULSE)
    return pitch[np.searchsorted(onset, places + _PULSE / 64, "right") - 1]


def pulse_grams(pulses: Ints, n: int) -> Ints:
    """Hash the runs of `n` steps from pulse to pulse, in order. shape = (grams,)"""
    return _hashes(np.diff(pulses), n, salt=5)


def name_grams(name: str) -> GramIds:
    """Hash the words, pairs of words and runs of three letters of the folded name, in rising order.

    shape = (grams,)
    """
    words = fold(name).split()
    padded = f" {' '.join(words)} "
    grams = [f"w {word}" for word in words]
    grams += [f"p {a} {b}" for a, b in pairwise(words)]
    grams += [f"l {padded[i : i + _LETTERS]}" for i in range(len(padded) - _LETTERS + 1)]
    return np.sort(_text_ids(grams))


def as_floats(lengths: Iterable[Fraction]) -> Floats:
    """The same lengths as floats. `float` takes twice as long for a fraction. shape = (lengths,)"""
    return np.array([length.numerator / length.denominator for length in lengths])


def _header_ids(tune: Tune) -> GramIds:
    fields = [("R", fold(tune.rhythm)), ("M", tune.meter.replace(" ", ""))]
    return _text_ids([f"{letter}:{text}" for letter, text in fields if text])


def _text_ids(texts: Collection[str]) -> GramIds:
    return np.array([zlib.crc32(text.encode()) % HASHES for text in texts], dtype=np.int32)


def _hashes(steps: Ints, n: int, *, salt: int) -> Ints:
    """The hash of each run of `n` steps, as a number of 62 bits."""
    ((hashed, _, _),) = _runs([steps], np.arange(len(steps) + 1), (n,), salt=salt)
    return (hashed >> np.uint64(2)).astype(np.int64)


def _runs(
    columns: list[Ints], note: Ints, lengths: Collection[int], *, salt: int
) -> Iterator[tuple[NDArray[np.uint64], Ints, Ints]]:
    """Hash the runs of rows of the columns, for each length; with the first note of each run, and its end.

    Row i lies between the notes `note[i]` and `note[i + 1]`.
    """
    hashed = np.full(len(note), salt, dtype=np.uint64)
    for row in range(max(lengths)):
        count = max(len(columns[-1]) - row, 0)
        for column in columns:
            hashed = _mix(hashed[:count] ^ column[row : row + count].astype(np.uint64))
        if row + 1 in lengths:
            yield hashed, note[:count], note[row + 1 : row + 1 + count] + 1


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Make every bit affect all others: the finaliser of splitmix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    x = x + _INCREMENT
    for shift, factor in _ROUNDS:
        x ^= x >> shift
        x *= factor
    x ^= x >> _LAST_SHIFT
    return x
