"""Notes as rows of small numbers: the input of the recurrent and the convolutional encoder.

A row describes one note by its pitch, its duration, its place in the bar and in the tune, and by the tune's
mode, metre and dance. In every column 0 means unknown, or a value without its own number.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from model.abc import Tune
from model.grams import as_floats
from model.names import fold

MAX_TOKENS = 256  # notes read per tune; 96 % of 11,000 settings have no more
# Semitones from middle C once the tonic is moved to C; pitches outside are clipped.
LOWEST, HIGHEST = -24, 40
DURATIONS = tuple(
    Fraction(*parts)  # quarter notes
    for parts in (
        *((1, 16), (1, 12), (1, 8), (1, 6), (3, 16), (1, 4), (1, 3), (3, 8), (1, 2), (2, 3), (3, 4), (7, 8)),
        *((1, 1), (5, 4), (4, 3), (3, 2), (7, 4), (2, 1), (5, 2), (3, 1), (7, 2), (4, 1), (5, 1), (6, 1)),
    )
)
STEP = Fraction(1, 4)  # quarter notes; the resolution of places in the bar
_STEPS = 32  # later places in a bar share the last number
_BARS = 128  # later bars share the last number
_MODES = ("major", "minor", "dorian", "mixolydian", "phrygian", "lydian")
_METERS = ("4/4", "6/8", "2/4", "3/4", "9/8", "12/8", "3/2", "2/2", "6/4", "3/8", "4/2")
_RHYTHMS = (
    *("reel", "jig", "hornpipe", "polka", "waltz", "barndance", "slip jig", "march", "strathspey", "slide"),
    *("mazurka", "three two", "air", "song", "hop jig", "schottische", "set dance", "quadrille", "minuet"),
    *("clog", "highland fling", "country dance", "planxty", "contradance"),
)
_TONICS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARPS = {"#": 1, "b": -1}

Tokens = NDArray[np.int64]  # shape = (notes, len(Columns._fields))


class Columns(NamedTuple):
    """The columns of a row; in `SIZES`, how many numbers each column can hold."""

    pitch: int
    duration: int
    place: int
    bar: int
    mode: int
    meter: int
    rhythm: int


SIZES = Columns(
    pitch=HIGHEST - LOWEST + 2,
    duration=len(DURATIONS) + 1,
    place=_STEPS + 1,
    bar=_BARS + 1,
    mode=len(_MODES) + 1,
    meter=len(_METERS) + 1,
    rhythm=len(_RHYTHMS) + 1,
)
PITCH, DURATION, PLACE, BAR, MODE, METER, RHYTHM = range(len(SIZES))
HEADER = (METER, RHYTHM)  # columns that a player may leave out


def note_tokens(tune: Tune) -> Tokens:
    """Return a row for each of the first `MAX_TOKENS` notes. shape = (notes, 7)

    Pitches count from the declared tonic, moved to the nearest C. A tune that declares no `K:` therefore gets
    different rows when it is transposed. A tune without bars counts as one bar with unknown places. Only the
    `K:`, `M:` and `R:` fields of the header are read.
    """
    notes = tune.notes[:MAX_TOKENS]
    up = tonic_shift(tune.key)
    pitch = np.clip([note.pitch - 60 + up for note in notes], LOWEST, HIGHEST) - LOWEST + 1
    log_classes = np.log([float(duration) for duration in DURATIONS])
    log_durations = np.log(np.maximum(as_floats(note.duration for note in notes), 1e-3))
    duration = np.abs(log_durations[:, None] - log_classes).argmin(axis=1) + 1
    starts = [bar.onset for bar in tune.bars]
    place = [int((note.onset - starts[note.bar]) / STEP) for note in notes] if starts else []
    rows = np.empty((len(notes), len(SIZES)), dtype=np.int64)
    rows[:, PITCH], rows[:, DURATION] = pitch, duration
    rows[:, PLACE] = np.clip(place, 0, _STEPS - 1) + 1 if place else 0
    rows[:, BAR] = np.minimum([note.bar for note in notes], _BARS - 1) + 1
    rows[:, MODE:] = header_numbers(tune)
    return rows


def header_numbers(tune: Tune) -> tuple[int, int, int]:
    """Return the columns that all notes of a tune share: mode, metre and rhythm."""
    return (
        _number(tune.key.partition(" ")[2].partition(" ")[0], _MODES),
        _number(tune.meter, _METERS),
        _number(fold(tune.rhythm), _RHYTHMS),
    )


def midi_pitch(number: int, key: str) -> int:
    """Convert a pitch column > 0 back to a MIDI number in the given key."""
    return number - 1 + LOWEST + 60 - tonic_shift(key)


def tonic_shift(key: str) -> int:
    """Return the semitones from a key's tonic to the nearest C, -5 to 6; 0 if the key has no tonic."""
    tonic = key.partition(" ")[0]
    if tonic[:1] not in _TONICS:
        return 0
    pitch = _TONICS[tonic[0]] + sum(_SHARPS[sign] for sign in tonic[1:])
    return 6 - (pitch + 6) % 12


def padded(batch: Sequence[Tokens], device: torch.device) -> tuple[Tensor, Tensor]:
    """Pad the rows of several tunes with 0 into one tensor, and return it with the number of rows of each.

    shapes = (B, longest, 7) and (B,); the second stays on the CPU, where packing needs it.
    """
    lengths = torch.tensor([len(rows) for rows in batch])
    rows = pad_sequence([torch.from_numpy(tokens) for tokens in batch], batch_first=True)
    return rows.to(device), lengths


def _number(value: str, values: tuple[str, ...]) -> int:
    return values.index(value) + 1 if value in values else 0
