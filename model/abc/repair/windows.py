"""Searches a long text window by window.

`re` holds the interpreter lock while it searches. One search in a text of 256 KiB can take 200 ms, and no
other thread runs meanwhile: the service could not even say that it is alive.
"""

import re
from collections.abc import Iterator

from model.deadline import check_deadline

_WINDOW = 2**13  # characters in which the matches of one search begin
REACH = 2**12
"""Characters from the beginning of a match that may decide about it: its own, and those it looks ahead to."""


def find_all(
    pattern: re.Pattern[str], text: str, start: int = 0, stop: int | None = None
) -> Iterator[re.Match[str]]:
    """The matches that `pattern.finditer` finds from `start` up to `stop`, or up to the end.

    The pattern decides about a match within `REACH` characters. It matches no empty string at the stop.
    """
    stop = len(text) if stop is None else stop
    while start < stop:
        end = start + _WINDOW
        for match in pattern.finditer(text, start, min(end + REACH, stop)):
            if match.start() >= end:
                break
            yield match
            start = match.end()
        start = max(start, end)
        check_deadline()


def find(pattern: re.Pattern[str], text: str, start: int = 0) -> re.Match[str] | None:
    """The first match from `start` on. What `find_all` says about the pattern holds here, too."""
    return next(find_all(pattern, text, start), None)
