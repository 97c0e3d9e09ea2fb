"""Headings: the number and the titles of a tune as its text gives them, and where a title belongs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from model.abc.line import Line
from model.abc.repair.edited import EditedText
from model.abc.text import read_string

_LONGEST = 1000  # lines of a tune that its heading is read from


@dataclass(frozen=True, slots=True)
class TitleField:
    """A ``T:`` of a tune.

    Attributes
    ----------
    text : what it says, "" if it is empty
    first_line, last_line : its lines in the source, counted from 1; more than one if ``+:`` continues it
    """

    text: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Heading:
    """What names a tune in a text. Lines are those of the source, counted from 1.

    Attributes
    ----------
    line : the tune's first line
    reference : the text of its ``X:``; None without one
    titles : every ``T:`` of the tune's first thousand lines, in order, also empty ones
    insert_after : a new line with a ``T:`` belongs below this line; 0 is above the first line. None if the
        tune does not have its lines to itself, as in "X:1 M:6/8 K:G GAB|"
    """

    line: int
    reference: str | None
    titles: tuple[TitleField, ...]
    insert_after: int | None

    @property
    def title(self) -> str | None:
        """The first ``T:`` that is not empty; None without one."""
        return next((field.text for field in self.titles if field.text), None)


def read_heading(tune: Iterable[Line], edited: EditedText) -> Heading:
    """The heading of a tune.

    Parameters
    ----------
    tune : the tune's lines in the repaired text
    edited : the repaired text
    """
    lines = list(islice(tune, _LONGEST))
    number = next((line for line in lines if line.letter == "X"), None)
    # A title follows X: (ABC 2.1, 3.1.1). Without X: it comes before everything else.
    below = number.number + 1 if number else lines[0].number
    return Heading(
        line=edited.place(lines[0].number, 1)[0],
        reference=number.value if number else None,
        titles=tuple(_titles(lines, edited)),
        insert_after=_line_above(below, edited),
    )


def _titles(lines: Iterable[Line], edited: EditedText) -> Iterator[TitleField]:
    title: list[Line] = []  # a T: and the +: that continue it
    for line in lines:
        if line.letter == "+" and title:
            title.append(line)
        elif line.letter and line.letter != "%":
            if title:
                yield _field(title, edited)
            title = [line] if line.letter == "T" else []
    if title:
        yield _field(title, edited)


def _field(title: list[Line], edited: EditedText) -> TitleField:
    first, last = (edited.place(line.number, 1)[0] for line in (title[0], title[-1]))
    return TitleField(" ".join(read_string(line.value) for line in title).strip(), first, last)


def _line_above(line: int, edited: EditedText) -> int | None:
    """The line of the source above a line of the text; None if the two do not begin at the same place."""
    if line > edited.line_count:  # below the last line of the text
        return edited.place_in_source(len(edited.source))[0]
    place, column = edited.place(line, 1)
    return place - 1 if column == 1 else None
