"""String literals: undoes the quotes and escapes of a program around a tune."""

import re
from collections.abc import Iterator

from model.abc.repair.edited import Edit
from model.abc.repair.lines import FIELD
from model.abc.repair.windows import find, find_all

_LINE_END = r"(?:(?:\\{1,2}r)?\\{1,2}n|\\{1,2}r)"
_ESCAPED_LINES = re.compile(rf"{_LINE_END}[ \t]{{0,99}}(?:{FIELD}|%)")
_ESCAPED_LINE_END = re.compile(_LINE_END)
_UNIT = r"(?:\\u[0-9A-Fa-f]{4})"  # two of them may be the halves of one character
_ESCAPE = re.compile(
    rf"(?P<end>{_LINE_END})|(?P<units>{_UNIT}{{1,500}}(?<!\\u[Dd][89ABab]..)|{_UNIT})"
    r"|\\(?:x(?P<byte>[0-9A-Fa-f]{2})|u\{(?P<code>[0-9A-Fa-f]{1,5})\}|(?P<other>.))",
    re.DOTALL,
)
_WHITE_ESCAPES = {"t": " ", "b": "", "f": "", "\n": ""}

_FIRST_FIELD = re.compile(r"(?<!\w)(?:[CKLMQRTX][ \t]?:|%abc)")
# A quote before the first field, and what another repair will remove between them.
_OPENING = re.compile(r"""("{3}|'{3}|["'`])(?:\s|[>|*•-]|\d{1,4}\.|\[\w{1,9}\]|<[^<>]{1,60}>|\\[nr])*\Z""")
_BEFORE_OPENING = re.compile(r"""(?:\A|[=(,\[+{>]|["'\w]\s{0,9}:)\s{0,9}\Z""")
_LATER_OPENING = re.compile(r"""("{3}|'{3}|["'`])(?=\s{0,9}(?:X[ \t]?:|%abc))""")
_ABC_KEY = re.compile(r"""["']abc["']\s{0,9}:\s{0,9}(["'])""", re.IGNORECASE)
_LOOK_BACK = 200  # characters before the first field in which its opening quote is looked up

# What may follow the end of a string literal; any other quote belongs to the tune.
_AFTER = r"(?=\s{0,999}(?:\Z|[,;)\]}+]|\.\s|\.\w|[\"'`]))"
# An escape, or the end of the literal.
_STOP = {
    quote: re.compile(rf"(?P<escape>\\.)|\\\Z|{quote}{_AFTER}", re.DOTALL)
    for quote in ('"', "'", "`", '"""', "'''")
}
_CELL = re.compile(r'(?:[^"]++|"")*')
_DOUBLED = re.compile('""')
_NEXT_LITERAL = re.compile(
    r"""(?P<space>\s*+)(?P<sign>[+.,]?)\s*+(?P<quote>["'`])(?![^"'`\\\n]{0,40}["'`]\s*:)"""
)
_ENDS_LINE = re.compile(rf"(?:{_LINE_END}|\n)\s*\Z")


def string_literals(text: str) -> Iterator[Edit]:
    r"""Undo the quotes and escapes of a program, as in ``"X:1\nT:The Pool\nK:G\n..."``.

    The text outside the literals goes. Without quotes around the tune, only its escapes are undone. A cell of
    a spreadsheet is a literal with doubled quotes.
    """
    escaped = "\\" in text and _has_escaped_lines(text)
    opening = _first_opening(text, escaped)
    if opening is None:
        if escaped:
            yield from _unescape(text, 0, len(text))
        return
    is_cell = not escaped and opening[0] == '"' and '""' in text and '\\"' not in text
    done = 0
    for joint, start, stop in _cells(text, opening) if is_cell else _literals(text, opening):
        yield done, start, joint if done else ""
        if is_cell:
            for match in _DOUBLED.finditer(text, start, stop):
                yield *match.span(), '"'
        else:
            yield from _unescape(text, start, stop)
        done = stop
    yield done, len(text), ""


def _has_escaped_lines(text: str) -> bool:
    """Whether line ends are escaped: before a field, or anywhere in a text of only one line."""
    if find(_ESCAPED_LINES, text):
        return True
    return "\n" not in text.strip() and find(_ESCAPED_LINE_END, text) is not None


def _first_opening(text: str, escaped: bool) -> tuple[str, int] | None:
    """The quote that opens the first literal with a tune, and where its content starts."""
    if field := find(_FIRST_FIELD, text):
        look_back = max(field.start() - _LOOK_BACK, 0)
        before = text[look_back : field.start()]
        opening = _OPENING.search(before)
        if opening and (escaped or look_back or _BEFORE_OPENING.search(before[: opening.start()])):
            return opening[1], look_back + opening.end(1)
    is_json = text.lstrip()[:1] in ("{", "[")
    if (escaped or is_json) and (key := find(_ABC_KEY, text)):
        return key[1], key.end()
    return None


def _literals(text: str, opening: tuple[str, int]) -> Iterator[tuple[str, int, int]]:
    """What joins a literal to the one before, and where its content starts and stops."""
    quote, start = opening
    joint = "\n"
    openings = _LATER_OPENING
    while True:
        ends = (match.start() for match in find_all(_STOP[quote], text, start) if not match["escape"])
        stop = next(ends, len(text))
        yield joint, start, stop
        done = min(stop + len(quote), len(text))
        if following := _NEXT_LITERAL.match(text, done):
            is_line = following["sign"] == "," or (not following["sign"] and "\n" in following["space"])
            is_line = is_line and not _ENDS_LINE.search(text, max(stop - 20, start), stop)
            joint, quote, start = "\n" if is_line else "", following["quote"], following.end()
            continue
        later = find(openings, text, done)
        if later is None and openings is _LATER_OPENING:
            openings = _ABC_KEY
            later = find(openings, text, done)
        if later is None:
            return
        joint, quote, start = "\n", later[1], later.end()


def _cells(text: str, opening: tuple[str, int]) -> Iterator[tuple[str, int, int]]:
    """The same for cells of a spreadsheet."""
    start = opening[1]
    while True:
        content = _CELL.match(text, start)
        stop = content.end() if content else len(text)
        yield "\n", start, stop
        later = find(_LATER_OPENING, text, stop + 1)
        if later is None:
            return
        start = later.end()


def _unescape(text: str, start: int, stop: int) -> Iterator[Edit]:
    for match in find_all(_ESCAPE, text, start, stop):
        if match["end"]:
            new = "\n"
        elif match["units"]:
            new = bytes.fromhex(match["units"].replace("\\u", "")).decode("utf-16-be", "replace")
        elif code := match["byte"] or match["code"]:
            new = chr(int(code, 16))
            new = "\ufffd" if "\ud800" <= new <= "\udfff" else new
        else:
            new = _WHITE_ESCAPES.get(match["other"], match["other"])
        yield *match.span(), new
