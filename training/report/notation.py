"""Writes bars of a tune as ABC for people to read, with beams over beats and triplets as triplets.

Each bar is a text of its own, so whoever draws them decides how many make a line.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from model.abc import Bar, Note, Tune, note_ranges, read_tune, write
from model.abc.variation import unnamed

_NOTE = re.compile(r"([_^=]*[A-Ga-g][,']*)(\d*)(?:/(\d+))?")
_LONGEST_TUPLET = 6  # notes
_QUARTER = Fraction(1)


@dataclass(frozen=True)
class WrittenBar:
    """A bar as ABC, with its bar line.

    Attributes
    ----------
    abc : the text
    marked : offsets of its marked notes in the text
    """

    abc: str
    marked: list[int]


@dataclass(frozen=True)
class Written:
    """Some bars of a tune.

    Attributes
    ----------
    head : the fields that stand before the bars
    bars : the bars
    has_upbeat : whether the first is an upbeat
    """

    head: str
    bars: list[WrittenBar]
    has_upbeat: bool


def write_bars(tune: Tune, first: int, count: int, marked: Collection[int] = ()) -> Written:
    """Write at most `count` bars, and an upbeat before them.

    Parameters
    ----------
    tune : as it was read; it has bars
    first : index of the first in `Tune.bars`
    marked : indices of `Tune.notes`
    """
    has_upbeat = tune.bars[first].number == 0
    bars = [_bar(tune, bar, marked) for bar in tune.bars[first : first + count + has_upbeat]]
    head = write(replace(_plain(tune), notes=(), bars=()))
    return Written(head.strip() + "\n", bars, has_upbeat)


def _plain(tune: Tune) -> Tune:
    """Without words, and without a rhythm, which would be printed above the notes."""
    return replace(unnamed(tune), number=1, rhythm="", warnings=())


def _bar(tune: Tune, bar: Bar, marked: Collection[int]) -> WrittenBar:
    """Write one bar. A note that is tied from or to another bar has only its part in this one."""
    end = bar.onset + bar.duration
    notes, is_marked = [], []
    for number in range(max(bar.first - 1, 0), bar.last):  # the note before may be tied over
        note = tune.notes[number]
        start, stop = max(note.onset, bar.onset), min(note.onset + note.duration, end)
        if start < stop:
            notes.append(replace(note, onset=start - bar.onset, duration=stop - start, bar=0))
            is_marked.append(number in marked)
    alone = Bar(1, Fraction(0), bar.duration, 0, len(notes), False, False, ())
    text = write(replace(_plain(tune), notes=tuple(notes), bars=(alone,))).splitlines()[-1]
    # An upbeat ends with a beat; any other bar begins with one.
    phase = Fraction(0) if bar.number else -bar.duration
    abc, starts = _joined(text.removesuffix("]"), notes, beat_of(tune.meter), phase)
    return WrittenBar(abc, [start for start, is_set in zip(starts, is_marked, strict=True) if is_set])


def _joined(text: str, notes: Sequence[Note], beat: Fraction, phase: Fraction) -> tuple[str, list[int]]:
    """The text of a bar with beams and triplets, and where each note begins in it."""
    head = "K:none\n"
    if not notes:
        return text, []
    ranges = [
        (start - len(head), end - len(head))
        for start, end in note_ranges(head + text, read_tune(head + text))
    ]
    tuplets = dict(_tuplets(notes))
    pieces, starts, written, length = [], [], 0, 0
    in_tuplet = 0
    for number, (start, end) in enumerate(ranges):
        gap = text[written:start]
        if number and gap == " " and _share_a_beam(notes[number - 1], notes[number], beat, phase):
            gap = ""
        token = text[start:end]
        if number in tuplets:
            in_tuplet = tuplets[number]
            gap += "(3" if in_tuplet == 3 else f"(3:2:{in_tuplet}"
        if in_tuplet:
            token = _lengthened(token)
            in_tuplet -= 1
        starts.append(length + len(gap))
        pieces += [gap, token]
        length += len(gap) + len(token)
        written = end
    return "".join((*pieces, text[written:])), starts


def _share_a_beam(first: Note, second: Note, beat: Fraction, phase: Fraction) -> bool:
    is_short = max(first.duration, second.duration) < _QUARTER
    return is_short and (first.onset + phase) // beat == (second.onset + phase) // beat


def _tuplets(notes: Sequence[Note]) -> Iterator[tuple[int, int]]:
    """The first note of each group of triplets, and how many notes the group has."""
    first, total = 0, Fraction(0)
    for number, note in enumerate(notes):
        if total == 0:
            first = number
        total += note.duration
        if total.denominator % 3:
            if number > first and number - first < _LONGEST_TUPLET:
                yield first, number - first + 1
            total = Fraction(0)


def _lengthened(token: str) -> str:
    """A note of a triplet with the length that stands after `(3`."""
    match = _NOTE.fullmatch(token)
    if match is None:
        return token
    name, numerator, denominator = match.groups()
    length = Fraction(int(numerator or 1), int(denominator or 1)) * Fraction(3, 2)
    return name + ("" if length == 1 else str(length))


def beat_of(meter: str) -> Fraction:
    """How long notes are joined by a beam, in quarter notes."""
    count, _, unit = meter.partition("/")
    if not (count.isdecimal() and unit.isdecimal() and int(unit)):
        return _QUARTER
    if unit == "8" and int(count) % 3 == 0:
        return _QUARTER * 3 / 2
    return 2 * _QUARTER if meter in ("4/4", "2/2") else _QUARTER
