"""Markup: removes the tags of web pages and forums, and reads their entities."""

import html
import re
from collections.abc import Iterator

from model.abc.repair.edited import Edit
from model.abc.repair.lines import FIELD, UNUSUAL_SPACES, is_text, lines_of
from model.abc.repair.windows import find_all
from model.abc.text import NO_MUSIC_TAGS, STRING_FIELDS
from model.deadline import checked

_OPEN, _CLOSE = "(?:<|&lt;)", "(?:>|&gt;)"
_ATTRIBUTES = r"(?:\s(?:[^<>&]|&(?!lt;)){0,2000}?)?\s?/?"
# Notes and decorations between signs of broken rhythm look like tags: "A<b>c", "A<uB>c". A name with another
# letter is a tag; any other name is one if the same line closes it.
_NAME = r"(?-i:(?=[\w:]{0,20}[^\W\d_a-gxzA-GXZHLMOPSTuv]))[A-Za-z][\w:-]{0,20}"
_TAG = re.compile(
    rf"{_OPEN}(?:/[A-Za-z][\w:-]{{0,20}}\s?|{_NAME}{_ATTRIBUTES}|!DOCTYPE\b(?:[^<>&]|&(?![lg]t;)){{0,300}}){_CLOSE}"
    rf"|{_OPEN}(?P<pair>abc|[abdsu]|dd){_ATTRIBUTES}{_CLOSE}(?=[^\n]{{0,100}}?{_OPEN}/(?P=pair)\s?{_CLOSE})"
    r"|<!--(?:(?!-->|<!--).){0,2000}-->|<!\[CDATA\[|\]\]>",
    re.IGNORECASE | re.DOTALL,
)
_BLOCK = re.compile(
    rf"{_OPEN}/?(?:p|br|hr|pre|div|[uod]l|li|dt|t(?:able|body|head|[rdh])|blockquote|section|article|main|center|body"
    r"|html|textarea|score|script|code|tt|kbd|samp|h[1-6])\b",
    re.IGNORECASE,
)
# What these hold is not music, unless a field begins it: the line keeps the tag, and is skipped.
_NO_MUSIC = re.compile(rf"{_OPEN}(?:{NO_MUSIC_TAGS})\b", re.IGNORECASE)
_INNER = re.compile(r"[^\s>|*•-]")
_TEXT_FIELD = re.compile(rf"[{''.join(sorted(STRING_FIELDS))}][ \t]?:")
_ANY_FIELD = re.compile(rf"\s*{FIELD}")

_FORUM_NAMES = r"code|music|pre|quote|font|size|colou?r|url|spoiler|list|center|img"
_PARAMETER = r"(?:=[^\[\]\n]{0,80})?"
_FORUM_TAG = re.compile(
    rf"\[/\w{{1,12}}\]|\[(?:{_FORUM_NAMES}){_PARAMETER}\]"
    # Anywhere else, "[abc]" is a chord.
    rf"|^[ \t]{{0,99}}(?:\[(?:\w{{1,12}}{_PARAMETER}|\*)\][ \t]{{0,9}}+){{1,20}}(?=[KLMNQRSTXZ][ \t]?:)"
    rf"|^[ \t]{{0,99}}\[abc{_PARAMETER}\][ \t]{{0,99}}$(?=\s{{0,9}}(?:X:|T:|%))"
    # The fences of Markdown.
    r"|^[ \t]{0,99}+(?:`{3,99}+|~{3,99}+)[ \t]{0,99}+\w{0,20}+[ \t]{0,99}+$"
    r"|^[ \t]{0,99}`{3,99}(?:abc)?[ \t]{0,99}(?=[A-Za-z]:)",
    re.MULTILINE | re.IGNORECASE,
)

_ENTITY = re.compile(r"&(?:amp;)*(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,24});")
_NOTE_LETTERS = frozenset("abcdefgzxABCDEFGZX")


def tags(text: str) -> Iterator[Edit]:
    """Remove the tags of a web page around and in the lines of a tune; block tags end a line.

    A block tag within a title or another text stays.
    """
    line = seen = 0  # where the line of the tag starts, and how far it was searched
    inner: int | None = None  # where the line has more than marks, if it does
    for match in checked(find_all(_TAG, text)) if "<" in text or "&lt;" in text else ():
        start, stop = match.span()
        if after := text.rfind("\n", seen, start) + 1:
            line, seen, inner = after, after, None
        if inner is None and (found := _INNER.search(text, seen, start)):
            inner = found.start()
        seen = start
        before_field = _ANY_FIELD.match(text, stop)
        if text.startswith("%", line):
            continue
        if _NO_MUSIC.match(match[0]) and not before_field:
            continue
        ends_line = False
        if inner is not None and stop < len(text) and text[stop] != "\n" and _BLOCK.match(match[0]):
            if _TEXT_FIELD.match(text, inner, start) and not before_field:
                continue
            ends_line = True
        yield start, stop, "\n" if ends_line else ""
        if ends_line:
            line, seen, inner = stop, stop, None


def forum_tags(text: str) -> Iterator[Edit]:
    """Remove the tags and fences with which Markdown and forums enclose a tune."""
    return ((*match.span(), "") for match in find_all(_FORUM_TAG, text))


def entities(text: str) -> Iterator[Edit]:
    """Replace the entities of web pages in music and settings; the reader of text fields does so itself."""
    if ";" not in text:
        return
    for start, line in lines_of(text):
        if "&" in line and not is_text(line):
            for match in _ENTITY.finditer(line):
                entity = f"&{match[1]};"
                character = html.unescape(entity)
                if character != entity and not _NOTE_LETTERS.issuperset(match[1]):
                    character = UNUSUAL_SPACES.sub(" ", character).replace("\r", "")
                    yield start + match.start(), start + match.end(), character
