"""Markdown, for the pages that are made from code."""

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence

_ATTRIBUTES = re.compile(r"^Attributes\n-+\n((?:.+\n?)+)", re.MULTILINE)
_NAMES = re.compile(r"^(\w+(?:, \w+)*) : ", re.MULTILINE)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. Line feeds in a cell become spaces, and bars are escaped."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in (headings, *rows)]
    lines.insert(1, "|" + "---|" * len(headings))
    return "\n".join(lines)


def attributes(item: type) -> Iterator[tuple[str, str]]:
    """The attributes of a class as its docstring explains them: names, as "low, high", and their meaning.

    Raises ValueError when the docstring has no section Attributes.
    """
    section = _ATTRIBUTES.search(inspect.getdoc(item) or "")
    if section is None:
        raise ValueError(f"the docstring of {item.__name__} has no section Attributes")
    _, *parts = _NAMES.split(section[1])
    for names, meaning in zip(parts[::2], parts[1::2], strict=True):
        yield names, " ".join(meaning.split())


def anchor(heading: str) -> str:
    """The fragment of the address of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
