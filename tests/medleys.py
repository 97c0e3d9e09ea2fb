"""Medleys of tunes, for tests."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from model.abc import Bar, Note, Tune, read_tune, write
from model.abc.variation import ornamented, transposed, unnamed


def medley(*tunes: Tune) -> tuple[str, list[tuple[int, int]]]:
    """Tunes one after another, as one tune in ABC, and the numbers of the first and last bar of each."""
    notes: list[Note] = []
    bars: list[Bar] = []
    times = [Fraction(0)]
    for tune in tunes:
        notes += [replace(note, onset=note.onset + times[-1]) for note in tune.notes]
        bars += [replace(bar, onset=bar.onset + times[-1]) for bar in tune.bars]
        times.append(bars[-1].onset + bars[-1].duration)
    text = write(replace(unnamed(tunes[0]), key="", notes=tuple(notes), bars=tuple(bars)))
    read = read_tune(text)
    number = {note.onset: read.bars[note.bar].number for note in read.notes}
    spans = []
    for start, end in pairwise(times):
        inside = [number for onset, number in number.items() if start <= onset < end]
        spans.append((inside[0], inside[-1]))
    return text, spans


def varied(tune: Tune, semitones: int, seed: int, share: float = 0.1) -> Tune:
    """The tune in another key, with this share of its notes ornamented; it keeps its bars."""
    changed = ornamented(transposed(unnamed(tune), semitones), share, np.random.default_rng(seed))
    return replace(read_tune(write(replace(changed, bars=tune.bars))), key="")
