"""Text before it is music: bytes to characters, characters to lines, and lines told apart."""

import re

_FIELD = re.compile(r"[ \t]*([A-Zmrsw+]):(?!(?<=[A-GXZ]:)[|:])(.*)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%.*", re.DOTALL)
_NOT_MUSIC = re.compile(
    r'%.*|"[^"]*"|![^!]{0,40}!|\+[^+\s]{1,40}\+|\[[A-Za-z]:[^\[\]]*\]|\{[^{}]*\}', re.DOTALL
)
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN = re.compile(r"[^\W\d_A-Ga-gxyzXZTuvHLMOPS]")
_SOUND = re.compile(r"[A-Ga-gxzXZ]")
_BLOCK_BEGIN = re.compile(r"%%begin(\w+)", re.IGNORECASE)
_BLOCK_END = re.compile(r"%%end(\w+)", re.IGNORECASE)


def decode(data: bytes) -> str:
    """Turn the bytes of an ABC file into text.

    Parameters
    ----------
    data : bytes
        UTF-8, with or without a byte order mark, or else Latin-1 (ABC 2.1, 2.1 and 8.2: older files).

    Returns
    -------
    str
        The text; every byte string has one.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def split_lines(text: str) -> list[str]:
    r"""Split at line feeds, carriage returns or both, and at nothing else.

    ``str.splitlines`` would also split at characters that titles and lyrics may hold, and the line numbers
    would no longer be those of an editor.
    """
    return (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", " ").removeprefix("\ufeff").split("\n")
    )


def blank_text_blocks(lines: list[str]) -> list[str]:
    """Empty the lines of ``%%begintext`` and its like up to their end (ABC 2.1, 2.2.3), as comments.

    Comments rather than blank lines, so that a block inside a tune does not end it.
    """
    kept: list[str] = []
    block = ""
    for line in lines:
        if block:
            end = _BLOCK_END.match(line)
            if end and end[1].lower() == block:
                block = ""
            kept.append("%")
        elif begin := _BLOCK_BEGIN.match(line):
            block = begin[1].lower()
            kept.append("%")
        else:
            kept.append(line)
    return kept


def match_field(line: str) -> tuple[str, str, int] | None:
    """Letter, text without comment, and column of the text, if the line is an information field."""
    match = _FIELD.match(line)
    if match is None:
        return None
    text = _COMMENT.sub("", match[2]).replace("\\%", "%")
    return match[1], text.strip(), match.start(2) + 1


def is_prose(line: str) -> bool:
    """Whether the line is words rather than music: a quarter of its letters mean nothing in music."""
    foreign = _FOREIGN.search(line)
    if foreign is None:
        return False
    rest = _NOT_MUSIC.sub("", line)
    return 4 * len(_FOREIGN.findall(rest)) > len(_LETTER.findall(rest))


def is_music(line: str) -> bool:
    """Whether the line, of which nothing is known, can be read as music."""
    return not is_prose(line) and _SOUND.search(_NOT_MUSIC.sub("", line)) is not None
