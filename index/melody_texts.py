"""Melody texts: tunes as byte strings that can be compared quickly, and many of them in a few flat arrays."""

import zlib
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody
from index.titles import rhythm_family
from model.abc import Tune
from model.grams import MAX_NOTES, Ints, pulse

Bytes = NDArray[np.uint8]
_SHORTEST = 1e-3  # quarter notes; keeps the logarithm of a note without length finite
_LARGEST_STEP = 127  # quarter octaves of length, up or down; larger steps are cut to this


class MelodyText(NamedTuple):
    """A tune, ready to be compared with others.

    Attributes
    ----------
    melody : the pitches
    intervals : a byte for each interval between neighbouring notes, in semitones
    lengths : a byte for each note but the first: its length over that of the note before, in quarter octaves
    pulses : a byte for each step between neighbouring pulses, in semitones
    meter, dance : hashes of the metre and of the family of the rhythm, 0 if the tune declares none
    """

    melody: Melody
    intervals: bytes
    lengths: bytes
    pulses: bytes
    meter: int
    dance: int

    @classmethod
    def of(cls, tune: Tune) -> "MelodyText":
        """The first `MAX_NOTES` notes of a tune."""
        length = np.array([max(float(note.duration), _SHORTEST) for note in tune.notes[:MAX_NOTES]])
        steps = np.rint(4 * np.diff(np.log2(length))).astype(np.int64)
        melody = Melody.of(tune)
        return cls(
            melody,
            text_of(np.diff(melody.pitches)),
            text_of(np.clip(steps, -_LARGEST_STEP, _LARGEST_STEP)),
            text_of(np.diff(pulse(tune))),
            _hash(tune.meter),
            _hash(rhythm_family(tune.rhythm)),
        )


class TextArrays(NamedTuple):
    """The melody texts of many tunes, end to end.

    Attributes
    ----------
    pitches, lengths, pulses : a byte for each note, for each note but a tune's first, and for each pulse step
    first : offsets of each tune in `pitches` and in `pulses`, and their ends, shape = (tunes + 1, 2)
    hashes : `meter` and `dance` of each tune, shape = (tunes, 2)
    """

    pitches: Bytes
    lengths: Bytes
    pulses: Bytes
    first: Ints
    hashes: NDArray[np.uint32]


class MelodyTexts:
    """The melody texts of many tunes, by number; a tune of a hundred notes takes less than 500 bytes.

    Attributes
    ----------
    arrays : everything that `restore` needs
    """

    def __init__(self, texts: Iterable[MelodyText]) -> None:
        columns = bytearray(), bytearray(), bytearray()
        sizes, hashes = [], []
        for text in texts:
            for column, part in zip(columns, (text.melody.text(), text.lengths, text.pulses), strict=True):
                column += part
            sizes.append((len(text.melody.pitches), len(text.pulses)))
            hashes.append((text.meter, text.dance))
        pitches, lengths, pulses = (np.frombuffer(column, np.uint8) for column in columns)
        ends = np.array(sizes, dtype=np.int64).reshape(-1, 2).cumsum(axis=0)
        first = np.concatenate([np.zeros((1, 2), np.int64), ends])
        hashed = np.array(hashes, dtype=np.uint32).reshape(-1, 2)
        self.arrays = TextArrays(pitches, lengths, pulses, first, hashed)

    @classmethod
    def restore(cls, arrays: TextArrays) -> "MelodyTexts":
        """The melody texts that had these `arrays`."""
        texts = cls.__new__(cls)
        texts.arrays = arrays
        return texts

    def __len__(self) -> int:
        return len(self.arrays.hashes)

    def __getitem__(self, number: int) -> MelodyText:
        pitches, lengths, pulses, first, hashes = self.arrays
        (note, step), (end, last) = first[number : number + 2].tolist()
        meter, dance = hashes[number].tolist()
        return MelodyText(
            Melody(pitches[note:end]),
            self._intervals[note : end - 1].tobytes(),
            # Each earlier tune has one length less than notes.
            lengths[note - number : end - number - 1].tobytes(),
            pulses[step:last].tobytes(),
            meter,
            dance,
        )

    @cached_property
    def _intervals(self) -> Bytes:
        # A difference of unsigned bytes has the same bits as one of signed integers.
        return np.diff(self.arrays.pitches)


def text_of(steps: Ints) -> bytes:
    """Steps between neighbouring notes or pulses as bytes, modulo 256."""
    return steps.astype(np.uint8).tobytes()


def _hash(text: str) -> int:
    return zlib.crc32(text.encode()) if text else 0
