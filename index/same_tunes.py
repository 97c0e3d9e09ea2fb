"""Same tunes: which settings of a catalogue are one tune, whatever their titles.

Two settings are one tune if their melodies are alike from beginning to end, or a little less alike and their
titles nearly the same. What a third setting connects is one tune, too.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from index.catalogue import Catalogue, Title
from index.disjoint_sets import DisjointSets
from index.melody_pairs import LEAST, MelodyPairs
from index.titles import base_and_family, names_in
from model.arrays import map_arrays, save_arrays
from model.grams import Ints

SAME = 3.0  # log odds from which two settings are one tune; docs/experiments.md has the measurements
_SAME_NAME = SAME - LEAST  # log odds that one name adds; a name that is less alike adds less
_UNLIKE, _ALIKE = 50.0, 80.0  # percent of the letters; these add nothing, and all
_DIGITS = re.compile(r"\d+")
_MOST_NAMES = 20  # other titles of a tune that are named


class SameTunes:
    """Which settings of a catalogue are one tune.

    Parameters
    ----------
    catalogue : the titles and their settings
    pairs : the pairs of settings with nearly the same melody; also an attribute
    tune_of_setting : a number for each setting, the same for settings of one tune: that of the first of them;
        also an attribute; shape = (settings,)
    """

    def __init__(
        self, catalogue: Catalogue, pairs: MelodyPairs, tune_of_setting: NDArray[np.int32]
    ) -> None:
        self.pairs, self.tune_of_setting = pairs, tune_of_setting
        self._title_of_setting = catalogue.title_of_setting

    @classmethod
    def of(cls, catalogue: Catalogue, pairs: MelodyPairs) -> Self:
        """Decide which pairs are one tune, and which settings are one tune by these pairs."""
        odds = pairs.odds.astype(np.float64)
        first_title, second_title = (catalogue.title_of_setting[side] for side in (pairs.first, pairs.second))
        odds[first_title == second_title] += _SAME_NAME
        names = NamesOfTitles(catalogue)
        for pair in np.flatnonzero(odds < SAME).tolist():
            first, second = int(first_title[pair]), int(second_title[pair])
            if first != second:
                odds[pair] += _SAME_NAME * names.likeness(first, second)
        is_same = odds >= SAME
        tune_of_setting = np.arange(len(catalogue.settings), dtype=np.int32)
        ends = np.stack([pairs.first[is_same], pairs.second[is_same]])
        settings, rows = np.unique(ends, return_inverse=True)
        sets = DisjointSets(len(settings))
        for a, b in rows.reshape(ends.shape).T.tolist():
            sets.join(a, b)
        for numbers in sets.sets():
            tune_of_setting[settings[numbers]] = settings[numbers[0]]
        return cls(catalogue, pairs, tune_of_setting)

    def save(self, path: Path) -> None:
        """Write everything but the catalogue. Raises OSError when it cannot be written."""
        save_arrays({**vars(self.pairs), "tune_of_setting": self.tune_of_setting}, path)

    @classmethod
    def load(cls, path: Path, catalogue: Catalogue) -> Self:
        """Map what `save` wrote for this catalogue.

        Raises OSError when the file cannot be read, ValueError when it does not belong to the catalogue.
        """
        arrays, _ = map_arrays(path)
        try:
            tune_of_setting = arrays.pop("tune_of_setting")
            pairs = MelodyPairs(**arrays)
        except (KeyError, TypeError) as error:
            raise ValueError(f"{path.name} does not say which settings are one tune: {error!r}") from error
        if len(tune_of_setting) != len(catalogue.settings):
            expected = len(catalogue.settings)
            raise ValueError(f"{path.name} has {len(tune_of_setting)} settings, the catalogue {expected}")
        return cls(catalogue, pairs, tune_of_setting)

    @cached_property
    def titles_of_tune(self) -> dict[int, list[int]]:
        """The titles of each tune that has several, by the number of the tune."""
        tunes_and_titles = np.unique(np.stack([self.tune_of_setting, self._title_of_setting]), axis=1)
        tunes, count = np.unique(tunes_and_titles[0], return_counts=True)
        titles_of: dict[int, list[int]] = {tune: [] for tune in tunes[count > 1].tolist()}
        for tune, title in tunes_and_titles[:, np.isin(tunes_and_titles[0], tunes[count > 1])].T.tolist():
            titles_of[tune].append(title)
        return titles_of

    def settings_of(self, title: int) -> Ints:
        """The numbers of the settings of a title, in rising order."""
        start, end = np.searchsorted(self._title_of_setting, [title, title + 1])
        return np.arange(start, end)

    def also_called(self, title: int) -> list[int]:
        """The other titles that have a setting of a tune of this title, in the order of the catalogue."""
        tunes = dict.fromkeys(self.tune_of_setting[self.settings_of(title)].tolist())
        others = {other for tune in tunes for other in self.titles_of_tune.get(tune, ())} - {title}
        return sorted(others)[:_MOST_NAMES]

    def joined(self, titles: Iterable[int], setting_of: Mapping[int, int]) -> list[list[int]]:
        """Titles of one tune together: a list for each tune, in the order of their first titles.

        Parameters
        ----------
        titles : numbers of titles, the most likely first
        setting_of : the setting of a title that is most likely meant. It says which tune the title is here,
            because one title may be several tunes. A title without one is like no other.

        Returns
        -------
        The titles in their order. A title that was not given follows in the list of a tune that it names, too;
        at most twenty of them.
        """
        lists: dict[int, list[int]] = {}
        given = list(titles)
        for title in given:
            tune = int(self.tune_of_setting[setting_of[title]]) if title in setting_of else ~title
            lists.setdefault(tune, []).append(title)
        seen = set(given)
        for tune, members in lists.items():
            others = [title for title in self.titles_of_tune.get(tune, ()) if title not in seen]
            members += others[: max(0, _MOST_NAMES + 1 - len(members))]
            seen.update(others)
        return list(lists.values())


class NamesOfTitles:
    """How alike the names of titles are, as their letters say."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._titles = catalogue.titles
        self._names: dict[int, dict[tuple[str, ...], list[str]]] = {}

    def likeness(self, first: int, second: int) -> float:
        """How alike the names of two titles are that are most alike, 0 to 1, rhythms in them not counted.

        Names with different numbers are not alike: "Reel No. 1" and "Reel No. 2" are two tunes.
        """
        ours, theirs = self._by_number(first), self._by_number(second)
        scores = [
            process.cdist(ours[number], theirs[number], scorer=fuzz.token_sort_ratio).max()
            for number in ours.keys() & theirs.keys()
        ]
        return float(np.clip((max(scores, default=0.0) - _UNLIKE) / (_ALIKE - _UNLIKE), 0, 1))

    def _by_number(self, title: int) -> dict[tuple[str, ...], list[str]]:
        """The folded names of a title by the numbers in them."""
        if title not in self._names:
            names = self._names[title] = {}
            for name in _folded_names(self._titles[title]):
                names.setdefault(tuple(_DIGITS.findall(name)), []).append(name)
        return self._names[title]


def _folded_names(title: Title) -> dict[str, None]:
    """The names of a title without rhythms, in order; not "Jig" and the like, of which nothing is left."""
    parts = (part for name in title.names for part in (name, *names_in(name)))
    bases = (base_and_family(part, "")[0] for part in parts)
    return dict.fromkeys(base for base in bases if base)
