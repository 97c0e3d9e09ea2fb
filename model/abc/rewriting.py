"""Rewritings of a tune: the same music as another editor might print it, with correct bars."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from model.abc import Bar, Note, Tune
from model.abc.length import read_meter

_PART = 8  # bars of a part that no repeat shows
_LEAD_IN = 7  # semitones: how far an added pickup is from the first note at most
_USUAL = {"2/2": "4/4", "4/8": "2/4"}  # metres that a doubled 2/4 and a halved 4/4 are printed in


def rewritten(tune: Tune, rng: np.random.Generator) -> Tune:
    """Rewrite a tune in one way or in several at once; all combinations are equally likely.

    The ways are `reordered`, `written_out`, `with_other_pickup`, and `doubled` or `halved`. Where a bar is at
    least as long as a whole note, lengths are halved; where it is at most a half note, doubled; else either.
    They also change if nothing else of the combination applies to the tune.
    """
    orders, writes_out, changes_pickup, changes_lengths = rng.integers(1, 2**4) >> np.arange(4) & 1
    makes_longer = rng.random() < 0.5
    original = tune
    if orders:
        tune = reordered(tune, rng)
    if writes_out:
        tune = written_out(tune)
    if changes_pickup:
        tune = with_other_pickup(tune, rng)
    if changes_lengths or tune == original:
        whole = _whole(tune)
        if whole is not None and not 2 < whole < 4:
            makes_longer = whole <= 2
        tune = doubled(tune) if makes_longer else halved(tune)
    return tune


def doubled(tune: Tune) -> Tune:
    """Write every note twice as long, and the metre too: 2/4 becomes 4/4, 6/8 becomes 6/4."""
    return _scaled(tune, Fraction(2))


def halved(tune: Tune) -> Tune:
    """Write every note half as long, and the metre too: 4/4 becomes 2/4, 3/4 becomes 3/8."""
    return _scaled(tune, Fraction(1, 2))


def written_out(tune: Tune) -> Tune:
    """Write the tune as it is played: a repeated part comes again, each time with its own ending."""
    if not tune.bars:
        return tune
    played: list[Bar] = []
    for part in _parts(tune):
        endings = max((max(bar.endings, default=0) for bar in part), default=0)
        times = max(endings, 1 + any(bar.closes_repeat for bar in part))
        for time in range(1, times + 1):
            played += [
                replace(bar, opens_repeat=False, closes_repeat=False, endings=())
                for bar in part
                if not bar.endings or time in bar.endings
            ]
    return _arranged(tune, played)


def reordered(tune: Tune, rng: np.random.Generator) -> Tune:
    """Write the parts in another order.

    A part begins and ends where repeats and endings do. Without repeats, every eight bars are a part, if that
    leaves none over. A tune of one part stays as it is.
    """
    parts = _parts(tune)
    if len(parts) == 1 and tune.bars:
        first = int(tune.bars[0].number == 0)
        starts = range(first, len(tune.bars), _PART)
        if len(starts) > 1 and (len(tune.bars) - first) % _PART == 0:
            parts = [list(tune.bars[start : start + _PART]) for start in starts]
            parts[0][:0] = tune.bars[:first]
    if len(parts) < 2:
        return tune
    order = np.arange(len(parts))
    while np.array_equal(order, np.arange(len(parts))):
        order = rng.permutation(len(parts))
    bars: list[Bar] = []
    for number in order.tolist():
        begin, *rest = parts[number]
        repeats = any(bar.closes_repeat for bar in parts[number])
        bars += [replace(begin, opens_repeat=begin.opens_repeat or repeats), *rest]
    return _arranged(tune, bars)


def with_other_pickup(tune: Tune, rng: np.random.Generator) -> Tune:
    """Leave out the pickup, or begin with one of one or two notes if there is none.

    The notes are a unit long, and have pitches of the tune near its first note. A tune without a metre stays
    as it is.
    """
    whole, unit = _whole(tune), 4 * tune.unit
    if not tune.bars or whole is None:
        return tune
    if tune.bars[0].number == 0:
        rest = _arranged(tune, tune.bars[1:])
        return rest if rest.notes else tune
    first = tune.notes[0]
    near = sorted({note.pitch for note in tune.notes if 0 < abs(note.pitch - first.pitch) <= _LEAD_IN})
    count = int(rng.integers(1, 3))
    if count * unit >= whole:
        return tune
    added = [
        replace(first, onset=i * unit, duration=unit, pitch=int(rng.choice(near or [first.pitch])), bar=0)
        for i in range(count)
    ]
    pickup = Bar(0, Fraction(0), count * unit, 0, count, opens_repeat=False, closes_repeat=False, endings=())
    notes = [replace(note, onset=note.onset + pickup.duration, bar=note.bar + 1) for note in tune.notes]
    bars = [
        replace(bar, onset=bar.onset + pickup.duration, first=bar.first + count, last=bar.last + count)
        for bar in tune.bars
    ]
    return replace(tune, notes=(*added, *notes), bars=(pickup, *bars))


def _scaled(tune: Tune, factor: Fraction) -> Tune:
    notes = (replace(note, onset=note.onset * factor, duration=note.duration * factor) for note in tune.notes)
    bars = (replace(bar, onset=bar.onset * factor, duration=bar.duration * factor) for bar in tune.bars)
    return replace(
        tune,
        meter=_meter(tune.meter, factor),
        unit=tune.unit * factor,
        notes=tuple(notes),
        bars=tuple(bars),
    )


def _meter(meter: str, factor: Fraction) -> str:
    """The metre of bars that are so many times as long, with the same number of beats."""
    beats, slash, value = meter.partition("/")
    if not slash:
        return meter
    beat = factor / int(value)
    name = "+".join(str(int(number) * beat.numerator) for number in beats.split("+")) + f"/{beat.denominator}"
    return _USUAL.get(name, name)


def _whole(tune: Tune) -> Fraction | None:
    """The length of a bar in quarter notes, None without a metre."""
    meter = read_meter(tune.meter)
    return None if meter is None or meter.whole is None else 4 * meter.whole


def _parts(tune: Tune) -> list[list[Bar]]:
    """The bars of each part: from the beginning of a repeat, or the end of the part before."""
    parts = [list(tune.bars[:1])]
    for before, bar in pairwise(tune.bars):
        ends = not bar.endings and (before.closes_repeat or before.endings)
        if bar.opens_repeat or ends:
            parts.append([])
        parts[-1].append(bar)
    return parts


def _arranged(tune: Tune, bars: Sequence[Bar]) -> Tune:
    """The tune with these bars of it, in this order. Where a part ends before a pickup, both make one bar."""
    whole = _whole(tune)
    notes: list[Note] = []
    arranged: list[Bar] = []
    onset = Fraction(0)
    for bar in bars:
        first = len(notes)
        before = arranged[-1] if arranged else None
        if before and before.duration + bar.duration == whole and _continues(before, bar):
            arranged[-1] = replace(before, duration=before.duration + bar.duration)
        else:
            arranged.append(replace(bar, onset=onset, first=first))
        notes += [
            replace(note, onset=note.onset - bar.onset + onset, bar=len(arranged) - 1)
            for note in tune.notes[bar.first : bar.last]
        ]
        arranged[-1] = replace(arranged[-1], last=len(notes))
        onset += bar.duration
    number = int(len(arranged) < 2 or whole is None or arranged[0].duration >= whole)
    # A note that was tied into the bar after it ends where another bar follows.
    ends = [*(note.onset for note in notes[1:]), onset][: len(notes)]
    return replace(
        tune,
        notes=tuple(
            replace(note, duration=min(note.duration, end - note.onset))
            for note, end in zip(notes, ends, strict=True)
        ),
        bars=tuple(replace(bar, number=number + i) for i, bar in enumerate(arranged)),
    )


def _continues(before: Bar, bar: Bar) -> bool:
    """Whether no repeat and no ending separates two bars."""
    return not before.closes_repeat and not bar.opens_repeat and before.endings == bar.endings
