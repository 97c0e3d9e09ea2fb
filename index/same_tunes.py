"""Same tunes: which settings of a catalogue are one tune, whatever their titles.

Two settings are one tune if their melodies are alike from beginning to end, or a little less alike and their
titles nearly the same. What a third setting connects is one tune, too.
"""

import re
from collections.abc import Mapping
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
from model.grams import Floats, Ints

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

    def __init__(self, catalogue: Catalogue, pairs: MelodyPairs, tune_of_setting: NDArray[np.int32]) -> None:
        self.pairs, self.tune_of_setting = pairs, tune_of_setting
        self._title_of_setting = catalogue.title_of_setting

    @classmethod
    def of(cls, catalogue: Catalogue, pairs: MelodyPairs) -> Self:
        """Decide which pairs are one tune, and which settings are one tune by these pairs."""
        is_same = odds_with_names(catalogue, pairs) >= SAME
        tune_of_setting = np.arange(len(catalogue.settings), dtype=np.int32)
        ends = np.stack([pairs.first[is_same], pairs.second[is_same]])
        settings, rows = np.unique(ends, return_inverse=True)
        sets = DisjointSets(len(settings))
        for a, b in zip(*np.split(rows.ravel(), 2), strict=True):
            sets.join(int(a), int(b))
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

    def prepare(self) -> None:
        """Make what answers need, so that the first request does not wait for it."""
        _ = self._has_several_titles

    @cached_property
    def titles_of_tune(self) -> dict[int, list[int]]:
        """The titles of each tune that has several, by the number of the tune."""
        tunes_and_titles = np.unique(np.stack([self.tune_of_setting, self._title_of_setting]), axis=1)
        tunes, count = np.unique(tunes_and_titles[0], return_counts=True)
        titles_of: dict[int, list[int]] = {tune: [] for tune in tunes[count > 1].tolist()}
        for tune, title in tunes_and_titles[:, np.isin(tunes_and_titles[0], tunes[count > 1])].T.tolist():
            titles_of[tune].append(title)
        return titles_of

    @cached_property
    def _has_several_titles(self) -> NDArray[np.bool_]:
        """Whether the tune of each setting has several titles. shape = (settings,)"""
        return np.isin(self.tune_of_setting, list(self.titles_of_tune))

    def settings_of(self, title: int) -> Ints:
        """The numbers of the settings of a title, in rising order."""
        start, end = np.searchsorted(self._title_of_setting, [title, title + 1])
        return np.arange(start, end)

    def also_called(self, title: int) -> list[int]:
        """The other titles that have a setting of a tune of this title, in the order of the catalogue."""
        tunes = dict.fromkeys(self.tune_of_setting[self.settings_of(title)].tolist())
        others = {other for tune in tunes for other in self.titles_of_tune.get(tune, ())} - {title}
        return sorted(others)[:_MOST_NAMES]

    def also(self, confidence: Mapping[int, float], setting_of: Mapping[int, int]) -> dict[int, list[int]]:
        """The other titles of the same tune, for the likeliest title of each tune that has several.

        Parameters
        ----------
        confidence : that of each title, by its number
        setting_of : the setting of a title that is most likely meant, by the number of the title. It says
            which tune the title is here, because one title may be several tunes.

        Returns
        -------
        The likeliest first, at most twenty. Titles without confidence are among them, but none that is
        another tune here.
        """
        titles, settings = list(setting_of), np.array(list(setting_of.values()), dtype=np.int64)
        titles_of: dict[int, list[int]] = {}
        for place in np.flatnonzero(self._has_several_titles[settings]).tolist():
            tune = int(self.tune_of_setting[settings[place]])
            titles_of.setdefault(tune, []).append(titles[place])
        also, seen = {}, set(confidence)
        for tune, given in titles_of.items():
            first, *others = sorted(given, key=lambda title: (-confidence[title], title))
            others += [title for title in self.titles_of_tune[tune] if title not in seen]
            seen.update(others)
            also[first] = others[:_MOST_NAMES]
        return also


def odds_with_names(catalogue: Catalogue, pairs: MelodyPairs) -> Floats:
    """The log odds of pairs of settings to be one tune, by their melodies and their titles. shape = (pairs,)

    Names can only make it likelier: most names of one tune have nothing in common.
    """
    odds = pairs.odds.astype(np.float64)
    first_title, second_title = (catalogue.title_of_setting[side] for side in (pairs.first, pairs.second))
    odds[first_title == second_title] += _SAME_NAME
    names = NamesOfTitles(catalogue)
    for pair in np.flatnonzero((odds < SAME) & (first_title != second_title)).tolist():
        odds[pair] += _SAME_NAME * names.likeness(int(first_title[pair]), int(second_title[pair]))
    return odds


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
