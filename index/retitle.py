"""Fills titles in: writes ``T:`` fields into a tunebook, and leaves every other byte as it is."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from index.titles import is_placeholder
from model.abc import Book, Heading, decode
from model.abc.decoding import byte_order_mark, find_encoding
from model.abc.writer import escape
from model.errors import GanAinmError

_LINE = r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+"
_LINE_OF_TEXT, _LINE_OF_BYTES = re.compile(_LINE), re.compile(_LINE.encode())
_LINE_END = re.compile(r"[\r\n]*\Z")
_TITLE = re.compile(r"([ \t]*T:[ \t]*)[^\r\n]*?((?:[ \t]*(?<!\\)%[^\r\n]*)?)[\r\n]*\Z")


class RetitleError(GanAinmError):
    """A tunebook into which a title cannot be written."""


class Change(NamedTuple):
    """Lines of a tunebook that became another line.

    Attributes
    ----------
    start, stop : the lines that it replaces, counted from 0; none if both are the same
    text : the new line without its end
    """

    start: int
    stop: int
    text: str


class Retitled(NamedTuple):
    """A tunebook with new titles.

    Attributes
    ----------
    content : its bytes
    changes : what has changed, in the order of the lines
    untouched : numbers of the tunes that got no title, because they do not have their lines to themselves
    """

    content: bytes
    changes: tuple[Change, ...]
    untouched: tuple[int, ...]


def retitle(content: bytes, titles: Mapping[int, str]) -> Retitled:
    r"""Write titles into a tunebook.

    A new title takes the place of the tune's first ``T:`` if that is empty or a placeholder such as "Gan
    Ainm" (`index.titles.is_placeholder`). Otherwise it becomes the first ``T:``, and those that were there
    follow it. Encoding and line ends stay; a character that the encoding lacks is written as in ``\u2019``.
    Every other byte stays as it is.

    Parameters
    ----------
    content : the tunebook, in any encoding that `model.abc.decode` reads
    titles : the new title of each tune that gets one, by the tune's number; counted from 1, as in the
        answers of the service

    Raises
    ------
    RetitleError
        When there is no tune with such a number, or the bytes are not valid in their encoding.
    """
    text = decode(content)
    book, lines = Book.of(text), _Lines(content, text)
    for number in titles:
        if not 1 <= number <= len(book):
            raise RetitleError(f"there is no tune {number}; the tunebook has {len(book)}")
    untouched = tuple(
        number
        for number, title in titles.items()
        if not lines.set_title(book.heading(number - 1), escape(title))
    )
    return Retitled(lines.content(), lines.changes, untouched)


class _Lines:
    """The lines of a tunebook, some of which change."""

    def __init__(self, content: bytes, text: str) -> None:
        self._mark, self._encoding = byte_order_mark(content), find_encoding(content)
        self._is_wide = self._encoding.startswith(("utf-16", "utf-32"))
        self._lines = _LINE_OF_TEXT.findall(text)
        body = content.removeprefix(self._mark)
        if self._is_wide:
            self._bytes = [line.encode(self._encoding, "surrogatepass") for line in self._lines]
        else:
            self._bytes = _LINE_OF_BYTES.findall(body)
        if b"".join(self._bytes) != body or len(self._bytes) != len(self._lines):
            raise RetitleError(f"the text is not valid {self._encoding.upper()}")
        self._line_end = _line_end(self._lines[0] if self._lines else "") or "\n"
        self._changes: dict[int, Change] = {}  # by their first lines

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, in the order of the lines."""
        return tuple(self._changes[index] for index in sorted(self._changes))

    def set_title(self, heading: Heading, title: str) -> bool:
        """Write the title of a tune. False if there is no place for it."""
        field = heading.titles[0] if heading.titles else None
        if field and (not field.text or is_placeholder(field.text)):
            match = _TITLE.match(self._lines[field.first_line - 1])
            if match:
                change = Change(field.first_line - 1, field.last_line, match[1] + title + match[2])
                self._changes[change.start] = change
                return True
        place = heading.insert_after
        if place is not None:
            self._changes[place] = Change(place, place, f"T:{title}")
        return place is not None

    def content(self) -> bytes:
        """The bytes of the tunebook. Raises RetitleError when they would be read in another encoding."""
        pieces, done = [self._mark], 0
        for change in self.changes:
            pieces += [*self._bytes[done : change.start], self._encode(self._new_line(change))]
            done = change.stop
        content = b"".join([*pieces, *self._bytes[done:]])
        is_ascii = content.isascii() and not self._is_wide
        if not is_ascii and find_encoding(content) != self._encoding:
            raise RetitleError(f"the text would not be read as {self._encoding.upper()} with its new titles")
        return content

    def _new_line(self, change: Change) -> str:
        """The new line with an end: that of the line that it replaces, or else of the line above it."""
        if change.start < change.stop:
            return change.text + _line_end(self._lines[change.start])
        if change.start == 0:
            return change.text + self._line_end
        end = _line_end(self._lines[change.start - 1])
        return change.text + end if end else self._line_end + change.text

    def _encode(self, text: str) -> bytes:
        try:
            return text.encode(self._encoding)
        except UnicodeEncodeError:
            return b"".join(map(self._encode_sign, text))

    def _encode_sign(self, sign: str) -> bytes:
        try:
            return sign.encode(self._encoding)
        except UnicodeEncodeError:
            code = f"\\u{ord(sign):04x}" if ord(sign) < 2**16 else f"&#{ord(sign)};"
            return code.encode(self._encoding)


def _line_end(line: str) -> str:
    match = _LINE_END.search(line)
    return match[0] if match else ""
