"""Rows of CSV and JSON files: a bad one is named with its reason and takes no other with it.

Python's own readers give up, or swallow the rows that follow, at the first stray quote. Here a row that fails
is left at the next line, or brace, that looks like the beginning of another.
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.tunebook import TunebookError
from model.abc import decode

MAX_CELL = 2**17  # characters; what Python's csv module allows as well
_CSV_ROW = re.compile(r'"?[0-9]+"?,')
_JSON_ROW = re.compile(r'\{\s*"\w+"\s*:')


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, or why it could not be read.

    Attributes
    ----------
    line : where it begins, counted from 1
    cells : its text, by column; empty if it could not be read
    fault : what is wrong with it, "" if nothing
    """

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    fault: str = ""


def read_rows(path: Path, data: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a table whose first column is a number, for each the columns that are asked for.

    Parameters
    ----------
    path : names the format: .json is JSON, an object a row; anything else is CSV with a line of headings
    data : the content of that file, UTF-8 or Latin-1, line by line
    columns : those that each row must have

    Raises
    ------
    TunebookError
        If a CSV file lacks one of the columns.
    """
    lines = [decode(line) for line in data.split(b"\n")]
    if path.suffix.lower() == ".json":
        return _json_rows("\n".join(lines), columns)
    return _csv_rows(path.name, [f"{line}\n" for line in lines], columns)


class _Feed(Iterator[str]):
    """Lines that can be gone back in."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.place = lines, 0

    def __next__(self) -> str:
        if self.place == len(self.lines):
            raise StopIteration
        self.place += 1
        return self.lines[self.place - 1]


def _csv_rows(name: str, lines: list[str], columns: Sequence[str]) -> Iterator[Row]:
    feed = _Feed(lines)
    reader = csv.reader(feed, strict=True)
    try:
        headings = next(reader)
    except csv.Error:
        headings = []
    if missing := [column for column in columns if column not in headings]:
        raise TunebookError(f"{name} has no column {', '.join(missing)}")
    while feed.place < len(lines):
        begin = feed.place
        try:
            found = next(reader)
            fault = "" if len(found) == len(headings) else f"{len(found)} columns, not {len(headings)}"
        except csv.Error as error:
            found, fault = [""], str(error)
        if not found:  # a blank line
            continue
        if fault:
            yield Row(begin + 1, fault=fault)
            following = (at for at in range(begin + 1, len(lines)) if _CSV_ROW.match(lines[at]))
            feed.place = next(following, len(lines))
        else:
            cells = dict(zip(headings, found, strict=True))
            yield Row(begin + 1, {column: cells[column] for column in columns})


def _json_rows(text: str, columns: Sequence[str]) -> Iterator[Row]:
    decoder = json.JSONDecoder(strict=False)  # lines may be broken in the middle of a string
    place, line = 0, 1
    while found := _JSON_ROW.search(text, place):
        line += text.count("\n", place, found.start())
        try:
            value, place = decoder.raw_decode(text, found.start())
            row = Row(line, {column: _cell(value, column) for column in columns})
        except (ValueError, RecursionError) as error:
            place = max(place, found.start() + 1)
            row = Row(line, fault=f"{error}")
        yield row
        line += text.count("\n", found.start(), place)


def _cell(row: dict[str, Any], column: str) -> str:
    """Text of a cell. Raises ValueError where there is none that can be kept."""
    if column not in row:
        raise ValueError(f"no {column}")
    value = "" if row[column] is None else row[column]
    if not isinstance(value, (str, int)):
        raise ValueError(f"{column} is no text")
    text = str(value)
    if len(text) > MAX_CELL:
        raise ValueError(f"{column} has {len(text)} characters, more than {MAX_CELL}")
    text.encode()  # half a character, as in "\ud800", could not be written anywhere
    return text
