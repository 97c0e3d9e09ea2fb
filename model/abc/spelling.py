"""Undoes what word processors, web pages and habits did to single signs: field names, quotes, dashes, spaces.

Each function returns the edits that undo one kind of damage, or none.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

from model.abc.decoding import WINDOWS_1252
from model.abc.edited import Edit
from model.abc.text import TEXT_FIELDS, is_prose, match_field

_CONTROLS = re.compile("[\x80-\x9f]+")
INVISIBLE = (
    "\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"  # a set of a regular expression
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]+")

_SPELLED = re.compile(r"[ \t]*([A-Za-z])[ \t]*[:\uff1a](?!\s*(?:[|:\]]|\Z))")
_WORD = re.compile(r"[ \t]*([A-Za-z][A-Za-z ]{1,24}?)[ \t]*[:\uff1a]")
_LETTERS = frozenset("ABCDFGHIKLMNOPQRSTUVWXZmrsw")
_NO_FIELD = frozenset("ejy")  # letters that name no field in either case
_NOTE_THEN_BAR = re.compile(r"[ \t]*[a-gA-G][ \t]*:\s*\d")  # a repeat and its ending, not a field
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

_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});")
_NOTE_LETTERS = frozenset("abcdefgzxABCDEFGZX")

_PLAIN = {
    **dict.fromkeys("“”„‟«»″‶", '"'),
    **dict.fromkeys("’‘‛′ʼʹ´", "'"),
    **dict.fromkeys("‚", ","),
    **dict.fromkeys("–—‐‑‒―−", "-"),
    **dict.fromkeys("│┃¦∣", "|"),
    **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("‹", "<"),
    **dict.fromkeys("›", ">"),
    "‖": "||",
    **{chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)},  # the wide forms of East Asian fonts
    **{digit: str(unicodedata.digit(digit)) for digit in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"},
}
_ACCIDENTALS = {"♯": "^", "♭": "_", "♮": "=", "𝄪": "^^", "𝄫": "__"}
_FRACTIONS = "¼½¾⅓⅔⅛⅜⅝⅞"
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"  # invisible, but some scripts need them in titles
_SIGN = re.compile(
    rf'["{"".join(_PLAIN)}{_JOINERS}]|(?P<accidental>[{"".join(_ACCIDENTALS)}])(?=[A-Ga-g])'
    rf"|(?P<whole>\d{{0,3}})(?P<part>[{_FRACTIONS}])"
)
_ANY_PLAIN = str.maketrans(
    {**_PLAIN, **_ACCIDENTALS, **dict.fromkeys(_FRACTIONS, "/"), **dict.fromkeys(_JOINERS)}
)
_AFTER_NOTE = frozenset("abcdefgABCDEFG'’′")


def control_characters(text: str) -> list[Edit]:
    """Read control characters as what Windows-1252 has in their place, such as typographic quotes."""
    return [
        Edit(match.start(), match.end(), match[0].translate(WINDOWS_1252))
        for match in _CONTROLS.finditer(text)
    ]


def invisible_characters(text: str) -> list[Edit]:
    """Remove characters that nobody sees, such as zero-width spaces."""
    return [Edit(match.start(), match.end(), "") for match in _INVISIBLE.finditer(text)]


def unusual_spaces(text: str) -> list[Edit]:
    """Replace no-break spaces and the like with plain ones."""
    return [Edit(match.start(), match.end(), " " * len(match[0])) for match in _SPACES.finditer(text)]


def field_names(text: str) -> list[Edit]:
    """Spell field names as ABC does: "K :" and "k:" become "K:", and so does "Key:".

    Four lower-case letters are fields of their own: ``m:``, ``r:``, ``s:`` and ``w:``.
    """
    edits = []
    for start, line in _lines(text):
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
        edits.append(Edit(start, start + match.end(), f"{letter}:"))
    return edits


def entities(text: str) -> list[Edit]:
    """Replace the entities of web pages in music and settings; the reader of text fields does so itself."""
    if ";" not in text:
        return []
    edits: list[Edit] = []
    for start, line in _lines(text):
        if "&" in line and not _is_text(line):
            for match in _ENTITY.finditer(line):
                entity = f"&{match[1]};"
                character = html.unescape(entity)
                if character != entity and not _NOTE_LETTERS.issuperset(match[1]):
                    character = _SPACES.sub(" ", character)
                    edits.append(Edit(start + match.start(), start + match.end(), character))
    return edits


def typographic_signs(text: str) -> list[Edit]:
    """Replace the signs that word processors put in place of ASCII, in lines of music."""
    if text.isascii():
        return []
    edits: list[Edit] = []
    for start, line in _lines(text):
        if line.isascii() or line.startswith("%"):
            continue
        field = match_field(line)
        if field and not (field[0] == "K" and "|" in line):
            continue
        if field or not is_prose(line.translate(_ANY_PLAIN)):
            edits += _plain_signs(line, start)
    return edits


def _plain_signs(line: str, start: int) -> Iterator[Edit]:
    in_string = False
    for match in _SIGN.finditer(line):
        sign = match[0]
        if sign == '"':
            in_string = not in_string
            continue
        if match["part"]:
            top, bottom = unicodedata.normalize("NFKC", match["part"]).split("⁄")
            new = f"{int(match['whole'] or 0) * int(bottom) + int(top)}/{bottom}"
        elif match["accidental"]:
            new = _ACCIDENTALS[sign]
        elif sign == "″" and not in_string and line[match.start() - 1 : match.start()] in _AFTER_NOTE:
            new = "''"  # two octaves up
        else:
            new = _PLAIN.get(sign, "")
            in_string ^= new == '"'
        yield Edit(start + match.start(), start + match.end(), new)


def _is_text(line: str) -> bool:
    field = match_field(line)
    return field is not None and field[0] in TEXT_FIELDS


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
