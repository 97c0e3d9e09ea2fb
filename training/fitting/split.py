"""Splits by tune: whatever could give a test title away stays on its side of the split.

Titles that share a name, or have settings whose melodies are nearly the same in any key, form a group. A
group is never divided.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np

from index.alignment import SAME_MELODY, Melody, similarities
from index.catalogue import Catalogue
from index.disjoint_sets import DisjointSets
from index.library import Library
from index.progress import OnStep, counted, ignore_steps
from index.shared_runs import interval_runs
from index.titles import title_key
from model.errors import GanAinmError

SPLIT = "split.json"  # in an artifact's `evaluation/`

_HELD_OUT = 0.1  # share of titles for validation, and again for test
# Settings are aligned when they share this part of the smaller melody's runs of intervals, weighted by
# rarity.
_SHARED_RUNS = 0.25
_CANDIDATES = 50  # settings aligned with each


class SplitError(GanAinmError):
    """Titles that are too few, or too closely related, to be divided."""


@dataclass(frozen=True)
class Split:
    """Numbers of the catalogue's titles, in rising order, for each part."""

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]

    def as_lists(self) -> dict[str, list[int]]:
        """For JSON."""
        return {part: list(titles) for part, titles in asdict(self).items()}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a split as `as_lists` gave it.

        Raises OSError when the file cannot be read, ValueError when it is not a split.
        """
        try:
            return cls(**{part: tuple(titles) for part, titles in json.loads(path.read_bytes()).items()})
        except (TypeError, AttributeError) as error:
            raise ValueError(f"{path.name} is not a split: {error!r}") from error


def split_titles(groups: Sequence[list[int]], seed: int) -> Split:
    """A tenth of the titles for validation and a tenth for test, group by group in random order.

    The largest group (see `group_titles`) always goes to training. Raises SplitError when there are too few
    groups to fill each part.
    """
    largest, rest = _separate_largest(groups)
    size = int(_HELD_OUT * sum(map(len, groups)))
    parts: dict[str, list[int]] = {"test": [], "validation": [], "train": list(largest)}
    for i in np.random.default_rng(seed).permutation(len(rest)):
        part = next((part for part in ("test", "validation") if len(parts[part]) < size), "train")
        parts[part] += rest[i]
    return _make_split(parts, len(groups))


def draw_pools(groups: Sequence[list[int]], count: int, size: int, seed: int) -> list[Split]:
    """Several splits whose test parts, of `size` titles each, share no group.

    A test part is smaller when groups do not fit, or when there are too few titles for `count` parts. A tenth
    of the remaining titles goes to validation, and the largest group always to training. Raises SplitError
    like `split_titles`.
    """
    largest, rest = _separate_largest(groups)
    titles = sum(map(len, groups))
    size = min(size, (titles - len(largest)) // count)
    rng = np.random.default_rng(seed)
    pools: list[list[int]] = [[] for _ in range(count)]
    for i in rng.permutation(len(rest)):
        fits = next((pool for pool in pools if len(pool) + len(rest[i]) <= size), [])
        fits += rest[i]
    splits = []
    for pool in pools:
        tested = frozenset(pool)
        parts: dict[str, list[int]] = {"train": list(largest), "validation": [], "test": pool}
        for i in rng.permutation(len(rest)):
            if tested.isdisjoint(rest[i]):
                is_full = len(parts["validation"]) >= _HELD_OUT * titles
                parts["train" if is_full else "validation"] += rest[i]
        splits.append(_make_split(parts, len(groups)))
    return splits


def group_titles(library: Library, on_step: OnStep = ignore_steps) -> list[list[int]]:
    """Groups of titles that must stay on one side of a split, as lists of their numbers."""
    sets = DisjointSets(len(library.catalogue))
    for a, b in (*_same_name(library.catalogue), *_same_melody(library, on_step)):
        sets.join(a, b)
    return sets.sets()


def _separate_largest(groups: Sequence[list[int]]) -> tuple[list[int], list[list[int]]]:
    """The largest group, and the others."""
    largest = max(groups, key=len)
    return largest, [group for group in groups if group is not largest]


def _make_split(parts: dict[str, list[int]], groups: int) -> Split:
    for part, titles in parts.items():
        if not titles:
            count = sum(map(len, parts.values()))
            raise SplitError(f"{count} titles in {groups} groups leave none for {part}")
    return Split(**{part: tuple(sorted(titles)) for part, titles in parts.items()})


def _same_name(catalogue: Catalogue) -> Iterator[tuple[int, int]]:
    """Pairs of titles that share a name."""
    first: dict[str, int] = {}
    for name, title in zip(catalogue.names, catalogue.title_of_name.tolist(), strict=True):
        yield first.setdefault(title_key(name), title), title


def _same_melody(library: Library, on_step: OnStep) -> Iterator[tuple[int, int]]:
    """Pairs of titles with similar settings: candidates share rare runs of intervals; alignment decides."""
    tunes, title_of_setting = library.tunes, library.catalogue.title_of_setting
    melodies = [Melody.of(tune) for tune in tunes]
    runs = [np.unique(interval_runs(melody.pitches)) for melody in melodies]
    sizes = [len(grams) for grams in runs]
    # The runs of all settings, one setting after another, and the setting of each.
    run_of = np.unique(np.concatenate(runs), return_inverse=True)[1]
    setting_of = np.repeat(np.arange(len(tunes)), sizes)
    frequency = np.bincount(run_of)
    weight = np.log((1 + len(tunes)) / frequency)
    total = np.bincount(setting_of, weight[run_of], len(tunes))
    settings_with = np.split(setting_of[np.argsort(run_of, kind="stable")], np.cumsum(frequency)[:-1])
    of_settings = np.split(run_of, np.cumsum(sizes)[:-1])
    for setting, runs_of_setting in enumerate(counted(of_settings, on_step("grouping titles", len(tunes)))):
        shared = np.zeros(len(tunes))
        for run in runs_of_setting:
            shared[settings_with[run]] += weight[run]
        share = shared[:setting] / np.maximum(np.minimum(total[:setting], total[setting]), 1e-9)
        nearest = np.argsort(-share)[:_CANDIDATES]
        candidates = nearest[share[nearest] >= _SHARED_RUNS]
        if not len(candidates):
            continue
        similarity = similarities(melodies[setting], [melodies[other] for other in candidates])
        for other in candidates[similarity >= SAME_MELODY]:
            yield int(title_of_setting[other]), int(title_of_setting[setting])
