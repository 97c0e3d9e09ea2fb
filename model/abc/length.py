"""Time: whole-number ticks, written note lengths, and metres."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

TICKS = 2**10 * 3**2 * 5 * 7 * 11 * 13
"""Ticks in a quarter note.

Counting time in whole ticks makes sums exact and additions cheap, for notes down to 1/4096 and for tuplets of
3, 5, 6, 7, 9, 10, 11, 12 and 13. Lengths that fall between ticks are rounded.
"""

_LENGTH = re.compile(r"([0-9]*)(/*)([0-9]*)")
_METER = re.compile(r"(?<![0-9])([0-9]{1,3}(?:\+[0-9]{1,3}){0,15})\)?/([0-9]{1,3})(?![0-9])")
_UNIT = re.compile(r"([0-9]{1,3})(?:/([0-9]{1,4}))?(?![0-9])")
_SPACE = re.compile(r"\s+")
LONGEST_NUMBER = 10**12 - 1
"""The largest number that a length may contain."""

_EIGHTH, _SIXTEENTH, _THREE_QUARTERS = Fraction(1, 8), Fraction(1, 16), Fraction(3, 4)
_DIGITS = 12
_SLASHES = 9


@lru_cache(maxsize=4096)
def read_length(text: str) -> tuple[int, int] | None:
    """Read the length after a note, such as ``2``, ``/``, ``//`` or ``3/2`` (ABC 2.1, 4.3).

    Returns
    -------
    Numerator and denominator, or None if one of them is zero or the text is implausibly long.
    """
    match = _LENGTH.fullmatch(text)
    if match is None or len(match[1]) > _DIGITS or len(match[2]) > _SLASHES or len(match[3]) > _DIGITS:
        return None
    numerator = int(match[1] or 1)
    slashes = len(match[2])
    denominator = int(match[3]) << (slashes - 1) if match[3] else 1 << slashes
    return (numerator, denominator) if numerator and denominator else None


@lru_cache(maxsize=4096)
def quarters(ticks: int) -> Fraction:
    """Convert ticks to quarter notes."""
    return Fraction(ticks, TICKS)


@dataclass(frozen=True, slots=True)
class Meter:
    """A metre.

    Attributes
    ----------
    name : such as "4/4", "2+3+2/8" or "none"; "" if not declared
    whole : length of a bar as a fraction of a whole note; None without a metre
    compound : whether beats divide by three; decides the meaning of tuplets such as ``(2`` (ABC 2.1, 4.13)
    """

    name: str
    whole: Fraction | None
    compound: bool

    @property
    def unit(self) -> Fraction:
        """The default unit note length without ``L:``: 1/16 below 3/4, else 1/8 (ABC 2.1, 3.1.7)."""
        return _SIXTEENTH if self.whole is not None and self.whole < _THREE_QUARTERS else _EIGHTH


NO_METER = Meter("", None, False)


@lru_cache(maxsize=256)
def read_meter(text: str) -> Meter | None:
    """Read an ``M:`` field (ABC 2.1, 3.1.6); return None if it is unreadable."""
    word = text.strip().lower()
    if word in {"c", "c|"}:
        return Meter("4/4" if word == "c" else "2/2", Fraction(1), False)
    if word in {"", "none", "free"}:
        return Meter("none" if word else "", None, False)
    match = _METER.search(_SPACE.sub("", text))
    if match is None:
        return None
    beats = [int(beat) for beat in match[1].split("+")]
    value = int(match[2])
    if not value or not sum(beats):
        return None
    name = f"{'+'.join(map(str, beats))}/{value}"
    return Meter(name, Fraction(sum(beats), value), len(beats) == 1 and beats[0] in {6, 9, 12})


@lru_cache(maxsize=256)
def read_unit(text: str) -> Fraction | None:
    """Read an ``L:`` field (ABC 2.1, 3.1.7); return None if it is unreadable."""
    match = _UNIT.match(_SPACE.sub("", text))
    if match is None:
        return None
    numerator, denominator = int(match[1]), int(match[2] or 1)
    if not numerator or not denominator or 4 * TICKS * numerator % denominator:
        return None
    return Fraction(numerator, denominator)
