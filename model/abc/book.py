"""Texts of several tunes: finds where each begins and ends, and which header fields apply to all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, starmap

from model.abc.heading import Heading, read_heading
from model.abc.line import Line, letter_of
from model.abc.music import MOST_SOUNDS
from model.abc.reader import FileHeader, TuneReader
from model.abc.repair import Repaired, repair
from model.abc.text import blank_text_blocks, is_music
from model.abc.tune import AbcError, Notice, Tune
from model.deadline import check_deadline, checked

_MAY_BEGIN_TUNE = frozenset("XT%")  # letters of the first line of a paragraph after the first tune
_FILE_HEADER_FIELDS = frozenset("ABCDFGHILMmNORrSUZ")
_LONGEST_FILE_HEADER = 100  # lines; every tune repeats their fields
_LONGEST_FILE_HEADER_FIELD = 1000  # characters
_MOST_TRIED = 1000  # tunes that `read_tune` reads to find one with notes
LONGEST_TEXT = 2**20
"""Characters of a text that `read_tune` reads: many times more than a tune with all its voices has."""


@dataclass(frozen=True, slots=True)
class Book:
    """A text, divided into tunes (see `read_tunebook`). It reads a tune when asked for it.

    Attributes
    ----------
    repaired : the text after repairs
    lines : its lines, without text blocks
    header : what its file header says about all tunes
    starts : the first line of each tune, counted from 0, and the end of the last tune
    is_cut : whether the text is only the beginning of another
    """

    repaired: Repaired
    lines: list[str]
    header: FileHeader
    starts: list[int]
    is_cut: bool = False

    @classmethod
    def of(cls, text: str) -> "Book":
        """Divide a text."""
        repaired = repair(text)
        lines = blank_text_blocks(repaired.lines)
        starts = _Splitter(lines).starts()
        above = checked(enumerate(lines[: starts[0] if starts else None], 1))
        shared = islice(filter(_applies_to_all, starmap(Line.of, above)), _LONGEST_FILE_HEADER)
        header = TuneReader(1, FileHeader()).read_file_header(shared)
        return cls(repaired, lines, header, [*starts, len(lines)])

    @classmethod
    def at_beginning_of(cls, text: str) -> "Book":
        """Divide the first 1,048,576 characters of a text (`LONGEST_TEXT`)."""
        return replace(cls.of(text[:LONGEST_TEXT]), is_cut=len(text) > LONGEST_TEXT)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def text(self, index: int) -> str:
        """The text of a tune, after repairs."""
        return "\n".join(self.lines[self.starts[index] : self.starts[index + 1]])

    def size(self, index: int) -> int:
        """The number of characters of a tune, after repairs."""
        return sum(len(line) + 1 for line in self.lines[self.starts[index] : self.starts[index + 1]])

    def heading(self, index: int) -> Heading:
        """The number and the titles of a tune as its text gives them, and where a title belongs."""
        return read_heading(self._lines_of(index), self.repaired.edited)

    def read(self, index: int) -> Tune:
        """Read a tune. Raises AbcError if it has no notes."""
        if not self._may_have_notes(index):
            raise AbcError(*self._place(index), "the tune has no notes")
        return self._read(index, self._reader(index))

    def read_first(self) -> tuple[int, Tune]:
        """Read the first tune that has notes.

        Returns
        -------
        its index, and the tune, which has a warning that counts the other tunes

        Raises
        ------
        AbcError
            If no tune has notes.
        """
        candidates = (index for index in checked(range(len(self))) if self._may_have_notes(index))
        sounds = 0  # rests of tunes without notes
        reason = "the tune has no notes"
        for index in islice(candidates, _MOST_TRIED):
            reader = self._reader(index)
            try:
                tune = self._read(index, reader)
            except AbcError as error:
                reason = error.message
                sounds += reader.sounds
                if sounds > MOST_SOUNDS:
                    break
            else:
                return index, replace(tune, warnings=(*tune.warnings, *self._about_the_rest(index)))
        raise self._no_notes(reason)

    def _may_have_notes(self, index: int) -> bool:
        """Whether a tune may have notes: a cheap test, false only if it has none."""
        return any(line.may_have_notes for line in self._lines_of(index))

    def _place(self, index: int) -> tuple[int, int]:
        """Line and column in the source where a tune begins."""
        return self.repaired.edited.place(self.starts[index] + 1, 1)

    def _reader(self, index: int) -> TuneReader:
        return TuneReader(self.starts[index] + 1, self.header)

    def _read(self, index: int, reader: TuneReader) -> Tune:
        check_deadline()
        try:
            tune = reader.read(self._lines_of(index))
        except AbcError as error:
            place = self.repaired.edited.place(error.line, error.column)
            raise AbcError(*place, error.message) from error
        stop = self.starts[index + 1] + 1 if index + 1 < len(self) else None
        return self.repaired.trace(tune, self.starts[index] + 1 if index else 1, stop)

    def _lines_of(self, index: int) -> Iterator[Line]:
        for number in checked(range(self.starts[index], self.starts[index + 1])):
            yield Line.of(number + 1, self.lines[number])

    def _about_the_rest(self, index: int) -> Iterator[Notice]:
        """What `read_first` says about the text besides a tune."""
        others = len(self) - 1
        if others:
            count = "1 other tune" if others == 1 else f"{others} other tunes"
            yield Notice(*self._place(0 if index else 1), f"{count} in the text, skipped")
        if self.is_cut:
            edited = self.repaired.edited
            place = edited.place_in_source(len(edited.source))
            yield Notice(*place, f"the text has more than {LONGEST_TEXT} characters, read up to here")

    def _no_notes(self, reason: str) -> AbcError:
        where = f" in its first {LONGEST_TEXT} characters" if self.is_cut else ""
        if not len(self):
            return AbcError(1, 1, f"the text has no tune{where}")
        if len(self) == 1:
            return AbcError(*self._place(0), f"{reason}{where}")
        message = f"the text has {len(self)} tunes{where}, but no notes were found"
        return AbcError(*self._place(0), message)


def read_tune(text: str) -> Tune:
    """Read the first tune of a text that has notes. A warning counts the other tunes.

    Of a longer text it reads the first 1,048,576 characters (`LONGEST_TEXT`), and warns.

    Parameters
    ----------
    text : a tune, a tunebook, or bare notes

    Raises
    ------
    AbcError
        If the text has no notes.
    """
    return Book.at_beginning_of(text).read_first()[1]


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
    for index in range(len(book)):
        tune: Tune | AbcError
        try:
            tune = book.read(index)
        except AbcError as error:
            tune = error
        yield tune


def _applies_to_all(line: Line) -> bool:
    """Whether a line of the file header applies to all tunes (ABC 2.1, section 3): titles and keys do not."""
    is_shared = line.text.startswith("%%") or line.letter in _FILE_HEADER_FIELDS
    return is_shared and len(line.text) <= _LONGEST_FILE_HEADER_FIELD


class _Splitter:
    """Finds the lines where tunes begin. A line has a number, counted from 0, and a letter (`letter_of`)."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._letters = [letter_of(line) for line in checked(lines)]
        self._any_reference = "X" in self._letters

    def starts(self) -> list[int]:
        """The first line of each tune."""
        starts: list[int] = []
        has_key = False
        for start, stop in checked(self._paragraphs()):
            letters = self._letters[start:stop]
            # Most paragraphs belong to the tune above. The code below would say the same, but more slowly.
            if starts and letters[0] not in _MAY_BEGIN_TUNE and "X" not in letters:
                has_key = has_key or "K" in letters
                continue
            begins = [start + index for index, letter in enumerate(letters) if letter == "X"]
            if begins and all(letters[: begins[0] - start]):
                begins[0] = start
            if not begins and self._begins_tune(start, stop, bool(starts), has_key):
                begins = [start]
            if not starts and self._is_tune(start, begins[0] if begins else stop):
                starts.append(start)
            starts += begins
            has_key = "K" in self._letters[begins[-1] : stop] if begins else has_key or "K" in letters
        return starts

    def _paragraphs(self) -> Iterator[tuple[int, int]]:
        """Where each paragraph with the blank lines below it starts and stops."""
        start = 0
        ends = False
        for number, line in enumerate(checked(self._lines)):
            is_blank = not self._letters[number] and not line.strip()
            if ends and not is_blank:
                yield start, number
                start = number
            ends = is_blank
        yield start, len(self._lines)

    def _begins_tune(self, start: int, stop: int, has_tune: bool, has_key: bool) -> bool:
        """Whether a paragraph without ``X:`` begins a tune."""
        fields = [letter for letter in self._letters[start:stop] if letter != "%"]
        if has_tune:
            return has_key and fields[:1] == ["T"] and "K" in fields
        return not self._any_reference and (any(fields) or any(map(is_music, self._others(start, stop))))

    def _is_tune(self, start: int, stop: int) -> bool:
        """Whether the lines above the first ``X:`` are a tune: they have a key, or music with bar lines."""
        has_key = "K" in self._letters[start:stop]
        return has_key or any("|" in line and is_music(line) for line in self._others(start, stop))

    def _others(self, start: int, stop: int) -> Iterator[str]:
        """The lines that are neither field nor comment."""
        return (self._lines[number] for number in checked(range(start, stop)) if not self._letters[number])
