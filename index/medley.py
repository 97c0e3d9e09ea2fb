"""Medleys: which known tunes a long query consists of, and where each of them begins and ends.

The setting that is likeliest for a whole medley is usually one of its tunes, and matches only a stretch of
the query. This stretch is ranked by itself. Then the same is done with what is left before and after it, and
so on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody, align
from index.ranking import RankedTitles
from model.abc import Tune
from model.abc.variation import cut
from model.grams import MAX_NOTES

# Fewest notes of a part. Of the settings of the books, one in 400 has fewer.
_PART = 40
# Fewest notes of a medley. Of the settings of the books, one in four has more.
_MEDLEY = 120
_MOST_PASSAGES = 8  # looked at; each is ranked at most twice
# A part has the whole tune, or nearly, when it has the first share of the notes of its setting, each once;
# one strain of two is less. Or when the second share occurs anywhere in it: a setting may write out repeats.
_WHOLE, _OCCURRING = 0.6, 0.9
_MATCHING = 0.6  # share of a part's notes that match its setting
_SAME = 0.7  # share of a part's notes that match a setting of the same melody
_AT_SECTION = 2.5  # matching notes that a boundary is worth at a repeat sign or a change of metre

Pairs = Sequence[tuple[int, int]]
Matches = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FoundPart:
    """A stretch of the query that is a tune of the catalogue.

    Attributes
    ----------
    first, last : its notes are ``tune.notes[first:last]``
    title, setting : their numbers in the catalogue
    confidence : probability that the title is right, 0 to 1
    """

    first: int
    last: int
    title: int
    setting: int
    confidence: float


class Medley:
    """A query that may be a medley.

    Parameters
    ----------
    tune : the query
    rank : the most likely titles of a tune
    melody_of : the melody of a setting, by its number

    Attributes
    ----------
    unsearched : the first note of what `parts` did not look at, because the medley is long; or None
    """

    def __init__(
        self, tune: Tune, rank: Callable[[Tune], RankedTitles], melody_of: Callable[[int], Melody]
    ) -> None:
        self._tune, self._rank, self._melody_of = tune, rank, melody_of
        self._notes = min(len(tune.notes), MAX_NOTES)
        self._pairs = cache(self._align)
        self.unsearched: int | None = None

    def parts(self, whole: RankedTitles, matching: Pairs | None) -> list[FoundPart]:
        """The tunes of the medley, in the order of the query; none if the query is a single tune.

        Each tune is known, and the query has all of it or nearly so. It costs nothing if the query is too
        short for two tunes, and next to nothing if one setting matches all of it.

        Parameters
        ----------
        whole : the most likely titles of the query
        matching : pairs of notes that match in the query and in the setting of its likeliest title, in the
            order of the query (`index.alignment.Alignment.notes`); None if that title has no setting
        """
        if self._notes < _MEDLEY or whole.likeliest is None:
            return []
        if matching is None:
            matches = self._matches(0, self._notes, whole.likeliest)
        else:
            matches = _flags(self._notes, matching)
        first, last = _densest(matches)
        if max(first, self._notes - last) < _PART:
            return []
        parts = self._joined(self._search(first, last))
        if all(self._is_same(parts[0], part) for part in parts):
            return []
        return self._with_boundaries(parts)

    def _search(self, first: int, last: int) -> list[FoundPart]:
        """The parts in order, those of one melody not joined. A setting matches `first` to `last` best."""
        parts = []
        start, stop, ranked = 0, self._notes, None
        waiting: list[tuple[int, int]] = []
        for _ in range(_MOST_PASSAGES):
            if last - first < _PART:
                middle = (start + stop) // 2
                rest = [(start, middle), (middle, stop)]
            else:
                # What surrounds a tune makes it less likely.
                if ranked is None or 10 * (last - first) < 9 * (stop - start):
                    ranked = self._rank(cut(self._tune, first, last - first))
                if part := self._part(start, stop, ranked):
                    parts.append(part)
                    first, last = part.first, part.last
                rest = [(start, first), (last, stop)]
            waiting += [(start, stop) for start, stop in rest if stop - start >= _PART]
            if not waiting:
                break
            start, stop = max(waiting, key=lambda passage: passage[1] - passage[0])
            waiting.remove((start, stop))
            ranked = self._rank(cut(self._tune, start, stop - start))
            first, last = start, start
            if ranked.likeliest is not None:
                first, last = _densest(self._matches(start, stop, ranked.likeliest), start)
        else:
            self.unsearched = min([start, *(passage[0] for passage in waiting)])
        return sorted(parts, key=lambda part: part.first)

    def _part(self, start: int, stop: int, ranked: RankedTitles) -> FoundPart | None:
        """The stretch of the notes `start` to `stop` that is the likeliest title, if known and whole."""
        best = ranked.titles[0]
        if not ranked.known or best.setting is None:
            return None
        first, last = _densest(self._matches(start, stop, best.setting), start)
        pairs = [
            (note, other)
            for note, other in self._pairs(start, stop, best.setting)
            if first <= note + start < last
        ]
        if last - first < _PART or len(pairs) < _MATCHING * (last - first):
            return None
        if not _is_whole(self._passage(first, last), self._melody_of(best.setting), pairs):
            return None
        return FoundPart(first, last, best.title, best.setting, min(best.confidence, 1.0))

    def _joined(self, parts: Sequence[FoundPart]) -> list[FoundPart]:
        """The parts, neighbours that have the same melody joined."""
        joined = [*parts[:1]]
        for part in parts[1:]:
            before = joined[-1]
            if part.first - before.last < _PART and self._is_same(before, part):
                surer = max(before, part, key=lambda each: each.confidence)
                joined[-1] = replace(surer, first=before.first, last=part.last)
            else:
                joined.append(part)
        return joined

    def _is_same(self, one: FoundPart, other: FoundPart) -> bool:
        return one.title == other.title or any(
            self._matches(part.first, part.last, setting).mean() >= _SAME
            for part, setting in ((one, other.setting), (other, one.setting))
        )

    def _with_boundaries(self, parts: Sequence[FoundPart]) -> list[FoundPart]:
        """The parts, each from the beginning of a bar to the end of one.

        Fewer than `_PART` notes between two parts, or outside of them, belong to a part.
        """
        starts = self._bar_starts()
        firsts, lasts = [part.first for part in parts], [part.last for part in parts]
        firsts[0] = 0 if firsts[0] < _PART else _nearest(starts, firsts[0])
        lasts[-1] = self._notes if self._notes - lasts[-1] < _PART else _nearest(starts, lasts[-1])
        for index, (before, after) in enumerate(pairwise(parts)):
            if after.first - before.last < _PART:
                lasts[index] = firsts[index + 1] = self._boundary(before, after, starts)
            else:
                lasts[index] = _nearest(starts, before.last)
                firsts[index + 1] = _nearest(starts, after.first)
        return [
            replace(part, first=first, last=last)
            for part, first, last in zip(parts, firsts, lasts, strict=True)
        ]

    def _boundary(self, before: FoundPart, after: FoundPart, starts: dict[int, bool]) -> int:
        """The note that begins `after`. Before it, the most notes match `before`, and from it on `after`."""
        first, last = before.first, after.last
        ends = np.cumsum(self._matches(first, last, before.setting))
        begins = np.cumsum(self._matches(first, last, after.setting)[::-1])[::-1]
        notes = [note for note in starts if first < note < last] or range(first + 1, last)
        return max(
            notes,
            key=lambda note: (
                ends[note - first - 1] + begins[note - first] + _AT_SECTION * starts.get(note, False)
            ),
        )

    def _bar_starts(self) -> dict[int, bool]:
        """The first note of each bar, and whether a section begins there."""
        starts, before = {}, None
        for bar in self._tune.bars:
            if bar.first < bar.last:
                starts[bar.first] = before is not None and (bar.opens_repeat or before.closes_repeat)
                before = bar
        return starts

    def _align(self, first: int, last: int, setting: int) -> Pairs:
        """Pairs of matching notes: number among the notes `first` to `last`, number in a setting."""
        return align(self._passage(first, last), self._melody_of(setting)).notes

    def _matches(self, first: int, last: int, setting: int) -> Matches:
        """Whether each of the notes `first` to `last` matches a note of a setting. shape = (last - first,)"""
        return _flags(last - first, self._pairs(first, last, setting))

    @cached_property
    def _melody(self) -> Melody:
        return Melody.of(self._tune)

    def _passage(self, first: int, last: int) -> Melody:
        pitches, spans, bars = self._melody
        return Melody(pitches[first:last], spans[first:last], bars[first:last])


def _is_whole(part: Melody, setting: Melody, pairs: Pairs) -> bool:
    """Whether a part has nearly all of a setting. `pairs` are the notes of the two that match."""
    if len({other for _, other in pairs}) >= _WHOLE * len(setting.pitches):
        return True
    return len(align(setting, part).notes) >= _OCCURRING * len(setting.pitches)


def _flags(notes: int, matching: Pairs) -> Matches:
    flags = np.zeros(notes, bool)
    flags[[note for note, _ in matching]] = True
    return flags


def _densest(matches: Matches, offset: int = 0) -> tuple[int, int]:
    """The stretch with the most matching notes less those that do not match: its first note and its end."""
    sums = np.concatenate([[0], np.cumsum(np.where(matches, 1, -1))])
    end = int((sums - np.minimum.accumulate(sums)).argmax())
    return offset + int(sums[: end + 1].argmin()), offset + end


def _nearest(starts: dict[int, bool], note: int) -> int:
    """The first note of a bar that is nearest to a note, or this note if there are no bars."""
    return min(starts, key=lambda start: abs(start - note), default=note)
