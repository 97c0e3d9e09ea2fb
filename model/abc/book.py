"""Texts of several tunes: finds where each begins and ends, and which header fields apply to all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

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
class _Book:
    """A text, divided into tunes.

    Attributes
    ----------
    repaired : the text after repairs
    lines : its lines, without text blocks
    header : what its file header says about all tunes
    starts : the first line of each tune, counted from 0, and the end of the last tune
    """

    repaired: Repaired
    lines: list[str]
    header: FileHeader
    starts: list[int]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def may_have_notes(self, index: int) -> bool:
        """Whether a tune may have notes: a cheap test, false only if it has none."""
        return any(line.may_have_notes for line in self._lines_of(index))

    def place(self, index: int) -> tuple[int, int]:
        """Line and column in the source where a tune begins."""
        return self.repaired.edited.place(self.starts[index] + 1, 1)

    def read(self, index: int, reader: TuneReader) -> Tune | AbcError:
        """Read a tune."""
        check_deadline()
        try:
            tune = reader.read(self._lines_of(index))
        except AbcError as error:
            return AbcError(*self.repaired.edited.place(error.line, error.column), error.message)
        stop = self.starts[index + 1] + 1 if index + 1 < len(self) else None
        return self.repaired.trace(tune, self.starts[index] + 1 if index else 1, stop)

    def reader(self, index: int) -> TuneReader:
        """A reader for a tune."""
        return TuneReader(self.starts[index] + 1, self.header)

    def _lines_of(self, index: int) -> Iterator[Line]:
        for number in checked(range(self.starts[index], self.starts[index + 1])):
            yield Line.of(number + 1, self.lines[number])


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
    book = _split(text[:LONGEST_TEXT])
    is_cut = len(text) > LONGEST_TEXT
    candidates = (index for index in checked(range(len(book))) if book.may_have_notes(index))
    sounds = 0  # rests of tunes without notes
    for index in islice(candidates, _MOST_TRIED):
        reader = book.reader(index)
        tune = book.read(index, reader)
        if isinstance(tune, Tune):
            notices = [*_about_others(book, index), *_about_the_rest(book, is_cut)]
            return replace(tune, warnings=(*tune.warnings, *notices)) if notices else tune
        sounds += reader.sounds
        if sounds > MOST_SOUNDS:
            break
    raise _no_notes(book, is_cut)


def read_tunebook(text: str) -> Iterator[Tune | AbcError]:
    """Read each tune of a text.

    A tune begins at its ``X:``. A text without any ``X:`` is one tune, but a paragraph that begins with its
    own ``T:`` and has a ``K:`` begins another. Information fields in a separate paragraph before the
    first tune are the file header (ABC 2.1, 2.2.2) and apply to all tunes. Free text is skipped.

    Yields
    ------
    Each tune in order. In place of a tune without notes, the AbcError is yielded instead of raised.
    """
    book = _split(text)
    for index in range(len(book)):
        if book.may_have_notes(index):
            yield book.read(index, book.reader(index))
        else:
            yield AbcError(*book.place(index), "the tune has no notes")


def _about_others(book: _Book, index: int) -> Iterator[Notice]:
    others = len(book) - 1
    if others:
        count = "1 other tune" if others == 1 else f"{others} other tunes"
        yield Notice(*book.place(0 if index else 1), f"{count} in the text, skipped")


def _about_the_rest(book: _Book, is_cut: bool) -> Iterator[Notice]:
    if is_cut:
        edited = book.repaired.edited
        place = edited.place_in_source(len(edited.source))
        yield Notice(*place, f"the text has more than {LONGEST_TEXT} characters, read up to here")


def _no_notes(book: _Book, is_cut: bool) -> AbcError:
    where = f" in its first {LONGEST_TEXT} characters" if is_cut else ""
    if not len(book):
        return AbcError(1, 1, f"the text has no tune{where}")
    if len(book) == 1:
        return AbcError(*book.place(0), f"the tune has no notes{where}")
    return AbcError(*book.place(0), f"the text has {len(book)} tunes{where}, but no notes were found")


def _split(text: str) -> _Book:
    repaired = repair(text)
    lines = blank_text_blocks(repaired.lines)
    starts = _Splitter(lines).starts()
    header = (Line.of(number, line) for number, line in enumerate(lines[: starts[0] if starts else None], 1))
    shared = islice(filter(_applies_to_all, header), _LONGEST_FILE_HEADER)
    return _Book(repaired, lines, TuneReader(1, FileHeader()).read_file_header(shared), [*starts, len(lines)])


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
        return (self._lines[number] for number in range(start, stop) if not self._letters[number])
