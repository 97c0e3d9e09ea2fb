"""Passages: stretches of bars in which a tune and a setting match in the same order."""

from collections.abc import Iterable, Set
from typing import NamedTuple

from index.alignment import Alignment, Melody

Pair = tuple[int, int]

_RATIOS = (1.0, 0.5, 2.0)
_LIKE_RATIO = 0.15  # how far a measured ratio may be from one of these, as a share of it
_FEWEST_STEPS = 3  # bars that a ratio is measured on
_LEAST_SHARE = 0.5  # of the tune's notes and bars that match if bars of the setting have another length
_FEWEST_BARS = 3  # of a passage; fewer match by chance
_DENSE = 0.6  # least share of a passage's bars that match


class Passage(NamedTuple):
    """Bars of a tune that match bars of a setting in the same order.

    Attributes
    ----------
    first, last : numbers of bars of the tune
    there, until : numbers of the bars that they match in the setting
    matches : how many bars of the tune match
    """

    first: int
    last: int
    there: int
    until: int
    matches: int

    @property
    def bars(self) -> int:
        """How many bars it has in the tune."""
        return self.last - self.first + 1

    @property
    def bars_there(self) -> int:
        """How many bars it has in the setting."""
        return self.until - self.there + 1

    def repeats(self, other: "Passage") -> bool:
        """Whether half of it or more matches the same bars of the setting as another."""
        common = min(self.until, other.until) - max(self.there, other.there) + 1
        return 2 * common >= self.bars_there


class Passages(NamedTuple):
    """What of a tune is where in a setting.

    Attributes
    ----------
    matches : how many bars of the tune match
    ratio : bars of the setting to one of the tune: 0.5, 1 or 2; None if another, or if too few bars match
    all : the passages, in the tune's order
    """

    matches: int
    ratio: float | None
    all: tuple[Passage, ...]

    @classmethod
    def find(cls, query: Melody, setting: Melody, alignment: Alignment, bars: Set[int]) -> "Passages":
        """The passages of a tune. Single bars that match elsewhere do not divide them.

        Parameters
        ----------
        bars : numbers of the bars of the tune that count
        """
        if not bars or not alignment.notes or setting.bars[0] < 0:
            return cls(0, None, ())
        if len(bars) == 1:
            return cls(0, None, _run_of_notes(query, setting, alignment))
        pairs = [pair for pair in alignment.bars if pair[0] in bars]
        passages = _passages(pairs, 1, len(bars))
        ratio = _ratio(passages)
        if ratio != 1 and len(alignment.notes) < _LEAST_SHARE * len(query.pitches):
            ratio = None
        elif ratio != 1:
            # Bars of another length do not match as a whole, but their first notes tell the places.
            here, there = query.bars.tolist(), setting.bars.tolist()
            first: dict[int, int] = {}
            for note, other in alignment.notes:
                first.setdefault(here[note], there[other])
            by_notes = [pair for pair in first.items() if pair[0] in bars]
            ratio = _ratio(_passages(by_notes, 1, len(bars)))
            if ratio in (0.5, 2):
                scaled = [
                    each for each in _passages(by_notes, ratio, len(bars)) if each.matches > _FEWEST_BARS
                ]
                if sum(passage.matches for passage in scaled) >= _LEAST_SHARE * len(bars):
                    return cls(len(pairs), ratio, tuple(scaled))
            ratio = None
        return cls(len(pairs), ratio, passages)

    def once(self) -> list[Passage]:
        """The passages without those that match bars of the setting that a longer one matches, too."""
        if len(self.all) < 2:
            return list(self.all)
        once: list[Passage] = []
        for passage in sorted(self.all, key=lambda passage: -passage.bars):
            if not any(map(passage.repeats, once)):
                once.append(passage)
        return sorted(once)


def _run_of_notes(query: Melody, setting: Melody, alignment: Alignment) -> tuple[Passage, ...]:
    """The passage of a tune without bar lines, if most of its notes follow each other in the setting."""
    first, last = alignment.notes[0][1], alignment.notes[-1][1]
    fewest = _DENSE * max(len(query.pitches), last - first + 1)
    if last <= first or len(alignment.notes) < fewest:
        return ()
    bar = int(query.bars[0])
    return (Passage(bar, bar, int(setting.bars[first]), int(setting.bars[last]), 1),)


def _ratio(passages: Iterable[Passage]) -> float | None:
    """See `Passages`. The passages have been found as if it were 1."""
    here = there = 0
    for passage in passages:
        here += passage.last - passage.first
        there += passage.until - passage.there
    if here < _FEWEST_STEPS:
        return None
    like = (ratio for ratio in _RATIOS if abs(there / here - ratio) <= _LIKE_RATIO * ratio)
    return next(like, None)


def _passages(pairs: Iterable[Pair], ratio: float, bars: int) -> tuple[Passage, ...]:
    passages = _joined([[bar, bar, other, other, 1] for bar, other in pairs], ratio)
    for fewest in range(2, min(_FEWEST_BARS, bars) + 1):
        kept = [passage for passage in passages if passage[-1] >= fewest]
        if len(kept) < len(passages):
            passages = _joined(kept, ratio)
    return tuple(
        Passage(first, last, there, until, matches)
        for first, last, there, until, matches in passages
        if matches >= _DENSE * (last - first + 1)
    )


def _joined(passages: Iterable[list[int]], ratio: float) -> list[list[int]]:
    """Join neighbours that go on in the setting as in the tune, give or take a bar: one may count an upbeat.

    The passages have the attributes of `Passage`, as lists, because there is one for each bar at first.
    """
    drift = min(ratio, 1)
    joined: list[list[int]] = []
    before = [0, 0, 0, 0, 0]
    for passage in passages:
        first, last, there, until, matches = passage
        expected = before[3] + ratio * (first - before[1])
        if joined and before[3] <= there and -drift <= there - expected <= drift:
            before[1] = last
            before[3] = until
            before[4] += matches
        else:
            joined.append(passage)
            before = passage
    return joined
