"""Signs: undoes what word processors and encodings did to single characters."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from model.abc.decoding import WINDOWS_1252
from model.abc.repair.edited import Edit
from model.abc.repair.lines import UNUSUAL_SPACES, lines_of
from model.abc.text import LONGEST_JUDGED, is_prose, match_field

_CONTROLS = re.compile("[\x80-\x9f]+")
INVISIBLE = (
    "\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"  # a set of a regular expression
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")

_MAIL_SPACE = re.compile(r"(?<!=20)(?:=20)+[ \t]*+$", re.MULTILINE)

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
_FRACTIONS = {
    "¼": (1, 4), "½": (1, 2), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3),
    "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_JOINERS = "\u200c\u200d\ufe0e\ufe0f"  # invisible, but some scripts need them in titles
_SIGN = re.compile(
    rf'["{"".join(_PLAIN)}{_JOINERS}]|(?P<accidental>[{"".join(_ACCIDENTALS)}])(?=[A-Ga-g])'
    rf"|(?P<whole>\d{{0,3}})(?P<part>[{''.join(_FRACTIONS)}])"
)
_ANY_PLAIN = str.maketrans(
    {**_PLAIN, **_ACCIDENTALS, **dict.fromkeys(_FRACTIONS, "/"), **dict.fromkeys(_JOINERS)}
)
_AFTER_NOTE = frozenset("abcdefgABCDEFG'’′")


def control_characters(text: str) -> Iterator[Edit]:
    """Read control characters as what Windows-1252 has in their place, such as typographic quotes."""
    return ((*match.span(), match[0].translate(WINDOWS_1252)) for match in _not_ascii(_CONTROLS, text))


def invisible_characters(text: str) -> Iterator[Edit]:
    """Remove characters that nobody sees, such as zero-width spaces."""
    return ((*match.span(), "") for match in _not_ascii(_INVISIBLE, text))


def unusual_spaces(text: str) -> Iterator[Edit]:
    """Replace no-break spaces and the like with plain ones."""
    return ((*match.span(), " " * len(match[0])) for match in _not_ascii(UNUSUAL_SPACES, text))


def mail_spaces(text: str) -> Iterator[Edit]:
    """Remove the "=20" that mail programs write for a space at the end of a line."""
    return ((*match.span(), "") for match in (_MAIL_SPACE.finditer(text) if "=20" in text else ()))


def typographic_signs(text: str) -> Iterator[Edit]:
    """Replace the signs that word processors put in place of ASCII, in lines of music."""
    if text.isascii():
        return
    for start, line in lines_of(text):
        if line.isascii() or line.startswith("%"):
            continue
        field = match_field(line)
        if field and field[0] not in "LMQ" and not (field[0] == "K" and "|" in line):
            continue
        if field or not is_prose(line[:LONGEST_JUDGED].translate(_ANY_PLAIN)):
            yield from _plain_signs(line, start)


def _not_ascii(pattern: re.Pattern[str], text: str) -> Iterable[re.Match[str]]:
    """The matches of a pattern of characters that are not ASCII; most texts are, and have none."""
    return () if text.isascii() else pattern.finditer(text)


def _plain_signs(line: str, start: int) -> Iterator[Edit]:
    in_string = False
    for match in _SIGN.finditer(line):
        sign = match[0]
        if sign == '"':
            in_string = not in_string
            continue
        if match["part"]:
            new = _fraction(match["whole"], match["part"])
        elif match["accidental"]:
            new = _ACCIDENTALS[sign]
        elif sign == "″" and not in_string and line[match.start() - 1 : match.start()] in _AFTER_NOTE:
            new = "''"  # two octaves up
        else:
            new = _PLAIN.get(sign, "")
            in_string ^= new == '"'
        yield start + match.start(), start + match.end(), new


@lru_cache(maxsize=256)  # saves memory, too: a text may have many fractions, but few different ones
def _fraction(whole: str, part: str) -> str:
    top, bottom = _FRACTIONS[part]
    return f"{int(whole or 0) * bottom + top}/{bottom}"
