"""Searches window by window find what one search finds, and none of them sees much text."""

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from model.abc.repair import layout, literals, markup
from model.abc.repair.windows import REACH, find, find_all
from model.abc.text import is_music, is_prose
from tests.model.abc.patterns import PATTERNS, pattern

_SEARCHED = {
    "tags": markup._TAG,
    "forum tags": markup._FORUM_TAG,
    "quoted fields": layout._ANY_QUOTED_FIELD,
    "escaped lines": literals._ESCAPED_LINES,
    "escaped line ends": literals._ESCAPED_LINE_END,
    "first field": literals._FIRST_FIELD,
    "keys of JSON": literals._ABC_KEY,
    "later literals": literals._LATER_OPENING,
    "joined fields": layout._JOINED_FIELD,
    "escapes": literals._ESCAPE,
    **{f"ends of literals in {quote}": pattern for quote, pattern in literals._STOP.items()},
}


class _Spy:
    """A pattern that remembers how much text its searches see."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self.seen: list[int] = []

    def finditer(self, text: str, start: int, stop: int) -> Any:
        self.seen.append(stop - start)
        return self._pattern.finditer(text, start, stop)


def _reach(parsed: Any) -> tuple[int, int]:
    """The most characters of a match of a parsed pattern; and the same with those it looks ahead to."""
    width = reach = 0
    for code, value in parsed:
        if code in (codes.ASSERT, codes.ASSERT_NOT):
            more = (0, _reach(value[1])[1] if value[0] > 0 else 0)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            times, one = min(value[1], 2**32), _reach(value[2])
            more = (times * one[0], (times - 1) * one[0] + one[1])
        elif code is codes.SUBPATTERN:
            more = _reach(value[3])
        elif code is codes.BRANCH:
            widths, reaches = zip(*map(_reach, value[1]), strict=True)
            more = (max(widths), max(reaches))
        elif code is codes.GROUPREF:
            more = (30, 30)  # more than any group that is referred to
        elif code is codes.AT:
            more = (0, 1)
        else:
            more = (1, 1)
        reach = max(reach, width + more[1])
        width += more[0]
    return width, reach


@pytest.mark.parametrize("searched", _SEARCHED.values(), ids=_SEARCHED)
def test_windows_suffice(searched: re.Pattern[str]) -> None:
    assert _reach(parser.parse(searched.pattern, searched.flags & ~re.UNICODE))[1] < REACH


def test_reach() -> None:
    assert _reach(parser.parse("a(?=bcd)e|f{2,4}")) == (4, 4)
    assert _reach(parser.parse("a(?=b+)"))[1] > REACH


@pytest.mark.parametrize("name", sorted(PATTERNS)[::3])
def test_windows_find_the_same(name: str) -> None:
    text = "a" * 8000 + pattern(name, 20_000)
    for searched in _SEARCHED.values():
        expected = [match.span() for match in searched.finditer(text)]
        assert [match.span() for match in find_all(searched, text)] == expected


def test_a_match_across_the_end_of_a_window() -> None:
    across = re.compile("(?<=a)b{9}(?=c)")
    for start in range(8180, 8200):
        text = "a" * start + "b" * 9 + "c"
        match = find(across, text)
        assert match is not None
        assert match.span() == (start, start + 9)


def test_no_search_sees_much_text() -> None:
    spy = _Spy("b")
    assert find(spy, "a" * 2**18) is None  # type: ignore[arg-type]
    assert len(spy.seen) > 1
    assert max(spy.seen) <= 2**14


def test_the_beginning_of_a_long_line_tells_music_from_words() -> None:
    words = "whatever people say about tunes " * 1000
    assert is_music("CDEF " * 2000 + words)
    assert not is_prose("CDEF " * 2000 + words)
    assert is_prose(words)
    assert not is_music(words + "|CDEF" * 1000)
