"""Lines: splits a text into lines, tells fields, music and words apart, and reads the strings of fields."""

import html
import re
import unicodedata

STRING_FIELDS = frozenset("ABCDFGHNORSTZ")
"""Fields whose text is a string with escapes (ABC 2.1, 8.2)."""
TEXT_FIELDS = STRING_FIELDS | frozenset("Ww+")
"""Fields whose text is for people: any sign may occur in them."""
NO_MUSIC_TAGS = (
    r"h[1-6]|head|title|style|script|button|option|label|summary|caption|nav|footer|header|a(?=\s+[a-z]+=)"
)
"""Pattern for the names of elements of a web page that hold no music."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_FIELD_LETTER = re.compile(r"[ \t]*([A-Zmrsw+]):(?!(?<=[A-GXZ]:)[|:])")
_COMMENT = re.compile(r"(?<!\\)%.*", re.DOTALL)
_ESCAPE = re.compile(
    r"""\\u([0-9A-Fa-f]{4}) | \\(['`^"~cuvH])([A-Za-z]) | \\(aa|AA|ae|AE|oe|OE|ss|/o|/O|[DT]H|[dt]h|[\\&%])
        | &(?:amp;)*([#\w]{2,31};)""",
    re.VERBOSE,
)
_ACCENTS = dict(zip("'`^\"~cuvH", "\u0301\u0300\u0302\u0308\u0303\u0327\u0306\u030c\u030b", strict=True))
_SPECIAL = {
    "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "ss": "ß", "/o": "ø", "/O": "Ø",
    "DH": "Ð", "dh": "ð", "TH": "Þ", "th": "þ", "\\": "\\", "&": "&", "%": "%",
}  # fmt: skip
_NOT_MUSIC = re.compile(
    r'%.*|"[^"]*"|![^!]{0,40}!|\+[^+\s]{1,40}\+|\[[A-Za-z]:[^\[\]]*\]|\{[^{}]*\}', re.DOTALL
)
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FOREIGN = re.compile(r"[^\W\d_A-Ga-gxyzXZTuvkHLMOPS]")
_SOUND = re.compile(r"[A-Ga-gxzXZ]")
_MARKUP = re.compile(
    rf"\s*</?(?:abc|body|br|code|div|html|p|pre|score|span|td|{NO_MUSIC_TAGS})\b", re.IGNORECASE
)
LONGEST_JUDGED = 2**13
"""Characters of a line that decide whether it is music or words: more than any line of music has."""
_BLOCK_BEGIN = re.compile(r"%%begin(\w+)", re.IGNORECASE)
_BLOCK_END = re.compile(r"%%end(\w+)", re.IGNORECASE)


def plain_line_ends(text: str) -> str:
    """Write every line end as a line feed; also remove a byte order mark, and read NUL as a space.

    Halves of a surrogate pair become U+FFFD, because no encoding could write them.
    """
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ").removeprefix("\ufeff")


def split_lines(text: str) -> list[str]:
    r"""Split at line feeds, carriage returns or both, and at nothing else.

    ``str.splitlines`` would also split at characters that titles and lyrics may contain, and the line numbers
    would then differ from those in an editor.
    """
    return plain_line_ends(text).split("\n")


def blank_text_blocks(lines: list[str]) -> list[str]:
    """Replace the lines of ``%%begintext`` and similar blocks with empty comments (ABC 2.1, 2.2.3).

    They become comments, not blank lines, so that a block inside a tune does not end it.
    """
    kept: list[str] = []
    block = ""
    for line in lines:
        if block:
            end = _BLOCK_END.match(line)
            if end and end[1].lower() == block:
                block = ""
            kept.append("%")
        elif line.startswith("%%") and (begin := _BLOCK_BEGIN.match(line)):
            block = begin[1].lower()
            kept.append("%")
        else:
            kept.append(line)
    return kept


def match_field(line: str) -> tuple[str, str, int] | None:
    """Return letter, text without comment, and column of the text; None if the line is not a field."""
    match = _FIELD_LETTER.match(line)
    if match is None:
        return None
    value = line[match.end() :]
    return match[1], (_COMMENT.sub("", value) if "%" in value else value).strip(), match.end() + 1


def field_letter(line: str) -> str:
    """The letter of a field; "" if the line is not a field."""
    match = _FIELD_LETTER.match(line)
    return match[1] if match else ""


def read_string(text: str) -> str:
    r"""Replace escapes such as ``\'e``, ``&eacute;`` and ``\u00e9`` with their characters (ABC 2.1, 8.2)."""
    return _ESCAPE.sub(_unescape, text).strip() if "\\" in text or "&" in text else text


def _unescape(match: re.Match[str]) -> str:
    code, accent, letter, special, entity = match.groups()
    if code:
        character = chr(int(code, 16))
        return match[0] if "\ud800" <= character <= "\udfff" else character
    if accent:
        composed = unicodedata.normalize("NFC", letter + _ACCENTS[accent])
        return composed if len(composed) == 1 else match[0]
    return _SPECIAL[special] if special else html.unescape(f"&{entity}").replace("\xa0", " ")


def is_prose(line: str) -> bool:
    """Whether a line is words, not music: more than a quarter of its letters have no meaning in music.

    Only its first 8,192 characters count (`LONGEST_JUDGED`). The tags of a web page around an embedded tune
    count as words, too (ABC 2.1, 2.3).
    """
    line = line[:LONGEST_JUDGED]
    foreign, letters = _letters(line)
    return (foreign > 1 and 4 * foreign > letters) or _MARKUP.match(line) is not None


def is_music(line: str) -> bool:
    """Whether a line can be read as music, judged without its context, by its first 8,192 characters."""
    line = line[:LONGEST_JUDGED]
    if _MARKUP.match(line) or _SOUND.search(_NOT_MUSIC.sub("", line)) is None:
        return False
    return not is_prose(line) if "|" in line else _letters(line)[0] == 0


def _letters(line: str) -> tuple[int, int]:
    """Count the letters without meaning in music, and all letters.

    The first count looks only at words of three letters or more. A line without such a letter gives (0, 0).
    """
    if _FOREIGN.search(line) is None:
        return 0, 0
    rest = _NOT_MUSIC.sub("", line)
    foreign = sum(len(_FOREIGN.findall(word)) for word in _WORD.findall(rest))
    return foreign, len(_LETTER.findall(rest))
