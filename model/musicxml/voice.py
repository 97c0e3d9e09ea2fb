"""One voice of a part while it is read: its melody, with ties joined and the top notes of chords."""

from dataclasses import dataclass
from typing import NamedTuple

from model.abc.length import TICKS

ROUNDED = TICKS // 256  # by which times that should be equal may differ


class Start(NamedTuple):
    """What is in force at a note.

    Attributes
    ----------
    meter : as ABC names it; "" without one
    written_fifths : sharps of the written signature, flats are negative; None without a key
    mode : "" if the file does not name it
    shift : semitones by which the part sounds higher than written, without whole octaves
    steps : the same as steps of the scale; None if the file does not say it
    """

    meter: str = ""
    written_fifths: int | None = None
    mode: str = ""
    shift: int = 0
    steps: int | None = None

    @property
    def fifths(self) -> int | None:
        """Sharps of the signature that sounds; None without a key."""
        if self.written_fifths is None:
            return None
        if self.steps is None:
            return self.written_fifths + (7 * self.shift + 5) % 12 - 5
        # n fifths are 7 n semitones and 4 n steps, but for octaves of 12 semitones and 7 steps.
        return self.written_fifths + 7 * self.shift - 12 * self.steps


@dataclass(slots=True)
class Sounding:
    """A note that sounds from `onset` to `end`, in ticks."""

    pitch: int
    onset: int
    end: int


class Voice:
    """The melody of one voice.

    Attributes
    ----------
    start : what was in force at the first note
    """

    def __init__(self, start: Start) -> None:
        self.start = start
        self._notes: list[Sounding] = []
        self._is_tied = False  # the last of them to the next
        self._last: Sounding | None = None  # may become a chord, so it is not among them yet
        self._last_is_tied = False

    def __len__(self) -> int:
        return len(self._notes) + (self._last is not None)

    def add(self, pitch: int, onset: int, length: int, tied: bool) -> None:
        """Add a note. Of a chord, the notes with one onset, the highest stays; it lasts as long as the first.

        Parameters
        ----------
        onset, length : in ticks
        tied : whether a tie begins here
        """
        last = self._last
        if last is not None:
            if abs(onset - last.onset) <= ROUNDED:
                if pitch > last.pitch:
                    last.pitch, self._last_is_tied = pitch, tied
                return
            if onset < last.onset:
                return  # the voice is written a second time
            if abs(onset - last.end) <= ROUNDED or onset < last.end:
                last.end = onset
            self._finish_last()
        self._last, self._last_is_tied = Sounding(pitch, onset, onset + length), tied

    def untie(self) -> None:
        """Let no tie reach from the last note to the next."""
        self._last_is_tied = False

    def finish(self) -> list[Sounding]:
        """The notes in order, without overlaps."""
        self._finish_last()
        return self._notes

    def _finish_last(self) -> None:
        if self._last is None:
            return
        before = self._notes[-1] if self._notes else None
        if self._is_tied and before and (before.pitch, before.end) == (self._last.pitch, self._last.onset):
            before.end = self._last.end
        else:
            self._notes.append(self._last)
        self._is_tied, self._last = self._last_is_tied, None
