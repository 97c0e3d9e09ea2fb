"""Notes as written: reads the text of a note, such as ``^c'3/2``, into what it says."""

import re
from functools import lru_cache
from typing import NamedTuple

from model.abc.key import ACCIDENTALS

_NOTE = re.compile(
    r"(?P<accidental>\^\^?|__?|=(?:3D)?[\^_]?|)(?P<micro>[0-9]{0,3}/[0-9]{0,3})?"
    r"(?P<letter>[A-Ga-g])(?P<octave>[,']*)(?P<length>[0-9]*/*[0-9]*)"
)
_HEIGHTS = dict(zip("CDEFGABcdefgab", (60, 62, 64, 65, 67, 69, 71, 72, 74, 76, 77, 79, 81, 83), strict=True))
_LONGEST_REMEMBERED = 40  # characters; longer texts are garbage and would fill the cache


class WrittenNote(NamedTuple):
    """What the text of a note says.

    Attributes
    ----------
    alter : semitones by which its accidental alters it; None without an accidental
    is_micro : whether the accidental is a microtone, which is read as the plain accidental
    letter : in upper case
    height : MIDI number of letter and octave alone; "C" is 60, "c" and "C'" are 72
    name : letter and octave as written
    length : as written (see `model.abc.length.read_length`)
    """

    alter: int | None
    is_micro: bool
    letter: str
    height: int
    name: str
    length: str


def read_note(text: str) -> WrittenNote:
    """Read the text of a note. Raises ValueError if it is not a note."""
    # A tune repeats the same few texts.
    return _read_cached(text) if len(text) <= _LONGEST_REMEMBERED else _read(text)


def _read(text: str) -> WrittenNote:
    match = _NOTE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:20]!r} is not a note")
    accidental, micro, letter, octave, length = match.groups()
    # Mail programs wrote "=3D" for "="; "=^" is a plain sharp.
    alter = ACCIDENTALS[accidental.removeprefix("=3D").lstrip("=") or "="] if accidental else None
    height = _HEIGHTS[letter] + 12 * (octave.count("'") - octave.count(","))
    return WrittenNote(alter, micro is not None, letter.upper(), height, letter + octave, length)


_read_cached = lru_cache(maxsize=4096)(_read)
