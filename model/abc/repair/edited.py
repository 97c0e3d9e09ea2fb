"""A text that is edited step by step and still knows where each of its characters came from."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple


class Edit(NamedTuple):
    """The characters from `start` to `stop` become `text`."""

    start: int
    stop: int
    text: str


@dataclass(frozen=True)
class EditedText:
    """A text after edits.

    Attributes
    ----------
    text : the text now
    source : the text before all edits
    starts, origins, copied : the pieces of `text`: where each starts, where it started in `source`, and
        whether it is a copy; the characters of any other piece replace something that started at its origin
    """

    text: str
    source: str
    starts: list[int] = field(default_factory=lambda: [0])
    origins: list[int] = field(default_factory=lambda: [0])
    copied: list[bool] = field(default_factory=lambda: [True])

    def replace(self, edits: Sequence[Edit]) -> "EditedText":
        """The text after more edits, which are in rising order and do not overlap."""
        parts: list[str] = []
        done = 0
        for start, stop, new in edits:
            parts += (self.text[done:start], new)
            done = stop
        text = "".join((*parts, self.text[done:]))
        if all(len(new) == stop - start for start, stop, new in edits):
            return replace(self, text=text)  # each character is where it was
        pieces = _Pieces(self)
        done = 0
        for start, stop, new in edits:
            pieces.copy(done, start)
            pieces.insert(len(new), start)
            done = stop
        pieces.copy(done, len(self.text))
        if not text:
            return EditedText(text, self.source)
        return EditedText(text, self.source, pieces.starts, pieces.origins, pieces.copied)

    def origin(self, offset: int) -> int:
        """Offset in `source` of the character at an offset in `text`."""
        piece = bisect_right(self.starts, offset) - 1
        return self.origins[piece] + (offset - self.starts[piece] if self.copied[piece] else 0)

    def origins_of(self, offsets: Sequence[int]) -> list[int]:
        """Offsets in `source` of the characters at rising offsets in `text`."""
        if len(self.starts) == 1 and self.copied[0]:
            return [self.origins[0] + offset for offset in offsets]
        return [self.origin(offset) for offset in offsets]

    def origin_of_line(self, line: int) -> int:
        """Offset in `source` of the beginning of a line of `text`, counted from 1."""
        return self.origin(self._text_lines[line - 1] - 1) + 1 if line > 1 else 0

    def place(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in `source` of what is at a line and column in `text`, all counted from 1."""
        if self.text is self.source:
            return line, column
        return self.place_in_source(self.origin(self._text_lines[line - 1] + column - 1))

    def place_in_source(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset in `source`."""
        row = bisect_right(self._source_lines, offset) - 1
        return row + 1, offset - self._source_lines[row] + 1

    @cached_property
    def _text_lines(self) -> list[int]:
        return _line_starts(self.text)

    @cached_property
    def _source_lines(self) -> list[int]:
        return _line_starts(self.source)


class _Pieces:
    """The pieces of a text that is put together from parts of an old text and new characters, in order."""

    def __init__(self, old: EditedText) -> None:
        self.starts: list[int] = []
        self.origins: list[int] = []
        self.copied: list[bool] = []
        self._old = old
        self._piece = 0  # of the old text, where the next copy or replacement begins
        self._size = 0

    def copy(self, start: int, stop: int) -> None:
        """Continue with the characters of the old text from `start` to `stop`."""
        starts, last = self._old.starts, len(self._old.starts) - 1
        while start < stop:
            origin = self._origin(start)
            end = stop if self._piece == last else min(starts[self._piece + 1], stop)
            self._add(end - start, origin, self._old.copied[self._piece])
            start = end

    def insert(self, size: int, start: int) -> None:
        """Continue with new characters in place of some that begin at `start` in the old text."""
        if size:
            self._add(size, self._origin(start), is_copy=False)

    def _origin(self, offset: int) -> int:
        old, piece = self._old, self._piece
        last = len(old.starts) - 1
        while piece < last and old.starts[piece + 1] <= offset:
            piece += 1
        self._piece = piece
        return old.origins[piece] + (offset - old.starts[piece] if old.copied[piece] else 0)

    def _add(self, size: int, origin: int, is_copy: bool) -> None:
        self.starts.append(self._size)
        self.origins.append(origin)
        self.copied.append(is_copy)
        self._size += size


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]
