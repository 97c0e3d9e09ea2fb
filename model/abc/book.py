"""Texts of several tunes: finds where each begins and ends, and which header fields apply to all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from model.abc.reader import TuneReader
from model.abc.text import blank_text_blocks, is_music, match_field, split_lines
from model.abc.tune import AbcError, Notice, Tune

_REFERENCE = re.compile(r"[ \t]*X:(?![|:])")

_FILE_HEADER_FIELDS = frozenset("ABCDFGHILMmNORrSUZ")
_LONGEST_FILE_HEADER = 100  # lines; every tune reads them again
_LONGEST_FILE_HEADER_FIELD = 1000  # characters

_Lines = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class _Book:
    header: _Lines
    tunes: list[_Lines]


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
    book = _split(text)
    error = AbcError(1, 1, "the text has no tune")
    for index, lines in enumerate(book.tunes):
        try:
            tune = _read(lines, book.header)
        except AbcError as problem:
            error = error if index else problem
            continue
        others = len(book.tunes) - 1
        if others:
            count = "1 other tune" if others == 1 else f"{others} other tunes"
            start = book.tunes[1 if index == 0 else 0][0][0]
            notice = Notice(start, 1, f"{count} in the text, skipped")
            tune = replace(tune, warnings=(*tune.warnings, notice))
        return tune
    raise error


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
    for lines in book.tunes:
        try:
            yield _read(lines, book.header)
        except AbcError as problem:
            yield problem


def _read(lines: _Lines, header: _Lines) -> Tune:
    return TuneReader(lines[0][0]).read(lines, header)


def _split(text: str) -> _Book:
    lines = blank_text_blocks(split_lines(text))
    any_reference = any(_REFERENCE.match(line) for line in lines)
    header: _Lines = []
    tunes: list[_Lines] = []
    has_key = False
    for paragraph in _paragraphs(lines):
        letters = [_letter(line) for _, line in paragraph]
        starts = [index for index, letter in enumerate(letters) if letter == "X"]
        if starts and all(letters[: starts[0]]):
            starts[0] = 0
        if not starts and _begins_tune(paragraph, letters, bool(tunes), has_key, any_reference):
            starts = [0]
        above = paragraph[: starts[0]] if starts else paragraph
        if tunes:
            tunes[-1].extend(above)
        elif any(_letter(line) == "K" or (is_music(line) and "|" in line) for _, line in above):
            tunes.append(above)
        else:
            header.extend(above)
        for index, start in enumerate(starts):
            stop = starts[index + 1] if index + 1 < len(starts) else len(paragraph)
            tunes.append(paragraph[start:stop])
        has_key = "K" in letters[starts[-1] :] if starts else has_key or "K" in letters
    return _Book([line for line in header if _applies_to_all(line[1])][:_LONGEST_FILE_HEADER], tunes)


def _applies_to_all(line: str) -> bool:
    """Whether a line of the file header applies to all tunes (ABC 2.1, section 3): titles and keys do not."""
    is_shared = line.startswith("%%") or _letter(line) in _FILE_HEADER_FIELDS
    return is_shared and len(line) <= _LONGEST_FILE_HEADER_FIELD


def _begins_tune(
    paragraph: _Lines, letters: list[str], has_tune: bool, has_key: bool, any_reference: bool
) -> bool:
    fields = [letter for letter in letters if letter != "%"]
    if has_tune:
        return has_key and fields[:1] == ["T"] and "K" in fields
    if any_reference:
        return False
    return any(fields) or any(is_music(line) for _, line in paragraph)


def _letter(line: str) -> str:
    """Return the letter of a field line, "%" for a comment, "" for anything else."""
    if line.startswith("%"):
        return "%"
    field = match_field(line)
    return field[0] if field else ""


def _paragraphs(lines: list[str]) -> Iterator[_Lines]:
    paragraph: _Lines = []
    for number, line in enumerate(lines, 1):
        paragraph.append((number, line))
        if not line.strip():
            yield paragraph
            paragraph = []
    yield paragraph
