"""Layout: removes the marks of quoted lines, ends lines where fields begin, and spells field names."""

import re
from collections.abc import Iterator

from model.abc.repair.edited import Edit
from model.abc.repair.lines import lines_of
from model.abc.repair.windows import find, find_all
from model.abc.text import is_music, match_field
from model.deadline import checked

_WORDS = {
    **dict.fromkeys(("number", "index", "reference", "reference number", "ref"), "X"),
    **dict.fromkeys(("title", "name", "tune", "tune title", "tune name"), "T"),
    **dict.fromkeys(("key", "key signature", "tonality"), "K"),
    **dict.fromkeys(("meter", "metre", "time", "time signature", "timesignature"), "M"),
    **dict.fromkeys(("length", "note length", "unit", "unit length", "unit note length"), "L"),
    **dict.fromkeys(("default length", "default note length", "notelength"), "L"),
    **dict.fromkeys(("rhythm", "type", "tune type", "dance"), "R"),
    **dict.fromkeys(("composer", "author"), "C"),
    **dict.fromkeys(("tempo", "speed"), "Q"),
    **dict.fromkeys(("origin", "country"), "O"),
    **dict.fromkeys(("transcriber", "transcribed by", "transcription", "abc by"), "Z"),
    **dict.fromkeys(("notes", "note", "comment"), "N"),
    "source": "S", "history": "H", "discography": "D", "book": "B", "parts": "P", "voice": "V",
}  # fmt: skip
_COMMON_WORDS = (
    r"(?:[Tt]itle|TITLE|[Kk]ey|KEY|[Mm]et(?:er|re)|METER|METRE|[Rr]hythm|RHYTHM|[Ll]ength|LENGTH|[Cc]omposer)"
)

_COLON = "[:\uff1a]"
_SPELLED = re.compile(rf"[ \t]*([A-Za-z])[ \t]*{_COLON}(?!\s*(?:[|:\]]|\Z))")
_WORD = re.compile(rf"[ \t]*([A-Za-z][A-Za-z ]{{1,24}}?)[ \t]*{_COLON}")
_LETTERS = frozenset("ABCDFGHIKLMNOPQRSTUVWXZmrsw")
_NO_FIELD = frozenset("ejy")  # letters that name no field in either case
_NOTE_THEN_BAR = re.compile(r"[ \t]*[a-gA-G][ \t]*:\s*\d")  # a repeat and its ending, not a field

# "|", "-" and the like also occur in music; as marks, a space follows them.
_MARKER = re.compile(r"(?:>|[A-Z]{1,3}>|[»•·▪◦#]|//|[|¦*+–—-](?=[ \t])|\d{1,4}[.):]?(?=[ \t]))")
_QUOTED_FIELD = re.compile(
    rf"[ \t]{{0,9}}((?:{_MARKER.pattern}[ \t]{{0,9}}){{1,9}})(?=(?:[A-Zx]|{_COMMON_WORDS})[ \t]?:(?![|:]))"
)
_BLANKS = re.compile(r"[ \t]{0,9}")
_NUMBER = re.compile(r"\d{1,4}[.):]?(?=[ \t]|\Z)")
_ANY_QUOTED_FIELD = re.compile(rf"^{_QUOTED_FIELD.pattern}", re.MULTILINE)

_FIRST_FIELD = re.compile(r"[ \t]*([A-Z])[ \t]?:(?![|:])")
_FIELD_IN_LINE = re.compile(rf"\s(?:(?P<letter>[A-Zklqtwx])|{_COMMON_WORDS})[ \t]?:(?![|:\]])")
_METER = r"\d++(?:\+\d++){0,20}/\d+|C\|?(?=\s|\Z)"
_KEY = (
    r"[A-Ga-g][#b♯♭]?[ ]?(?:m|[Mm](?:aj|in|ix|AJ|IN|IX)\w*|[Dd](?:or|OR)\w*|[LlPp](?:yd|hr)\w*)?(?=\s|\||\Z)"
)
_SETTING = re.compile(
    rf"\s(?:M:\s*(?:{_METER})|[Ll]:\s*\d/\d|[Kk]:\s*{_KEY}|P:\s*\w\d?\s)|\s(?:Met(?:er|re)|Key|Length):"
)
# Where a field follows without a space, its value must leave no doubt.
_JOINED_FIELD = re.compile(
    r"(?<=[^\s|:\[(])(?=M:[ ]?\d{1,9}/\d|L:[ ]?1/\d|K:[ ]?[A-G]|Q:[ ]?\d)|(?<=X:\d)(?=T:)|(?<=X:\d\d)(?=T:)"
)
_NUMBER_AFTER_WORDS = re.compile(r"\s(?=X:\s*\d+\s+T:)")
_FREE_TEXT = frozenset("ABDFGHNSWZw")  # fields whose text may speak of other fields
_AFTER_MUSIC = frozenset("KLMPQRTVwX")  # fields that may follow music on its line; other letters are notes
_MUSIC_AFTER = re.compile(
    rf"[ \t]*(?:M:\s*(?:{_METER}|none)|L:\s*\d+/\d+|Q:[^|%\n]{{0,40}}=\s*\d+|P:\s*\w\d?)([ \t]+)(?=\S)"
)


