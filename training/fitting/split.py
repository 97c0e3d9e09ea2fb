"""Splits by tune: what could give a test title away stays on its side.

Titles that share a name, or have a setting whose melody is nearly the same in any key, are one group, and a
group is never divided.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from index.alignment import Melody, similarities
from index.catalogue import Catalogue
from index.disjoint_sets import DisjointSets
from index.titles import title_key
from model.abc import Tune
from model.errors import GanAinmError

_HELD_OUT = 0.1  # share of titles, for validation and again for test
# Share of the smaller melody's runs of intervals, weighted by rarity, that makes a candidate.
_SHARED_RUNS = 0.25
_CANDIDATES = 50  # settings aligned with each
# A melody in another key, a tenth of its notes ornamented and 15 % changed, is .67 like itself at the least,
# .80 in the middle. The nearest tune of another title is .59 like it in the middle; above .7 the two mostly
# are one tune.
_SAME_MELODY = 0.66


class SplitError(GanAinmError):
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


def split_titles(groups: Sequence[list[int]], seed: int) -> Split:
    """A tenth of the titles for validation, a tenth for test, group by group in an order drawn by the seed.

    The largest of the groups (see `group_titles`) goes to training, whatever the draw. Raises SplitError
    when they are too few to fill each part.
    """
    largest, rest = _apart(groups)
    wanted = int(_HELD_OUT * sum(map(len, groups)))
    parts: dict[str, list[int]] = {"test": [], "validation": [], "train": list(largest)}
    for i in np.random.default_rng(seed).permutation(len(rest)):
        part = next((part for part in ("test", "validation") if len(parts[part]) < wanted), "train")
        parts[part] += rest[i]
    return _split(parts, len(groups))


def _apart(groups: Sequence[list[int]]) -> tuple[list[int], list[list[int]]]:
    """The largest group, and the others."""
    largest = max(groups, key=len)
    return largest, [group for group in groups if group is not largest]


def _split(parts: dict[str, list[int]], groups: int) -> Split:
    for part, titles in parts.items():
        if not titles:
            raise SplitError(
                f"{sum(map(len, parts.values()))} titles in {groups} groups leave none for {part}"
            )
    return Split(**{part: tuple(sorted(titles)) for part, titles in parts.items()})


def draw_pools(groups: Sequence[list[int]], count: int, size: int, seed: int) -> list[Split]:
    """Several splits whose test parts, of `size` titles each, have none of the groups in common.

    A test part has fewer titles where groups do not fit, or there are too few titles for so many. Of the rest
    of each a tenth is for validation, and the largest group always for training. Raises SplitError as
    `split_titles` does.
    """
    largest, rest = _apart(groups)
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
                full = len(parts["validation"]) >= _HELD_OUT * titles
                parts["train" if full else "validation"] += rest[i]
        splits.append(_split(parts, len(groups)))
    return splits


def group_titles(catalogue: Catalogue, tunes: Sequence[Tune]) -> list[list[int]]:
    """Titles that must stay on one side of a split, as lists of their numbers."""
    together = DisjointSets(len(catalogue))
    for a, b in (*_same_name(catalogue), *_same_melody(catalogue, tunes)):
        together.join(a, b)
    return together.sets()


def _same_name(catalogue: Catalogue) -> Iterator[tuple[int, int]]:
    first: dict[str, int] = {}
    for name, title in zip(catalogue.names, catalogue.title_of_name.tolist(), strict=True):
        yield first.setdefault(title_key(name), title), title


def _same_melody(catalogue: Catalogue, tunes: Sequence[Tune]) -> Iterator[tuple[int, int]]:
    """Titles of settings that are alike: candidates share rare runs of intervals, and alignment decides."""
    melodies = [Melody.of(tune) for tune in tunes]
    runs = [np.unique(melody.grams) for melody in melodies]
    sizes = [len(found) for found in runs]
    # Every setting's runs, one after another, and the setting that each is of.
    run_of = np.unique(np.concatenate(runs), return_inverse=True)[1]
    setting_of = np.repeat(np.arange(len(tunes)), sizes)
    frequency = np.bincount(run_of)
    weight = np.log((1 + len(tunes)) / frequency)
    total = np.bincount(setting_of, weight[run_of], len(tunes))
    settings_with = np.split(setting_of[np.argsort(run_of, kind="stable")], np.cumsum(frequency)[:-1])
    for setting, found in enumerate(np.split(run_of, np.cumsum(sizes)[:-1])):
        shared = np.zeros(len(tunes))
        for run in found:
            shared[settings_with[run]] += weight[run]
        share = shared[:setting] / np.maximum(np.minimum(total[:setting], total[setting]), 1e-9)
        nearest = np.argsort(-share)[:_CANDIDATES]
        candidates = nearest[share[nearest] >= _SHARED_RUNS]
        if not len(candidates):
            continue
        alike = similarities(melodies[setting], [melodies[other] for other in candidates]) >= _SAME_MELODY
        for other in candidates[alike]:
            yield int(catalogue.title_of_setting[other]), int(catalogue.title_of_setting[setting])
