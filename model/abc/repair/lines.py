"""What the repairs know about lines."""

import re
from collections.abc import Iterator

from model.abc.text import TEXT_FIELDS, match_field
from model.deadline import checked

FIELD = r"(?:[A-Za-z]|[A-Z][a-z]{1,12})[ \t]?:"
"""A field as it may begin a line; enough to recognise a tune in a damaged text."""

_LINE = re.compile(r"[^\n]+")
UNUSUAL_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Each line of a text that is not empty, and where it starts."""
    for match in checked(_LINE.finditer(text)):
        yield match.start(), match[0]


def is_text(line: str) -> bool:
    """Whether a line is for people or programs: a comment, or a field such as a title."""
    field = match_field(line)
    return line.startswith("%") or (field is not None and (field[0] in TEXT_FIELDS or field[0] == "r"))
