"""Divides the time of a MIDI file into bars."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from model.abc import Bar
from model.abc.length import TICKS, quarters
from model.conversion import MOST_BARS
from model.midi.events import Times

Meter = tuple[int, int, int]
"""Onset in ticks of the ABC reader, beats, kind of beat."""


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
