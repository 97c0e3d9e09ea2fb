"""A text that is edited step by step and still knows where each of its characters came from."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int32]
Edit = tuple[int, int, str]
"""The characters from a start to a stop become a text."""


class Edits(NamedTuple):
    """Edits in rising order that do not overlap, in columns: a text may need one for every character.

    Attributes
    ----------
    starts, stops : what is replaced, shape = (edits,)
    texts : by what
    """

    starts: Offsets
    stops: Offsets
    texts: list[str]

    @classmethod
    def of(cls, edits: Iterable[Edit]) -> Self:
        """Edits one by one, as columns."""
        starts, stops, texts = array("i"), array("i"), []
        for start, stop, text in edits:
            starts.append(start)
            stops.append(stop)
            texts.append(text)
        return cls(np.frombuffer(starts, np.int32), np.frombuffer(stops, np.int32), texts)

    @property
    def sizes(self) -> Offsets:
        """Lengths of the texts. shape = (edits,)"""
        return np.fromiter(map(len, self.texts), np.int32, len(self.texts))


class Pieces(NamedTuple):
    """The pieces of a text that comes from another: a copy of a passage, or what replaces something.

    Attributes
    ----------
    starts : where each piece starts, shape = (pieces,)
    origins : where it started in the source, shape = (pieces,)
    copied : 1 for a copy, 0 where all characters replace something that started at the origin
    """

    starts: "array[int]"
    origins: "array[int]"
    copied: bytearray

    @classmethod
    def whole(cls) -> Self:
        """A text that is its own source."""
        return cls(array("i", [0]), array("i", [0]), bytearray([1]))

    def origin(self, offset: int) -> int:
        """Offset in the source of the character at an offset."""
        piece = bisect_right(self.starts, offset) - 1
        return self.origins[piece] + (offset - self.starts[piece] if self.copied[piece] else 0)

    def origins_of(self, offsets: Offsets) -> tuple[Offsets, NDArray[np.uint8]]:
        """The same for many offsets; and for each whether its piece is a copy. shapes = (offsets,)"""
        starts, origins, copied = self._arrays()
        piece = np.searchsorted(starts, offsets, "right") - 1
        is_copy = copied[piece]
        return origins[piece] + (offsets - starts[piece]) * is_copy.astype(np.int32), is_copy

    def after(self, edits: Edits, size: int) -> Self:
        """The pieces of the text after edits. The text has the given number of characters before them."""
        # A passage is copied before each edit and after the last. It moves by what the edits before it grew.
        sizes = edits.sizes
        starts = np.concatenate([[0], edits.stops]).astype(np.int32)
        stops = np.concatenate([edits.starts, [size]]).astype(np.int32)
        moves = np.cumsum(np.concatenate([[0], sizes - (edits.stops - edits.starts)])).astype(np.int32)
        # A copy begins where such a passage begins, and where a piece of the old text begins within it.
        olds = self._arrays()[0]
        passage = np.searchsorted(starts, olds, "right") - 1
        olds = olds[(olds > starts[passage]) & (olds < stops[passage])]
        copies = np.sort(np.concatenate([starts[starts < stops], olds]))
        inserted = np.flatnonzero(sizes)
        places = np.concatenate([copies, edits.starts[inserted]])
        moved = np.concatenate([moves[np.searchsorted(starts, copies, "right") - 1], moves[inserted]])
        origins, is_copy = self.origins_of(places)
        is_copy[len(copies) :] = 0
        order = np.argsort(places + moved)
        return type(self)(
            array("i", (places + moved)[order].tobytes()),
            array("i", origins[order].tobytes()),
            bytearray(is_copy[order].tobytes()),
        )

    def _arrays(self) -> tuple[Offsets, Offsets, NDArray[np.uint8]]:
        return (
            np.frombuffer(self.starts, np.int32),
            np.frombuffer(self.origins, np.int32),
            np.frombuffer(self.copied, np.uint8),
        )


@dataclass(frozen=True)
class EditedText:
    """A text after edits.

    Attributes
    ----------
    text : the text now
    source : the text before all edits
    pieces : where the characters of `text` came from
    """

    text: str
    source: str
    pieces: Pieces = field(default_factory=Pieces.whole)

    def replace(self, edits: Edits) -> "EditedText":
        """The text after more edits."""
        parts: list[str] = []
        done = 0
        for start, stop, new in zip(edits.starts.data, edits.stops.data, edits.texts, strict=True):
            parts += (self.text[done:start], new)
            done = stop
        text = "".join((*parts, self.text[done:]))
        if np.array_equal(edits.sizes, edits.stops - edits.starts):
            return replace(self, text=text)  # each character is where it was
        if not text:
            return EditedText(text, self.source)
        return EditedText(text, self.source, self.pieces.after(edits, len(self.text)))

    def origin(self, offset: int) -> int:
        """Offset in `source` of the character at an offset in `text`."""
        return self.pieces.origin(offset)

    def origins_of(self, offsets: Offsets) -> Offsets:
        """Offsets in `source` of the characters at offsets in `text`. shape = (offsets,)"""
        return self.pieces.origins_of(offsets)[0]

    @property
    def line_count(self) -> int:
        """The number of lines of `text`."""
        return len(self._text_lines)

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
    def _text_lines(self) -> "array[int]":
        return _line_starts(self.text)

    @cached_property
    def _source_lines(self) -> "array[int]":
        return _line_starts(self.source)


def _line_starts(text: str) -> "array[int]":
    return array("i", chain([0], (match.end() for match in re.finditer("\n", text))))
