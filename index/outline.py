"""The outline of a tune: its metre, its whole bars and its parts, for words about them."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from model.abc import Bar, Tune
from model.grams import MAX_NOTES

_SHORTEST_PART = 3  # bars; a shorter stretch between repeat signs is an upbeat or an ending
_HALVED = (8, 16, 32)  # bars of a tune without repeat signs that has two halves


class Outline(NamedTuple):
    """How a tune is laid out. A bar is whole if it is longer than half a usual bar: an upbeat is not.

    Attributes
    ----------
    meter : the metre that it declares, or ""
    bar : length of its usual bar, in quarter notes
    bars : numbers of its whole bars with notes, among its first `MAX_NOTES` notes
    first, last : the lowest and the highest of these; 0 without any
    parts : number of the bar that begins each part; the halves of a tune of 8, 16 or 32 bars without repeat
        signs; empty if there are not two parts
    noun : "part", or "half" if only the number of bars tells
    counted : what `bars` are called: "bars", or "full bars" if the tune has others, such as upbeats
    """

    meter: str
    bar: float
    bars: frozenset[int]
    first: int
    last: int
    parts: tuple[int, ...]
    noun: str
    counted: str

    @classmethod
    def of(cls, tune: Tune) -> "Outline":
        """The outline of a tune."""
        sounding = [bar for bar in tune.bars if bar.first < min(bar.last, MAX_NOTES)]
        if not sounding:
            return cls(tune.meter, 0.0, frozenset(), 0, 0, (), "part", "bars")
        lengths = [bar.duration.numerator / bar.duration.denominator for bar in sounding]
        usual = Counter(lengths).most_common(1)[0][0]
        whole = [bar for bar, length in zip(sounding, lengths, strict=True) if 2 * length > usual]
        bars = tuple(bar.number for bar in whole)
        parts, noun = _repeated_parts(whole), "part"
        if not parts and len(bars) in _HALVED:
            parts = (bars[0], bars[len(bars) // 2])
            noun = "part" if len(bars) < _HALVED[-1] else "half"
        counted = "bars" if len(bars) == len(tune.bars) else "full bars"
        return cls(tune.meter, usual, frozenset(bars), bars[0], bars[-1], parts, noun, counted)


def _repeated_parts(bars: Sequence[Bar]) -> tuple[int, ...]:
    """Numbers of the bars that begin a part, according to the repeat signs; empty without two parts."""
    parts, ended = [bars[0].number], False
    for index, bar in enumerate(bars):
        # The last ending of a part follows its last repeat sign.
        begins = bar.opens_repeat or (ended and not bar.endings)
        if begins and index and bar.number - parts[-1] >= _SHORTEST_PART:
            parts.append(bar.number)
        ended = (ended and bool(bar.endings)) or bar.closes_repeat
    return tuple(parts) if len(parts) > 1 else ()
