"""Rows of CSV and JSON files, read so that a bad row is reported and the rows after it are kept.

Python's own readers stop, or swallow the following rows, at the first stray quote. Here reading resumes after
a bad row at the next line (CSV) or brace (JSON) that looks like the start of a row.
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from index.tunebook import TunebookError
from model.abc import decode

MAX_CELL = 2**17  # characters; the limit of Python's csv module
_CSV_ROW = re.compile(r'"?[0-9]+"?,')
_JSON_ROW = re.compile(r'\{\s*"\w+"\s*:')


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, or the reason why it could not be read.

    Attributes
    ----------
    line : number of its first line, counted from 1
    cells : its text by column; empty if it could not be read
    fault : the reason why it could not be read, or ""
    """

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    fault: str = ""


def read_rows(name: str, data: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table whose first column is a number, each with the given columns.

    Parameters
    ----------
    name : of the file; ".json" at its end means an object per row, anything else CSV with headings
    data : the content of that file; each line is UTF-8 or Latin-1
    columns : the columns that each row must have

    Raises
    ------
    TunebookError
        When a CSV file lacks one of the columns.
    """
    lines = [decode(line) for line in data.split(b"\n")]
    if is_json(name):
        return _json_rows("\n".join(lines), columns)
    return _csv_rows(name, [f"{line}\n" for line in lines], columns)


def count_rows(name: str, data: bytes) -> int:
    """About how many rows `read_rows` yields, by a quick count of what looks like the start of a row."""
    pattern = _JSON_ROW.pattern if is_json(name) else f"(?m)^{_CSV_ROW.pattern}"
    return sum(1 for _ in re.finditer(pattern.encode(), data))


def is_json(name: str) -> bool:
    """Whether a file with this name is read as JSON."""
    return name.lower().endswith(".json")


class _Feed(Iterator[str]):
    """An iterator over lines that can be moved to any line."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.position = lines, 0

    def __next__(self) -> str:
        if self.position == len(self.lines):
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1]


def _csv_rows(name: str, lines: list[str], columns: Sequence[str]) -> Iterator[Row]:
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    try:
        headings = next(reader)
    except csv.Error:
        headings = []
    if missing := [column for column in columns if column not in headings]:
        raise TunebookError(f"{name} has no column {', '.join(missing)}")
    while feed.position < len(lines):
        start = feed.position
        try:
            texts = next(reader)
            fault = "" if len(texts) == len(headings) else f"{len(texts)} columns, not {len(headings)}"
        except csv.Error as error:
            texts, fault = [""], str(error)
        if not texts:  # a blank line
            continue
        if fault:
            yield Row(start + 1, fault=fault)
            following = (number for number in range(start + 1, len(lines)) if _CSV_ROW.match(lines[number]))
            feed.position = next(following, len(lines))
        else:
            cells = dict(zip(headings, texts, strict=True))
            yield Row(start + 1, {column: cells[column] for column in columns})


def _json_rows(text: str, columns: Sequence[str]) -> Iterator[Row]:
    decoder = json.JSONDecoder(strict=False)  # allows line breaks within a string
    position, line = 0, 1
    while match := _JSON_ROW.search(text, position):
        line += text.count("\n", position, match.start())
        try:
            value, position = decoder.raw_decode(text, match.start())
            row = Row(line, {column: _cell(value, column) for column in columns})
        except (ValueError, RecursionError) as error:
            position = max(position, match.start() + 1)
            row = Row(line, fault=f"{error}")
        yield row
        line += text.count("\n", match.start(), position)


def _cell(row: dict[str, Any], column: str) -> str:
    """The text of a cell. Raises ValueError when it is missing or cannot be kept as text."""
    if column not in row:
        raise ValueError(f"no {column}")
    value = "" if row[column] is None else row[column]
    if not isinstance(value, (str, int)):
        raise ValueError(f"{column} is not text")
    text = str(value)
    if len(text) > MAX_CELL:
        raise ValueError(f"{column} has {len(text)} characters, more than {MAX_CELL}")
    text.encode()  # half a surrogate pair, as in "\ud800", could not be written anywhere
    return text
