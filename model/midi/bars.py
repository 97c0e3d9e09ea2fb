"""Divides the time of a MIDI file into bars."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from model.abc import Bar
from model.abc.length import TICKS, quarters
from model.conversion import MOST_BARS
from model.deadline import checked
from model.midi.events import Times

Meter = tuple[int, int, int]
"""Onset in ticks of the ABC reader, beats, kind of beat."""


LONGEST_GAP = 32  # bars from the beginning of a note to that of the next, which no tune has


def without_gaps(meters: Sequence[Meter], melody: Sequence[Times]) -> tuple[list[Meter], list[Times], bool]:
    """Metres and melody, with long gaps shortened to `LONGEST_GAP` bars, and whether there were any.

    So the number of bars, and with it the work, follows the size of the file. Notes keep their places within
    bars. What is after the melody is left out.

    Parameters
    ----------
    meters, melody : as for `bars_of`
    """
    meters_left, notes_left = [meters[0]], []
    number, cut = 0, 0  # of the metre in force; ticks so far
    followings = [*(onset for _, onset, _ in melody[1:]), melody[-1][2]]
    for (pitch, onset, end), following in zip(checked(melody), followings, strict=True):
        begin, left = onset - cut, LONGEST_GAP
        while True:
            since, beats, kind = meters[number]
            changes = number + 1 < len(meters) and meters[number + 1][0] <= following
            until = meters[number + 1][0] if changes else following
            length = 4 * TICKS * beats // kind
            bars = max(until - max(onset, since), 0) // length
            cut += max(bars - left, 0) * length
            left = max(left - bars, 0)
            if not changes:
                break
            number += 1
            meters_left.append((until - cut, *meters[number][1:]))
        notes_left.append((pitch, begin, min(end - onset + begin, following - cut)))
    return meters_left, notes_left, cut > 0


def bars_of(meters: Sequence[Meter], melody: Sequence[Times]) -> list[Bar]:
    """The bars from the first note of a melody to its last; at most 8,192. The first may be an upbeat.

    Parameters
    ----------
    meters : in order; the first begins at 0
    melody : in ticks of the ABC reader
    """
    first, end = melody[0][1], melody[-1][2]
    bars: list[Bar] = []
    for (onset, beats, kind), (stop, *_) in pairwise([*meters, (inf, 0, 0)]):
        length = 4 * TICKS * beats // kind
        start = onset + max(first - onset, 0) // length * length
        while start < min(stop, end) and len(bars) < MOST_BARS:
            begin, finish = max(start, first), int(min(start + length, stop))
            if finish > first:
                bars.append(Bar(0, quarters(begin), quarters(finish - begin), 0, 0, False, False, ()))
            start += length
    return bars


def main_meter(meters: Sequence[Meter], end: int) -> str:
    """The metre that is in force for the longest time; not the first, which may be that of an upbeat."""
    spans = [
        (min(stop, end) - onset, f"{beats}/{kind}")
        for (onset, beats, kind), (stop, *_) in pairwise([*meters, (end, 0, 0)])
    ]
    return max(spans, key=lambda span: span[0])[1]
