"""Lines: the known settings as texts of steps, ready to be compared, in a few arrays."""

import zlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody
from index.ngram_index import Arrays
from index.titles import rhythm_family
from model.abc import Tune
from model.grams import MAX_NOTES, Ints, pulse

Bytes = NDArray[np.uint8]
Hashes = NDArray[np.uint32]
_SHORTEST = 1e-3  # quarter notes; a note without a length must have a logarithm
_WIDEST = 127  # steps of length that are told apart, up or down


class Line(NamedTuple):
    """A tune as texts, ready to be compared with others.

    Attributes
    ----------
    melody : its pitches
    intervals : a byte for each step from note to note
    lengths : a byte for each note but the first, how its length compares with the last's, in quarter octaves
    pulses : a byte for each step from pulse to pulse
    meter, dance : hashes of metre and of the family of the rhythm, 0 where there is none
    """

    melody: Melody
    intervals: bytes
    lengths: bytes
    pulses: bytes
    meter: int
    dance: int

    @classmethod
    def of(cls, tune: Tune) -> "Line":
        """The first `MAX_NOTES` notes of a tune."""
        length = np.array([max(float(note.duration), _SHORTEST) for note in tune.notes[:MAX_NOTES]])
        steps = np.rint(4 * np.diff(np.log2(length))).astype(np.int64)
        melody = Melody.of(tune)
        return cls(
            melody,
            text_of(np.diff(melody.pitches)),
            text_of(np.clip(steps, -_WIDEST, _WIDEST)),
            text_of(np.diff(pulse(tune))),
            _hash(tune.meter),
            _hash(rhythm_family(tune.rhythm)),
        )


class Lines:
    """The lines of many tunes: under 500 bytes for one of a hundred notes."""

    def __init__(self, lines: Iterable[Line]) -> None:
        texts = bytearray(), bytearray(), bytearray()
        sizes, hashes = [], []
        for line in lines:
            for text, more in zip(texts, (line.melody.text(), line.lengths, line.pulses), strict=True):
                text += more
            sizes.append((len(line.melody.pitches), len(line.pulses)))
            hashes.append((line.meter, line.dance))
        pitches, lengths, pulses = (np.frombuffer(text, np.uint8) for text in texts)
        ends = np.array(sizes, dtype=np.int64).reshape(-1, 2).cumsum(axis=0)
        first = np.concatenate([np.zeros((1, 2), np.int64), ends])
        self._set(pitches, lengths, pulses, first, np.array(hashes, dtype=np.uint32).reshape(-1, 2))

    def _set(self, pitches: Bytes, lengths: Bytes, pulses: Bytes, first: Ints, hashes: Hashes) -> None:
        self._pitches, self._lengths, self._pulses = pitches, lengths, pulses
        self._intervals = np.diff(pitches)  # of unsigned bytes too, a difference is the same byte
        self._first, self._hashes = first, hashes

    def __len__(self) -> int:
        return len(self._hashes)

    def __getitem__(self, number: int) -> Line:
        (note, step), (end, last) = self._first[number : number + 2].tolist()
        meter, dance = self._hashes[number].tolist()
        return Line(
            Melody(self._pitches[note:end]),
            self._intervals[note : end - 1].tobytes(),
            # A tune has a step less than notes.
            self._lengths[note - number : end - number - 1].tobytes(),
            self._pulses[step:last].tobytes(),
            meter,
            dance,
        )

    @property
    def arrays(self) -> Arrays:
        """All that `of_arrays` needs to have the same lines again."""
        return {
            "pitches": self._pitches,
            "lengths": self._lengths,
            "pulses": self._pulses,
            "first": self._first,
            "hashes": self._hashes,
        }

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> "Lines":
        """The lines that had these `arrays`. Raises TypeError where one is missing."""
        lines = cls.__new__(cls)
        lines._set(**arrays)
        return lines


def text_of(steps: Ints) -> bytes:
    """A byte for each step, as from note to note, so that tunes can be compared as texts."""
    return steps.astype(np.uint8).tobytes()


def _hash(text: str) -> int:
    return zlib.crc32(text.encode()) if text else 0