def quoting(text: str) -> Iterator[Edit]:
    """Remove what mail programs and lists put before each line: "> ", "| ", bullets, numbers of lines.

    They are recognised before a field. The lines that follow with the same mark belong to the same quote; a
    ">" is a mark wherever it begins a line after that, because no music begins with it.
    """
    if find(_ANY_QUOTED_FIELD, text) is None:
        return
    marks: list[str] = []
    for start, line in lines_of(text):
        if quoted := _QUOTED_FIELD.match(line):
            marks = _MARKER.findall(quoted[1])
            yield start, start + quoted.end(), ""
        elif stop := _end_of_marks(line, marks):
            yield start, start + stop, ""
        elif marks and line.strip() and marks[0] != ">":
            marks = []


def _end_of_marks(line: str, marks: list[str]) -> int:
    """Where the line goes on after these marks; 0 if it does not begin with the first of them.

    The other marks may be missing. Any number stands for a number.
    """
    end = 0
    for mark in marks:
        place = blanks.end() if (blanks := _BLANKS.match(line, end)) else end
        if mark[0].isdigit():
            number = _NUMBER.match(line, place)
            stop = number.end() if number else 0
        else:
            stop = place + len(mark) if line.startswith(mark, place) else 0
        if not stop and not end:
            return 0
        end = stop or end
    return end + line.startswith((" ", "\t"), end) if end else 0


def field_names(text: str) -> Iterator[Edit]:
    """Spell field names as ABC does: "K :" and "k:" become "K:", and so does "Key:".

    Four lower-case letters are fields of their own: ``m:``, ``r:``, ``s:`` and ``w:``.
    """
    for start, line in lines_of(text):
        if (":" not in line and "\uff1a" not in line) or match_field(line):
            continue
        if match := _SPELLED.match(line):
            letter = match[1] if match[1] in _LETTERS else match[1].upper()
            if letter.lower() in _NO_FIELD or _NOTE_THEN_BAR.match(line):
                continue
        elif match := _WORD.match(line):
            letter = _WORDS.get(match[1].lower(), "")
            if not letter:
                continue
        else:
            continue
        yield start, start + match.end(), f"{letter}:"


def lost_line_ends(text: str) -> Iterator[Edit]:
    """Put each field of a line with several fields, as in "M: 2/4 L: 1/8", on a line of its own."""
    for start, line in lines_of(text):
        if line.count(":") > 1:
            for left, right in _breaks(line):
                yield start + left, start + right, "\n"


def _breaks(line: str) -> list[tuple[int, int]]:
    """Where a line with several fields breaks: what the line end replaces."""
    stop = line.find("%") if "%" in line else len(line)
    words = _NUMBER_AFTER_WORDS.search(line, 0, stop)
    first = _FIRST_FIELD.match(line)
    if first is None or first[1] in _FREE_TEXT:
        if words is None:
            return []
        first = _FIRST_FIELD.match(line, words.end())
    breaks = [(words.start(), words.end())] if words else []
    if first is None:
        return breaks
    begin = first.end()
    if first[1] in "KLMQX":
        breaks += [(match.start(), match.start()) for match in find_all(_JOINED_FIELD, line, begin, stop)]
    if first[1] == "X" or breaks or _SETTING.search(line, begin, stop):
        in_music = first[1] == "K"
        for match in checked(_FIELD_IN_LINE.finditer(line, begin, stop)):
            letter = match["letter"] or "T"
            if not in_music or letter in _AFTER_MUSIC:
                breaks.append((match.start(), match.start() + 1))
            in_music = in_music or letter in "Kk"
    return list(dict.fromkeys(sorted(breaks)))  # a set would lose the order, and sorting it would take long


def music_after_fields(text: str) -> Iterator[Edit]:
    """Put the music that follows a metre, a unit, a tempo or a part on its line on a line of its own.

    After a key, the reader of keys finds it.
    """
    for start, line in lines_of(text):
        match = _MUSIC_AFTER.match(line) if ":" in line else None
        if match and is_music(line[match.end() :]):
            yield start + match.start(1), start + match.end(1), "\n"
