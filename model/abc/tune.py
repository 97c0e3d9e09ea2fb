"""What a reading gives: tunes, their bars and notes, and what could not be read."""

from dataclasses import dataclass
from fractions import Fraction

from model.errors import GanAinmError


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the reader skipped or had to guess.

    Parameters
    ----------
    line, column : int
        Where in the source, both counted from 1.
    message : str
        What it is and what was done about it.
    """

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Place and message in one line."""
        return f"line {self.line}, column {self.column}: {self.message}"


class AbcError(GanAinmError):
    """A text, or one tune of it, that has no notes to read.

    It is the only exception that reading raises.

    Parameters
    ----------
    line, column : int
        Where in the source, both counted from 1.
    message : str
        What is wrong.
    """

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(line, column, message)
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        """Place and message in one line."""
        return f"line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note of the melody; notes joined by ties are one.

    Parameters
    ----------
    pitch : int
        MIDI number; ABC's ``C`` is 60.
    onset, duration : Fraction
        In quarter notes, from the start of the tune as written (repeats are not played out).
    bar : int
        Index into `Tune.bars` of the bar in which the note starts.
    line, column : int
        Where it stands in the source, both counted from 1.
    """

    pitch: int
    onset: Fraction
    duration: Fraction
    bar: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The music between two bar lines, as written.

    Parameters
    ----------
    number : int
        As musicians count: 0 for an upbeat, else from 1.
    onset, duration : Fraction
        In quarter notes; the rests of the bar count.
    first, last : int
        Its notes are ``tune.notes[first:last]``. A note held over from the bar before is not among them.
    opens_repeat, closes_repeat : bool
        Whether a ``|:`` stands at its left and a ``:|`` at its right.
    endings : tuple of int
        The times through on which the bar is played, if it belongs to a variant ending; empty if always.
    """

    number: int
    onset: Fraction
    duration: Fraction
    first: int
    last: int
    opens_repeat: bool
    closes_repeat: bool
    endings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tune:
    """One tune of a text.

    Parameters
    ----------
    number : int
        Its ``X:`` reference number, 0 if it has none.
    titles : tuple of str
        Every ``T:``, in order.
    rhythm : str
        The first ``R:``, or "".
    meter : str
        The ``M:`` in force at the first note, ``C`` and ``C|`` as "4/4" and "2/2"; "" if none is given.
    unit : Fraction
        The unit note length at the first note (``L:`` or its default), as a fraction of a whole note.
    key : str
        The ``K:`` in force at the first note, such as "D major" or "A dorian"; "" if none is declared.
    header : tuple of (str, str)
        The information fields above the music, file header included: letter and text, in order.
    notes : tuple of Note
        The melody; never empty in a tune that was read.
    bars : tuple of Bar
        Its bars; together they cover every note.
    warnings : tuple of Notice
        What was skipped or guessed.
    line : int
        The tune's first line in the text, counted from 1.
    """

    number: int
    titles: tuple[str, ...]
    rhythm: str
    meter: str
    unit: Fraction
    key: str
    header: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    bars: tuple[Bar, ...]
    warnings: tuple[Notice, ...]
    line: int
