"""Undoes what copying did to a whole text: string literals, markup, quoting, and lost line ends.

Each function returns the edits that undo one kind of damage, or none.
"""

import re
from collections.abc import Iterator

from model.abc.edited import Edit

# What may begin a line of a tune, as people write it.
_FIELD = r"(?:[A-Za-z]|[A-Z][a-z]{1,12})[ \t]?:"

_ESCAPED_LINE_END = r"(?:(?:\\{1,2}r)?\\{1,2}n|\\{1,2}r)"
_ESCAPED_LINES = re.compile(rf"{_ESCAPED_LINE_END}[ \t]*(?:{_FIELD}|%)")
_ONE_ESCAPED_LINE = re.compile(rf"[^\n]*{_ESCAPED_LINE_END}[^\n]*")
_QUOTED_TUNE = re.compile(
    r"""(?:\A|[=(,\[]|(?:["']|\w\w)\s{0,9}:)\s{0,9}(?:"{3}|'{3}|["'`])(?=\s{0,9}(?:X[ \t]?:|T:|%abc))"""
)
_OPENING = re.compile(rf"""("{{3}}|'{{3}}|["'`])(?=\s{{0,9}}(?:{_FIELD}|%))""")
_ESCAPE = re.compile(
    rf"(?P<end>{_ESCAPED_LINE_END})|(?P<units>(?:\\u[0-9A-Fa-f]{{4}})+)|\\(?P<other>.)", re.DOTALL
)
_WHITE_ESCAPES = {"t": " ", "b": "", "f": "", "\n": ""}
# What may follow the end of a string literal; any other quote belongs to the tune.
_AFTER = r"(?=\s*(?:\Z|[,;)\]}+]|\.\w|[\"'`]))"
_CONTENT = {
    quote: re.compile(rf"(?:[^{quote[0]}\\]|\\.|{quote[0]}(?!{quote[1:]}{_AFTER}))*+", re.DOTALL)
    for quote in ('"', "'", "`", '"""', "'''")
}
_NEXT_LITERAL = re.compile(r"""\s*([+,]?)\s*(["'`])(?![^"'`\\\n]{0,40}["'`]\s*:)""")

_BLOCK_TAGS = (
    r"p|br|pre|div|[uo]l|li|t(?:able|body|head|[rdh])|blockquote|section|article|main|center|body|html|textarea"
    r"|score|script|dl|dt"
)
_INLINE_TAGS = r"span|font|em|strong|code|tt|kbd|samp|small|big|nobr|wbr|su[bp]"
_TEXT = re.compile(r"\s*[ABCDFGHNORSTZ][ \t]?:")
_NO_SPACE = re.compile(r"\S")
_ANY_FIELD = re.compile(rf"\s*{_FIELD}")
# Notes between signs of broken rhythm look the same, as in "A<b>c". They are tags if the text closes them.
_AMBIGUOUS_TAGS = ("a", "b", "i", "u", "s", "abc", "dd")

