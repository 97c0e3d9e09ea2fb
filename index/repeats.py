"""Repeats that are written out: parts of a melody that follow what they are copies of."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from index.alignment import Melody

_SHORTEST = 4  # bars; of a part. Fewer outside the ranges are endings or upbeats
_SAME = 0.8  # share of the bars of a part that its copy has unchanged, as endings differ


def are_repeats(melody: Melody, inside: Sequence[tuple[int, int]]) -> bool:
    """Whether the parts of a melody outside some ranges of bars are repeats, note for note.

    All bars of a part must be as far from their copies, and as many bars as this distance must have copies
    at it: in A A B, each bar of the first A has a copy. One bar in five may differ, and so may the upbeat, 0.

    Parameters
    ----------
    inside : first and last bar of each range
    """
    edges = (np.flatnonzero(np.diff(melody.bars)) + 1).tolist()
    numbers = melody.bars[[0, *edges]].tolist()
    bounds = pairwise([0, *edges, len(melody.pitches)])
    bars = [melody.pitches[start:end].tobytes() for start, end in bounds]
    places: dict[bytes, list[int]] = defaultdict(list)
    for place, bar in enumerate(bars):
        places[bar].append(place)
    parts: list[list[int]] = [[]]
    for place, number in enumerate(numbers):
        if not number or any(first <= number <= last for first, last in inside):
            parts.append([])
        else:
            parts[-1].append(place)
    parts = [part for part in parts if len(part) >= _SHORTEST]

    def repeats(part: list[int]) -> bool:
        distances = Counter(
            distance for place in part for distance in {abs(place - copy) for copy in places[bars[place]]}
        )
        del distances[0]
        return any(
            common >= _SAME * len(part) and _is_written_twice(bars, distance, part)
            for distance, common in distances.items()
        )

    return bool(parts) and all(map(repeats, parts))


def _is_written_twice(bars: Sequence[bytes], distance: int, part: Sequence[int]) -> bool:
    """Whether a part is in passages of `distance` bars that directly follow each other and are the same."""
    same = [bar == other for bar, other in zip(bars, bars[distance:], strict=False)]
    common = [0, *accumulate(same)]
    inside = {
        place
        for start in range(len(common) - distance)
        if common[start + distance] - common[start] >= _SAME * distance
        for place in range(start, start + 2 * distance)
    }
    return inside.issuperset(part)
