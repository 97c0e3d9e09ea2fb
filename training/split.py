"""Splits by tune: what could give a test title away stays on its side.

Titles that share a name, or have a setting whose melody is nearly the same in any key, are one group, and a
group is never divided.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from index.catalogue import Catalogue
from index.titles import title_key
from model.abc import Tune
from model.grams import interval_grams

_HELD_OUT = 0.1  # share of titles, for validation and again for test
_GRAM = 5  # intervals
_SAME_MELODY = 0.3  # share of the smaller melody's grams; unrelated reels of 100 notes share under 0.1
_COMMON = 40  # settings; a gram in more of them tells no melody from another


class SplitError(Exception):
    """Titles that are too few, or hang together too much, to be divided."""


@dataclass(frozen=True)
class Split:
    """Numbers of the catalogue's titles, in order, for each part."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]

    def as_lists(self) -> dict[str, list[int]]:
        """For JSON."""
        return {part: list(titles) for part, titles in asdict(self).items()}


def split_titles(catalogue: Catalogue, tunes: Sequence[Tune], seed: int) -> Split:
    """Divide the titles: about a tenth for validation, a tenth for test, group by group in an order drawn by
    the seed.

    `tunes` are the catalogue's settings, read. The largest group goes to training, whatever the draw. Raises
    SplitError when the groups are too few to fill each part.
    """
    groups = group_titles(catalogue, tunes)
    largest = max(groups, key=len)
    rest = [group for group in groups if group is not largest]
    wanted = int(_HELD_OUT * len(catalogue))
    parts: dict[str, list[int]] = {"test": [], "validation": [], "train": list(largest)}
    for i in np.random.default_rng(seed).permutation(len(rest)):
        part = next((part for part in ("test", "validation") if len(parts[part]) < wanted), "train")
        parts[part] += rest[i]
    for part, titles in parts.items():
        if not titles:
            raise SplitError(f"{len(catalogue)} titles in {len(groups)} groups leave none for {part}")
    return Split(**{part: tuple(sorted(titles)) for part, titles in parts.items()})


def group_titles(catalogue: Catalogue, tunes: Sequence[Tune]) -> list[list[int]]:
    """Titles that must stay on one side of a split, as lists of their numbers."""
    parent = list(range(len(catalogue)))

    def root(title: int) -> int:
        while parent[title] != title:
            parent[title] = parent[parent[title]]
            title = parent[title]
        return title

    for a, b in (*_same_name(catalogue), *_same_melody(catalogue, tunes)):
        parent[root(a)] = root(b)
    groups: dict[int, list[int]] = defaultdict(list)
    for title in range(len(catalogue)):
        groups[root(title)].append(title)
    return list(groups.values())


def _same_name(catalogue: Catalogue) -> Iterator[tuple[int, int]]:
    first: dict[str, int] = {}
    for name, title in zip(catalogue.names, catalogue.title_of_name.tolist(), strict=True):
        yield first.setdefault(title_key(name), title), title


def _same_melody(catalogue: Catalogue, tunes: Sequence[Tune]) -> Iterator[tuple[int, int]]:
    """Titles of settings that share enough interval n-grams, found through an inverted index."""
    settings_with: dict[int, list[int]] = defaultdict(list)  # gram -> settings
    sizes: list[int] = []
    for setting, tune in enumerate(tunes):
        grams = set(interval_grams(tune, _GRAM).tolist())
        shared: Counter[int] = Counter()
        for gram in grams:
            if len(settings_with[gram]) <= _COMMON:
                shared.update(settings_with[gram])
            settings_with[gram].append(setting)
        sizes.append(len(grams))
        for other, count in shared.items():
            if count >= _SAME_MELODY * min(len(grams), sizes[other]):
                yield int(catalogue.title_of_setting[other]), int(catalogue.title_of_setting[setting])
