"""Values of MusicXML's elements: times, endings, pitches. Whatever is impossible is read as missing."""

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

from model.abc.length import TICKS

_NUMBER = re.compile(r"\s*(-?)([0-9]{1,9})(?:\.([0-9]{0,6})[0-9]*)?\s*")
_BEATS = re.compile(r"\s*[0-9]{1,3}(?:\s*\+\s*[0-9]{1,3}){0,15}\s*")
_TYPES = ("maxima", "long", "breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th")
_LONGEST = 32  # quarter notes of a maxima
_QUARTERS = {name: Fraction(_LONGEST, 2**power) for power, name in enumerate(_TYPES)}
_MOST_DOTS = 4
_CLOSE = Fraction(1, 16)  # by how much a duration may differ from that of its symbol, as a share
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_PITCHES = range(128)
_MOST_ENDINGS = 32


def number(element: Element | None, path: str) -> Fraction | None:
    """The number below an element; None if there is none. Digits after the sixth decimal do not count."""
    match = _NUMBER.fullmatch(element.findtext(path, "")[:40]) if element is not None else None
    if match is None:
        return None
    sign, whole, decimals = match.groups(default="")
    return Fraction(int(f"{sign}{whole}{decimals}"), 10 ** len(decimals))


def whole_number(element: Element | None, path: str) -> int:
    """The number below an element without its decimals; 0 if there is none."""
    return int(number(element, path) or 0)


def ticks(element: Element, divisions: Fraction) -> int:
    """How long a note, a `backup` or a `forward` is, in ticks.

    The symbol of a note in a tuplet is more exact than its duration, which some programs round.

    Parameters
    ----------
    divisions : of a quarter note
    """
    duration = (number(element, "duration") or Fraction(0)) / divisions
    tuplet = element.find("time-modification")
    if duration <= 0 or tuplet is not None:
        written = _written(element, tuplet)
        if duration <= 0 or abs(written - duration) <= _CLOSE * duration:
            duration = written
    return round(duration * TICKS)


def _written(note: Element, tuplet: Element | None) -> Fraction:
    """How long the symbol of a note is, in quarter notes; 0 if it has none."""
    length = _QUARTERS.get(note.findtext("type", "").strip(), Fraction(0))
    dots = min(len(note.findall("dot")), _MOST_DOTS)
    length *= 2 - Fraction(1, 2**dots)
    actual, normal = number(tuplet, "actual-notes"), number(tuplet, "normal-notes")
    return length * normal / actual if actual and normal and min(actual, normal) > 0 else length


def pitch(note: Element, shift: int) -> int | None:
    """The MIDI number of a note, `shift` semitones higher than written; None if it has no usable pitch."""
    element = note.find("pitch")
    octave = number(element, "octave")
    step = _STEPS.get(element.findtext("step", "").strip()) if element is not None else None
    if step is None or octave is None:
        return None
    alter = number(element, "alter") or Fraction(0)
    semitones = int(alter) if alter.denominator == 1 else (1 if alter > 0 else -1)  # microtones as in ABC
    height = 12 * (int(octave) + 1) + step + semitones + shift
    return height if height in _PITCHES else None


def meter(time: Element) -> str:
    """The metre as ABC names it; "" for music without one."""
    beats, kind = time.findtext("beats", ""), time.findtext("beat-type", "").strip()
    if not _BEATS.fullmatch(beats[:100]) or not (kind.isascii() and kind.isdigit() and len(kind) <= 3):
        return ""
    return f"{''.join(beats.split())}/{kind}" if int(kind) else ""


def endings(ending: Element) -> tuple[int, ...]:
    """The repetitions in which a variant ending is played."""
    found = re.findall(r"[0-9]{1,2}", ending.get("number", "")[:100])
    return tuple(int(times) for times in found[:_MOST_ENDINGS] if int(times))
