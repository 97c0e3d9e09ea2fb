"""Transpositions: reads the settings of ``K:`` and ``V:`` that move the sound (ABC 2.1, 4.6)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from model.abc.written import read_note

_OCTAVE = re.compile(r"(?<!\S)octave=([+-]?[0-9])(?!\S)")
_TRANSPOSE = re.compile(r"(?<!\S)(?:transpose|t)=([+-]?[0-9]{1,2})(?!\S)")
_NOTE = r"((?:\^\^?|__?|=)?[A-Ga-g][,']{0,4})"
_SHIFT = re.compile(rf"(?<!\S)(?:shift|sound)={_NOTE}{_NOTE}(?!\S)")
_CLEF = re.compile(
    r"(?<!\S)(?:clef=|(?=treble|bass|alto|tenor|soprano|baritone|mezzo|perc|[+-](?:8|15)))"
    r"[A-Za-z]*[1-5]?(?:([+-])(8|15)(?:v[ab])?)?(?!\S)"
)
_SEMITONES = {"8": "12", "15": "24"}


@lru_cache(maxsize=512)
def read_transpositions(text: str) -> Mapping[str, int]:
    """Read how far each setting of a ``K:`` or ``V:`` field moves the sound.

    The settings are ``octave=``; ``transpose=`` or ``t=``; the octave of a clef such as ``treble-8``, 0 for a
    clef without one; and those of abcm2ps, ``shift=`` and ``sound=``, which name two notes and move the first
    to the second.

    Returns
    -------
    Semitones by setting, without the settings that the field does not have.
    """
    found = {}
    if octave := _OCTAVE.search(text):
        found["octave"] = 12 * int(octave[1])
    if transpose := _TRANSPOSE.search(text):
        found["transpose"] = int(transpose[1])
    if shift := _SHIFT.search(text):
        found["shift"] = _pitch(shift[2]) - _pitch(shift[1])
    if clef := _CLEF.search(text):
        found["clef"] = int(clef[1] + _SEMITONES[clef[2]]) if clef[1] else 0
    return MappingProxyType(found)


def _pitch(text: str) -> int:
    note = read_note(text)
    return note.height + (note.alter or 0)
