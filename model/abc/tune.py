"""The result of reading: tunes with their bars, notes and warnings, or an error."""

from dataclasses import dataclass
from fractions import Fraction

from model.errors import GanAinmError


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning about something that the reader skipped or guessed.

    Attributes
    ----------
    line, column : position in the source, both counted from 1
    message : the problem, and what the reader did about it
    """

    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """Return position and message on one line."""
        return f"line {self.line}, column {self.column}: {self.message}"


class AbcError(GanAinmError):
    """A text, or one of its tunes, has no notes. Reading raises no other exception.

    Attributes
    ----------
    line, column : position in the source, both counted from 1
    message : what is wrong
    """

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(line, column, message)
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        """Return position and message on one line."""
        return f"line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note of the melody; tied notes are joined into one.

    Attributes
    ----------
    pitch : MIDI number; ABC's ``C`` is 60
    onset, duration : in quarter notes; the onset counts from the start of the tune, without playing repeats
    bar : index into `Tune.bars` of the bar in which the note starts
    line, column : position in the source, both counted from 1
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

    Attributes
    ----------
    number : counted from 1, or from 0 if the tune begins with an upbeat
    onset, duration : in quarter notes; the duration includes the rests of the bar
    first, last : the bar's notes are ``tune.notes[first:last]``, without a note tied over from the bar before
    opens_repeat, closes_repeat : whether the bar begins with ``|:``, and whether it ends with ``:|``
    endings : the repetitions in which a bar of a variant ending is played; empty for any other bar
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

    Attributes
    ----------
    number : the reference number in ``X:``, 0 without one
    titles : every ``T:``, in order
    rhythm : the first ``R:``, at most 200 characters of it, or ""
    meter : the ``M:`` in force at the first note, with ``C`` and ``C|`` as "4/4" and "2/2"; "" without one
    unit : unit note length at the first note (``L:`` or its default), as a fraction of a whole note
    key : the ``K:`` in force at the first note, such as "D major" or "A dorian"; "" without one
    header : letter and text of the information fields above the music, in order, including the file header
    notes : the melody; the reader never returns a tune without notes
    bars : the bars, which together cover every note
    warnings : what the reader skipped or guessed
    line : the tune's first line in the text, counted from 1
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
