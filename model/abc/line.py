"""One line of a text, classified."""

import re
from typing import NamedTuple, Self

from model.abc.key import split_key
from model.abc.text import field_letter, match_field

_NOTE = re.compile(r"[A-Ga-g]")


def letter_of(text: str) -> str:
    """The letter of a line, as `Line` has it."""
    if text.startswith("%"):
        return "%"
    return field_letter(text) if ":" in text else ""


class Line(NamedTuple):
    """One line of a text.

    Attributes
    ----------
    number : counted from 1
    text : the whole line
    letter : that of an information field, "%" for a comment or a directive, "" for anything else
    value, column : text of the field without comment, and the column where the text begins, counted from 1
    """

    number: int
    text: str
    letter: str = ""
    value: str = ""
    column: int = 1

    @classmethod
    def of(cls, number: int, text: str) -> Self:
        """Classify a line."""
        if text.startswith("%"):
            return cls(number, text, "%")
        field = match_field(text) if ":" in text else None
        return cls(number, text, *field) if field else cls(number, text)

    @property
    def is_blank(self) -> bool:
        """Whether the line is empty, or has only white space."""
        return not self.letter and not self.text.strip()

    @property
    def may_have_notes(self) -> bool:
        """Whether the line may have notes: a cheap test, false only if it has none."""
        if self.letter == "K":
            return split_key(self.value)[1] != ""
        return not self.letter and _NOTE.search(self.text) is not None
