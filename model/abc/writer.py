"""Writes tunes as ABC text."""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import lcm

from model.abc.key import ACCIDENTALS, read_key
from model.abc.length import LONGEST_NUMBER
from model.abc.repair.signs import INVISIBLE
from model.abc.tune import Bar, Note, Tune

_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGN = {alter: sign for sign, alter in ACCIDENTALS.items()}
# What the reader would take for an escape, a comment or an entity, or would repair.
_SPECIAL = re.compile(
    rf"[\\%\x80-\x9f{INVISIBLE}]|&(?=[#\w]{{2,31}};)|<(?=[/A-Za-z!])|(?<=\s[A-Zw]):|(?<=\s[A-Zw]\s):"
)
_BARS_PER_LINE = 4


def write(tune: Tune) -> str:
    """Write a tune as ABC.

    Reading the text again gives the same pitches, onsets, durations and bars. The notes may have been
    replaced since the tune was read: they are assigned to bars by time, and gaps between them become rests.

    Parameters
    ----------
    tune : its notes must be in order and must not overlap

    Returns
    -------
    One tune with its header. A tune without a key gets ``K:none`` and has every accidental written out.

    Raises
    ------
    ValueError
        If notes overlap or are out of order.
    """
    fields = [("X", str(tune.number)), *(("T", title) for title in tune.titles), ("R", tune.rhythm)]
    fields += [("M", tune.meter), ("L", str(tune.unit)), ("K", tune.key or "none")]
    lines = [f"{letter}:{escape(text)}" for letter, text in fields if text]
    bars = list(_bars(tune))
    for start in range(0, len(bars), _BARS_PER_LINE):
        lines.append(" ".join(bars[start : start + _BARS_PER_LINE]))
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """The text of a field, written so that the reader reads this text."""
    return " ".join(_SPECIAL.sub(_escape_sign, text).split())


def _escape_sign(match: re.Match[str]) -> str:
    return r"\%" if match[0] == "%" else f"\\u{ord(match[0]):04x}"


def _bars(tune: Tune) -> Iterator[str]:
    parts: tuple[Note | Bar, ...] = (*tune.notes, *tune.bars)
    times = [time for part in parts for time in (part.onset, part.duration)]
    # A quarter note has so many ticks that each time is a whole number of them.
    quarter = lcm(tune.unit.denominator, *{time.denominator for time in times})
    unit = int(4 * quarter * tune.unit)
    starts = [_ticks(bar.onset, quarter) for bar in tune.bars] or [0]
    end = starts[-1] + _ticks(tune.bars[-1].duration, quarter) if tune.bars else 0
    spans = list(_spans(tune.notes, quarter, end))
    starts[0] = 0
    stops = [*starts[1:], spans[-1][2] if spans else 0]
    pieces_of = cache(lambda ticks: list(_pieces(Fraction(ticks, unit))))
    speller = _Speller(tune.key)
    framed = (None, *tune.bars, None, None)
    position = 0
    for index, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        last, bar, following = framed[index : index + 3]
        words = [_bar_line(None, bar) if index == 0 else "", _ending(last, bar)]
        speller.start_bar()
        while position < len(spans) and spans[position][1] < stop:
            pitch, onset, finish = spans[position]
            held = finish > stop
            pieces = pieces_of(min(finish, stop) - max(onset, start))
            for count, piece in enumerate(pieces, 1):
                name = "z" if pitch is None else speller.spell(pitch)
                tie = "-" if pitch is not None and (held or count < len(pieces)) else ""
                words.append(f"{name}{piece}{tie}")
            if held:
                break
            position += 1
        words.append(_bar_line(bar, following))
        yield " ".join(filter(None, words))


def _ticks(time: Fraction, quarter: int) -> int:
    """Convert quarter notes to ticks: integers compare and add up many times faster than fractions."""
    numerator, denominator = time.as_integer_ratio()
    return numerator * (quarter // denominator)


def _spans(notes: tuple[Note, ...], quarter: int, end: int) -> Iterator[tuple[int | None, int, int]]:
    """Yield the notes and the rests between them as (pitch, or None for a rest; onset; end), in ticks."""
    time = 0
    for note in notes:
        onset = _ticks(note.onset, quarter)
        if onset < time:
            ends = Fraction(time, quarter)
            raise ValueError(f"the note at {note.onset} overlaps the note before it, which ends at {ends}")
        if onset > time:
            yield None, time, onset
        time = onset + _ticks(note.duration, quarter)
        yield note.pitch, onset, time
    if end > time:
        yield None, time, end


def _pieces(length: Fraction) -> Iterator[str]:
    """Write a length in units, divided into lengths that the reader accepts."""
    while length.numerator > LONGEST_NUMBER:
        whole = min(int(length), LONGEST_NUMBER)
        yield str(whole)
        length -= whole
    if length:
        numerator = "" if length.numerator == 1 else str(length.numerator)
        yield numerator if length.denominator == 1 else f"{numerator}/{length.denominator}"


def _bar_line(before: Bar | None, after: Bar | None) -> str:
    """Write the bar line between two bars, with their repeat signs."""
    if before is None:
        return "|:" if after is not None and after.opens_repeat else ""
    if before.closes_repeat:
        sign = ":|"
    elif after is None:
        sign = "|]"
    else:
        sign = "||" if before.endings and not after.endings else "|"
    return f"{sign}:" if after is not None and after.opens_repeat else sign


def _ending(before: Bar | None, bar: Bar | None) -> str:
    """Write the sign of the variant ending that begins with a bar, if one does."""
    if bar is None or not bar.endings:
        return ""
    begins = before is None or before.closes_repeat or before.endings != bar.endings
    return f"[{','.join(map(str, bar.endings))}" if begins else ""


class _Speller:
    """Spells pitches in a key, with an accidental wherever the signature does not suffice."""

    def __init__(self, key: str) -> None:
        declared, _ = read_key(key or "none")
        self._signature = declared.signature if declared else dict.fromkeys(_NATURAL, 0)
        flats = sum(self._signature.values()) < 0
        self._names: dict[int, tuple[str, int]] = {}
        for alter in (2, -2, *((1, -1) if flats else (-1, 1)), 0):
            for letter, tone in _NATURAL.items():
                if abs(alter) < 2:
                    self._names[(tone + alter) % 12] = letter, alter
        for letter, alter in self._signature.items():
            self._names[(_NATURAL[letter] + alter) % 12] = letter, alter
        self._touched: set[str] = set()

    def start_bar(self) -> None:
        self._touched.clear()

    def spell(self, pitch: int) -> str:
        letter, alter = self._names[pitch % 12]
        sign = ""
        if alter != self._signature[letter] or letter in self._touched:
            self._touched.add(letter)
            sign = _SIGN[alter]
        octave = (pitch - alter - _NATURAL[letter]) // 12 - 5
        if octave > 0:
            return sign + letter.lower() + "'" * (octave - 1)
        return sign + letter + "," * -octave