_FENCE = re.compile(
    r"^[ \t]*(?:`{3,}|~{3,})[ \t]*\w{0,20}[ \t]*$|^[ \t]*`{3,}(?:abc)?[ \t]*(?=[A-Za-z]:)"
    r"|^[ \t]*\[/?(?:abc|code|music|pre|quote)\b[^\[\]\n]{0,40}\][ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)

_MARKER = re.compile(r"[>|»¦*+•·–—▪◦-]|\d{1,4}[.):]?(?=[ \t])")
_QUOTED_FIELD = re.compile(
    rf"[ \t]{{0,9}}((?:(?:{_MARKER.pattern})[ \t]{{0,9}}){{1,9}})(?=[A-Zx][ \t]?:(?![|:]))"
)
_ANY_QUOTED_FIELD = re.compile(rf"^{_QUOTED_FIELD.pattern}", re.MULTILINE)

_FIRST_FIELD = re.compile(r"[ \t]*([A-Z])[ \t]?:(?![|:])")
_FIELD_IN_LINE = re.compile(r"\s(?P<letter>[A-Zw])[ \t]?:(?![|:\]])")
_SETTING = re.compile(r"\s(?:M:\s*(?:\d|C\b)|L:\s*\d/\d|K:\s*[A-Ga-g]|X:\s*\d)")
# Where a field follows without a space, its value must leave no doubt.
_JOINED_FIELD = re.compile(
    r"(?<=[^\s|:\[(])(?=M:[ ]?\d+/\d|L:[ ]?1/\d|K:[ ]?[A-G]|Q:[ ]?\d)|(?<=X:\d)(?=T:)|(?<=X:\d\d)(?=T:)"
)
_NOTES = frozenset("HNWZw")  # fields whose text may speak of other fields
_AFTER_MUSIC = frozenset("KLMPQRTVwX")  # fields that may follow music on its line; other letters are notes


def string_literals(text: str) -> list[Edit]:
    r"""Undo the quotes and escapes of a program, as in ``"X:1\nT:The Pool\nK:G\n..."``.

    The text outside the literals goes. Without quotes around the tune, only its escapes are undone.
    """
    escaped = "\\" in text and (_ESCAPED_LINES.search(text) or _ONE_ESCAPED_LINE.fullmatch(text.strip()))
    if not escaped and _QUOTED_TUNE.search(text) is None:
        return []
    edits: list[Edit] = []
    done = 0
    for joint, start, stop in _literals(text):
        edits.append(Edit(done, start, joint if done else ""))
        edits += _unescape(text, start, stop)
        done = stop
    if done:
        edits.append(Edit(done, len(text), ""))
    return edits or list(_unescape(text, 0, len(text)))


def _literals(text: str) -> Iterator[tuple[str, int, int]]:
    """What joins a literal to the one before, and where its content starts and stops."""
    opening = _OPENING.search(text)
    while opening:
        quote, start, joint = opening[1], opening.end(), "\n"
        while True:
            content = _CONTENT[quote].match(text, start)
            stop = content.end() if content else len(text)
            yield joint, start, stop
            done = min(stop + len(quote), len(text))
            following = _NEXT_LITERAL.match(text, done)
            if following is None:
                break
            joint, quote, start = "\n" if following[1] == "," else "", following[2], following.end()
        opening = _OPENING.search(text, done)


def _unescape(text: str, start: int, stop: int) -> Iterator[Edit]:
    for match in _ESCAPE.finditer(text, start, stop):
        if match["end"]:
            new = "\n"
        elif match["units"]:
            new = bytes.fromhex(match["units"].replace("\\u", "")).decode("utf-16-be", "replace")
        else:
            new = _WHITE_ESCAPES.get(match["other"], match["other"])
        yield Edit(match.start(), match.end(), new)


def markup(text: str) -> list[Edit]:
    """Remove the tags of a web page around and in the lines of a tune; block tags end a line.

    Headings, links and the like stay, because a line that begins with one is not music. A block tag within a
    title or another text stays, too.
    """
    if re.search(r"(?:<|&lt;)[/a-z!]", text, re.IGNORECASE) is None:
        return []
    closed = [
        name for name in _AMBIGUOUS_TAGS if re.search(rf"(?:<|&lt;)/{name}(?:>|&gt;)", text, re.IGNORECASE)
    ]
    inline = "|".join((_INLINE_TAGS, *closed))
    tag = (
        rf"(?:<|&lt;)/?(?:{_BLOCK_TAGS}|{inline})(?:\s[^<>&\n]{{0,300}})?\s?/?(?:>|&gt;)"
        r"|<!--[^<>]{0,300}-->"
    )
    block = re.compile(rf"(?:<|&lt;)/?(?:{_BLOCK_TAGS})\b", re.IGNORECASE)
    edits: list[Edit] = []
    line = 0  # where it starts
    for match in re.finditer(rf"(?:{tag})+", text, re.IGNORECASE):
        start, stop = match.span()
        line = max(line, text.rfind("\n", line, start) + 1)
        is_inner = _NO_SPACE.search(text, line, start) and stop < len(text) and text[stop] != "\n"
        ends_line = is_inner and block.search(match[0])
        if ends_line and _TEXT.match(text, line, start) and not _ANY_FIELD.match(text, stop):
            continue  # a title may contain anything
        edits.append(Edit(start, stop, "\n" if ends_line else ""))
        if ends_line:
            line = stop
    return edits


def fences(text: str) -> list[Edit]:
    """Remove the lines with which Markdown and forums enclose a tune."""
    return [Edit(match.start(), match.end(), "") for match in _FENCE.finditer(text)]


def quoting(text: str) -> list[Edit]:
    """Remove what mail programs and lists put before each line: "> ", "| ", bullets, numbers of lines.

    They are recognised before a field. The lines that follow with the same mark belong to the same quote.
    """
    if _ANY_QUOTED_FIELD.search(text) is None:
        return []
    edits = []
    marks: re.Pattern[str] | None = None
    start = 0
    for line in text.split("\n"):
        if quoted := _QUOTED_FIELD.match(line):
            kinds = [
                r"\d{1,4}[.):]?(?=[ \t]|$)" if mark[0].isdigit() else re.escape(mark)
                for mark in _MARKER.findall(quoted[1])
            ]
            others = "".join(rf"(?:[ \t]{{0,9}}{kind})?" for kind in kinds[1:])
            marks = re.compile(rf"[ \t]{{0,9}}{kinds[0]}{others}[ \t]?")
            edits.append(Edit(start, start + quoted.end(), ""))
        elif marks and (match := marks.match(line)):
            edits.append(Edit(start, start + match.end(), ""))
        else:
            marks = None
        start += len(line) + 1
    return edits


def lost_line_ends(text: str) -> list[Edit]:
    """Put each field of a line with several fields, as in "M: 2/4 L: 1/8", on a line of its own."""
    edits = []
    start = 0
    for line in text.split("\n"):
        if line.count(":") > 1 and (first := _FIRST_FIELD.match(line)):
            edits += [Edit(start + left, start + right, "\n") for left, right in _breaks(line, first)]
        start += len(line) + 1
    return edits


def _breaks(line: str, first: re.Match[str]) -> list[tuple[int, int]]:
    """Where a line with several fields breaks: what the line end replaces."""
    stop = line.find("%") if "%" in line else len(line)
    settings = len(_SETTING.findall(line, first.end(), stop))
    joined = _JOINED_FIELD.finditer(line, first.end(), stop) if first[1] == "X" else ()
    breaks = [(match.start(), match.start()) for match in joined]
    if settings > (first[1] in _NOTES) or first[1] == "X" or breaks:
        in_music = first[1] == "K"
        for match in _FIELD_IN_LINE.finditer(line, first.end(), stop):
            if not in_music or match["letter"] in _AFTER_MUSIC:
                breaks.append((match.start(), match.start() + 1))
            in_music = in_music or match["letter"] == "K"
    return sorted(breaks)
