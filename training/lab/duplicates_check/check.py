"""Finds duplicates among settings, and counts the pairs of one title among the pairs of one group."""

from collections import Counter
from itertools import combinations
from typing import NamedTuple

import numpy as np

from index.duplicates import find_duplicates
from index.library import Library
from model.grams import Ints
from model.steps import finish


class Figures(NamedTuple):
    """How well the duplicates among some settings were found.

    Attributes
    ----------
    settings : how many there are
    groups : how many groups were found
    largest : settings in the largest group
    precision : share of the pairs within groups that have one title, nan if there is no pair
    recall : share of the pairs with one title that are in one group, nan if there is no pair
    """

    settings: int
    groups: int
    largest: int
    precision: float
    recall: float


def measure(library: Library, settings: Ints) -> Figures:
    """Find the duplicates among the settings of a library that have these numbers."""
    title = library.catalogue.title_of_setting[settings]
    groups = finish(find_duplicates([library.tunes[number] for number in settings.tolist()]))
    members = ([duplicate.tune for duplicate in group] for group in groups)
    # A set, because a tune may be in several groups.
    grouped = {pair for tunes in members for pair in combinations(tunes, 2)}
    right = sum(title[a] == title[b] for a, b in grouped)
    same = sum(count * (count - 1) // 2 for count in Counter(title.tolist()).values())
    nan = float("nan")
    return Figures(
        settings=len(settings),
        groups=len(groups),
        largest=max(map(len, groups), default=0),
        precision=right / len(grouped) if grouped else nan,
        recall=right / same if same else nan,
    )


def settings_of_titles(library: Library, titles: int, rng: np.random.Generator) -> Ints:
    """The numbers of all settings of so many random titles, in rising order."""
    count = len(library.catalogue)
    chosen = rng.choice(count, min(titles, count), replace=False)
    return np.flatnonzero(np.isin(library.catalogue.title_of_setting, chosen))
