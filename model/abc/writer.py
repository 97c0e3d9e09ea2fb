"""Tunes back to ABC text."""

import re
from collections.abc import Iterator
from fractions import Fraction

from model.abc.key import ACCIDENTALS, read_key
from model.abc.tune import Bar, Note, Tune

_NATURAL = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGN = {alter: sign for sign, alter in ACCIDENTALS.items()}
_SPECIAL = re.compile(r"[\\%]|&(?=[#\w]{2,10};)")
_LONGEST = 64
_BARS_PER_LINE = 4


def write(tune: Tune) -> str:
    """Write a tune as ABC.

    Read again, the text gives the same pitches, onsets and durations, and the same bars. The notes may have
    been replaced since the tune was read: bars are found by time, and gaps between notes become rests.

    Parameters
    ----------
    tune : Tune
        Its notes must be in order and not overlap.

    Returns
    -------
    str
        One tune with header. Without a key it says ``K:none``, and the accidentals are all explicit.

    Raises
    ------
    ValueError
        If notes overlap or are out of order.
    """
    fields = [("X", str(tune.number)), *(("T", title) for title in tune.titles), ("R", tune.rhythm)]
    fields += [("M", tune.meter), ("L", str(tune.unit)), ("K", tune.key or "none")]
    lines = [f"{letter}:{_escape(text)}" for letter, text in fields if text]
    bars = list(_bars(tune))
    for start in range(0, len(bars), _BARS_PER_LINE):
        lines.append(" ".join(bars[start : start + _BARS_PER_LINE]))
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    return " ".join(_SPECIAL.sub(r"\\\g<0>", text).split())


def _bars(tune: Tune) -> Iterator[str]:
    end = max((note.onset + note.duration for note in tune.notes), default=Fraction(0))
    starts = [bar.onset for bar in tune.bars] or [Fraction(0)]
    starts[0] = Fraction(0)
    stops = [*starts[1:], max(end, tune.bars[-1].onset + tune.bars[-1].duration if tune.bars else end)]
    spans = list(_spans(tune.notes, stops[-1]))
    speller = _Speller(tune.key)
    place = 0
    for index, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        words = [_left(tune.bars, index)]
        speller.start_bar()
        while place < len(spans) and spans[place][1] < stop:
            note, onset, finish = spans[place]
            here = min(finish, stop) - max(onset, start)
            held = finish > stop
            pieces = list(_pieces(here / (4 * tune.unit)))
            for count, piece in enumerate(pieces):
                name = speller.spell(note.pitch) if note else "z"
                tie = "-" if note and (held or count + 1 < len(pieces)) else ""
                words.append(f"{name}{piece}{tie}")
            if held:
                break
            place += 1
        words.append(_right(tune.bars, index))
        yield " ".join(word for word in words if word)


def _spans(notes: tuple[Note, ...], end: Fraction) -> Iterator[tuple[Note | None, Fraction, Fraction]]:
    """The notes, and the rests between them, as (note or None, onset, end)."""
    time = Fraction(0)
    for note in notes:
        if note.onset < time:
            raise ValueError(f"the note at {note.onset} begins before the one before it ends, at {time}")
        if note.onset > time:
            yield None, time, note.onset
        time = note.onset + note.duration
        yield note, note.onset, time
    if end > time:
        yield None, time, end


def _pieces(length: Fraction) -> Iterator[str]:
    """A length in units as written lengths, none of them longer than a reader takes."""
    while length > _LONGEST:
        yield str(_LONGEST)
        length -= _LONGEST
    numerator = "" if length.numerator == 1 else str(length.numerator)
    yield numerator if length.denominator == 1 else f"{numerator}/{length.denominator}"


def _left(bars: tuple[Bar, ...], index: int) -> str:
    if index >= len(bars):
        return ""
    bar = bars[index]
    sign = "|:" if bar.opens_repeat else ""
    before = bars[index - 1] if index else None
    begins = bar.endings and (before is None or before.endings != bar.endings or before.closes_repeat)
    return sign + (f"[{','.join(map(str, bar.endings))}" if begins else "")


def _right(bars: tuple[Bar, ...], index: int) -> str:
    if index >= len(bars) - 1:
        return ":|" if index < len(bars) and bars[index].closes_repeat else "|]"
    if bars[index].closes_repeat:
        return ":|"
    return "||" if bars[index].endings and not bars[index + 1].endings else "|"


class _Speller:
    """Names pitches in a key, with an accidental wherever the signature alone would not do."""

    def __init__(self, key: str) -> None:
        found, _ = read_key(key or "none")
        self._signature = found.signature if found else dict.fromkeys(_NATURAL, 0)
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
