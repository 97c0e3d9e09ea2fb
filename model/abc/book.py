"""Texts of several tunes: finds where each begins and ends, and which header fields apply to all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from model.abc.heading import Heading, read_heading
from model.abc.line import Line
from model.abc.reader import FileHeader, TuneReader
from model.abc.repair import Repaired, repair_in_steps
from model.abc.text import blank_text_blocks, is_music
from model.abc.tune import AbcError, Notice, Tune
from model.steps import Steps, finish

_MAY_BEGIN_TUNE = frozenset("XT%")  # letters of the first line of a paragraph after the first tune
_FILE_HEADER_FIELDS = frozenset("ABCDFGHILMmNORrSUZ")
_LONGEST_FILE_HEADER = 100  # lines; every tune repeats their fields
_LONGEST_FILE_HEADER_FIELD = 1000  # characters
_LINES_IN_STEP = 1000
_MOST_TRIED = 1000  # tunes that `read_tune` reads to find one with notes

_Lines = list[Line]


@dataclass(frozen=True, slots=True)
class Book:
    """A text that has been divided into its tunes (see `read_tunebook`). It reads a tune when asked for it.

    Attributes
    ----------
    repaired : the text
    header : applies to all tunes
    tunes : the lines of each tune
    """

    repaired: Repaired
    header: FileHeader
    tunes: list[_Lines]

    @classmethod
    def of(cls, text: str) -> "Book":
        """Divide a text."""
        return finish(cls.in_steps(text))

    @classmethod
    def in_steps(cls, text: str) -> Steps["Book"]:
        """Divide a text in steps of some milliseconds for each megabyte."""
        return _split(text)

    def __len__(self) -> int:
        return len(self.tunes)

    def size(self, index: int) -> int:
        """The number of characters of a tune."""
        return sum(len(line.text) + 1 for line in self.tunes[index])

    def heading(self, index: int) -> Heading:
        """The number and the titles of a tune as its text gives them, and where a title belongs."""
        return read_heading(self.tunes[index], self.repaired.edited)

    def read(self, index: int) -> Tune:
        """Read a tune. Raises AbcError if it has no notes."""
        tune = _read(self, index)
        if isinstance(tune, AbcError):
            raise tune
        return tune

    def read_first(self) -> tuple[int, Tune]:
        """Number and tune of the first one that has notes. A warning counts the other tunes.

        Raises AbcError if no tune has notes.
        """
        candidates = (index for index, lines in enumerate(self.tunes) if _may_have_notes(lines))
        for index in islice(candidates, _MOST_TRIED):
            tune = _read(self, index)
            if isinstance(tune, Tune):
                return index, _counting_others(tune, self, index)
        raise _no_notes(self)


def read_tune(text: str) -> Tune:
    """Read the first tune of a text that has notes. A warning counts the other tunes.

    Parameters
    ----------
    text : a tune, a tunebook, or bare notes

    Raises
    ------
    AbcError
        If the text has no notes.
    """
    return Book.of(text).read_first()[1]


def read_tunebook(text: str) -> Iterator[Tune | AbcError]:
    """Read each tune of a text.

    A tune begins at its ``X:``. A text without any ``X:`` is one tune, but a paragraph that begins with its
    own ``T:`` and has a ``K:`` begins another. Information fields in a separate paragraph before the
    first tune are the file header (ABC 2.1, 2.2.2) and apply to all tunes. Free text is skipped.

    Yields
    ------
    Each tune in order. In place of a tune without notes, the AbcError is yielded instead of raised.
    """
    book = Book.of(text)
    for index in range(len(book.tunes)):
        yield _read(book, index)


def _counting_others(tune: Tune, book: Book, index: int) -> Tune:
    others = len(book.tunes) - 1
    if not others:
        return tune
    count = "1 other tune" if others == 1 else f"{others} other tunes"
    first = book.tunes[0 if index else 1][0].number
    notice = Notice(*book.repaired.edited.place(first, 1), f"{count} in the text, skipped")
    return replace(tune, warnings=(*tune.warnings, notice))


def _no_notes(book: Book) -> AbcError:
    if not book.tunes:
        return AbcError(1, 1, "the text has no tune")
    place = book.repaired.edited.place(book.tunes[0][0].number, 1)
    if len(book.tunes) == 1:
        return AbcError(*place, "the tune has no notes")
    return AbcError(*place, f"the text has {len(book.tunes)} tunes, but no notes were found")


def _read(book: Book, index: int) -> Tune | AbcError:
    lines = book.tunes[index]
    first = lines[0].number
    stop = book.tunes[index + 1][0].number if index + 1 < len(book.tunes) else None
    if not _may_have_notes(lines):
        return AbcError(*book.repaired.edited.place(first, 1), "the tune has no notes")
    try:
        tune = TuneReader(first, book.header).read(lines)
    except AbcError as error:
        return AbcError(*book.repaired.edited.place(error.line, error.column), error.message)
    return book.repaired.trace(tune, first if index else 1, stop)


def _may_have_notes(lines: _Lines) -> bool:
    return any(line.may_have_notes for line in lines)


def _split(text: str) -> Steps[Book]:
    repaired = yield from repair_in_steps(text)
    lines: _Lines = []
    for number, line in enumerate(blank_text_blocks(repaired.lines), 1):
        lines.append(Line.of(number, line))
        if not number % _LINES_IN_STEP:
            yield
    any_reference = any(line.letter == "X" for line in lines)
    header: _Lines = []
    tunes: list[_Lines] = []
    has_key = False
    for paragraph in _paragraphs(lines):
        letters = [line.letter for line in paragraph]
        # Most paragraphs belong to the tune above. The code below would say the same, but more slowly.
        if tunes and letters[0] not in _MAY_BEGIN_TUNE and "X" not in letters:
            tunes[-1].extend(paragraph)
            has_key = has_key or "K" in letters
            continue
        starts = [index for index, letter in enumerate(letters) if letter == "X"]
        if starts and all(letters[: starts[0]]):
            starts[0] = 0
        if not starts and _begins_tune(paragraph, bool(tunes), has_key, any_reference):
            starts = [0]
        above, *parts = (paragraph[start:stop] for start, stop in pairwise([0, *starts, len(paragraph)]))
        if tunes:
            tunes[-1].extend(above)
        elif any(line.letter == "K" or (_is_music(line) and "|" in line.text) for line in above):
            tunes.append(above)
        else:
            header.extend(above)
        tunes.extend(parts)
        has_key = "K" in letters[starts[-1] :] if starts else has_key or "K" in letters
    shared = [line for line in header if _applies_to_all(line)][:_LONGEST_FILE_HEADER]
    return Book(repaired, TuneReader(1, FileHeader()).read_file_header(shared), tunes)


def _is_music(line: Line) -> bool:
    return not line.letter and is_music(line.text)


def _applies_to_all(line: Line) -> bool:
    """Whether a line of the file header applies to all tunes (ABC 2.1, section 3): titles and keys do not."""
    is_shared = line.text.startswith("%%") or line.letter in _FILE_HEADER_FIELDS
    return is_shared and len(line.text) <= _LONGEST_FILE_HEADER_FIELD


def _begins_tune(paragraph: _Lines, has_tune: bool, has_key: bool, any_reference: bool) -> bool:
    fields = [line.letter for line in paragraph if line.letter != "%"]
    if has_tune:
        return has_key and fields[:1] == ["T"] and "K" in fields
    return not any_reference and (any(fields) or any(_is_music(line) for line in paragraph))


def _paragraphs(lines: _Lines) -> Iterator[_Lines]:
    """Yield each paragraph with the blank lines below it."""
    paragraph: _Lines = []
    ends = False
    for line in lines:
        is_blank = line.is_blank
        if ends and not is_blank:
            yield paragraph
            paragraph = []
        paragraph.append(line)
        ends = is_blank
    yield paragraph
