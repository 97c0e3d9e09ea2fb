"""Melodies: what is compared of many tunes, in a few flat arrays."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.alignment import LONGEST_SPAN, Melody
from index.ragged import joined_offsets, laid_end_to_end
from index.titles import rhythm_family
from model.abc import Tune
from model.grams import Ints


@dataclass(frozen=True)
class Melodies:
    """The first `MAX_NOTES` notes of each of many tunes, one tune after another.

    A tune of a hundred notes takes half a kilobyte.

    Attributes
    ----------
    pitches : MIDI numbers, shape = (notes,)
    spans : time from the onset of each note to that of the next, or to the end of the last note, in ticks;
        1 to 255; shape = (notes,)
    bars : number of the bar of each note (`index.alignment.Melody`), shape = (notes,)
    first : offset of each tune, and the end of the last, shape = (tunes + 1,)
    hashes : CRC-32 of the metre, and of the family of the rhythm, such as jig; 0 if the tune declares none;
        shape = (tunes, 2)
    """

    pitches: NDArray[np.int16]
    spans: NDArray[np.uint8]
    bars: NDArray[np.int16]
    first: Ints
    hashes: NDArray[np.uint32]

    @classmethod
    def of(cls, tunes: Iterable[Tune]) -> "Melodies":
        """The melodies of tunes, in their order."""
        pitches, spans, bars = bytearray(), bytearray(), bytearray()
        first, hashes = [0], []
        for tune in tunes:
            melody = Melody.of(tune)
            pitches += melody.pitches.tobytes()
            spans += melody.spans.tobytes()
            bars += melody.bars.tobytes()
            first.append(first[-1] + len(melody.pitches))
            hashes.append((_hash(tune.meter), _hash(rhythm_family(tune.rhythm))))
        return cls(
            np.frombuffer(pitches, np.int16),
            np.frombuffer(spans, np.uint8),
            np.frombuffer(bars, np.int16),
            np.array(first, dtype=np.int64),
            np.array(hashes, dtype=np.uint32).reshape(-1, 2),
        )

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def notes(self) -> Ints:
        """Number of notes of each tune. shape = (tunes,)"""
        return self.first[1:] - self.first[:-1]

    def take(self, numbers: Ints) -> "Melodies":
        """The melodies of the tunes with these numbers, in this order."""
        start = self.first[numbers]
        notes = self.first[numbers + 1] - start
        place = laid_end_to_end(start, notes)
        first = np.concatenate([[0], np.cumsum(notes)])
        return Melodies(self.pitches[place], self.spans[place], self.bars[place], first, self.hashes[numbers])

    def without_repeats(self) -> "Melodies":
        """The same with each note that is repeated as one note, as long as all of them."""
        changes = np.diff(self.pitches, prepend=self.pitches[:1]) != 0
        changes[self.first[:-1]] = True
        place = np.flatnonzero(changes)
        times = np.add.reduceat(self.spans, place, dtype=np.int64) if len(place) else self.spans
        spans = np.minimum(times, LONGEST_SPAN).astype(np.uint8)
        first = np.concatenate([[0], np.cumsum(changes)])[self.first]
        return Melodies(self.pitches[place], spans, self.bars[place], first, self.hashes)

    @classmethod
    def joined(cls, parts: Sequence["Melodies"]) -> "Melodies":
        """The melodies of several parts, one part after another; of at least one part."""
        columns = {name: [vars(part)[name] for part in parts] for name in vars(parts[0])}
        arrays = {name: np.concatenate(column) for name, column in columns.items() if name != "first"}
        return cls(first=joined_offsets(columns["first"]), **arrays)

    def melody(self, number: int) -> Melody:
        """The melody of one tune."""
        start, end = self.first[number : number + 2].tolist()
        return Melody(self.pitches[start:end], self.spans[start:end], self.bars[start:end])


def _hash(text: str) -> int:
    return zlib.crc32(text.encode()) if text else 0
