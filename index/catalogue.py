"""The catalogue: every title known, with its aliases, its settings and where they come from.

On disk it is JSON lines, one title a line. The order of titles is part of an artifact: the rows of both
indexes follow it.
"""

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disjoint_sets import DisjointSets
from index.titles import is_title, title_key, title_keys, without_rhythm


@dataclass(frozen=True, slots=True)
class Setting:
    """One transcription of a tune.

    Attributes
    ----------
    corpus, reference : the collection it stands in, whose licence the manifest names, and where in it
    title : as printed; see `Catalogue.shorten`
    rhythm, meter, key : as declared, "" where they are not
    abc : the tune in ABC
    url : its address on the web, "" if it has none
    also : references of settings of the same title with the same notes, which this one stands for
    """

    corpus: str
    reference: str
    title: str
    rhythm: str
    meter: str
    key: str
    abc: str
    url: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Title:
    """A title with its other names and its settings."""

    title: str
    aliases: tuple[str, ...]
    settings: tuple[Setting, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The title, then its aliases."""
        return (self.title, *self.aliases)

    @property
    def keys(self) -> list[str]:
        """What its names are recognised by, as tunes of the rhythms of its settings (`index.titles`)."""
        rhythms = dict.fromkeys(setting.rhythm for setting in self.settings)
        return [key for name in self.names for rhythm in rhythms for key in title_keys(name, rhythm)]


@dataclass(frozen=True)
class Catalogue:
    """Titles in their order. No two have the same key."""

    titles: tuple[Title, ...]

    def __len__(self) -> int:
        return len(self.titles)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name of every title: the rows of the title index."""
        return tuple(name for title in self.titles for name in title.names)

    @cached_property
    def title_of_name(self) -> NDArray[np.int64]:
        """For each of `names`, the title it belongs to. shape = (names,)"""
        return np.repeat(np.arange(len(self)), [len(title.names) for title in self.titles])

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every setting of every title: the rows of the melody index."""
        return tuple(setting for title in self.titles for setting in title.settings)

    @cached_property
    def title_of_setting(self) -> NDArray[np.int64]:
        """For each of `settings`, the title it belongs to. shape = (settings,)"""
        return np.repeat(np.arange(len(self)), [len(title.settings) for title in self.titles])

    @classmethod
    def collect(
        cls, named: Iterable[tuple[Iterable[str], Setting]], aliases: Iterable[tuple[str, str]] = ()
    ) -> "Catalogue":
        """Settings with the names each was found under, as a catalogue.

        Settings whose own titles are one title (`index.titles.title_keys`) share an entry, written as it was
        first found; every other spelling and name becomes an alias. So do settings whose references are a
        pair of `aliases`; a pair of which one is not among the settings is passed over.
        """
        found = list(named)
        together = DisjointSets(len(found))
        first_with: dict[str, int] = {}  # key -> the first setting that has it
        for number, (_, setting) in enumerate(found):
            for key in title_keys(setting.title, setting.rhythm):
                together.join(number, first_with.setdefault(key, number))
        number_of = {setting.reference: number for number, (_, setting) in enumerate(found)}
        for one, other in aliases:
            if one in number_of and other in number_of:
                together.join(number_of[one], number_of[other])
        titles = []
        for numbers in together.sets():
            settings = tuple(found[number][1] for number in numbers)
            # Each name once, in the order found; the titles of the settings before their other names.
            names = dict.fromkeys(
                (
                    *(setting.title for setting in settings),
                    *(name for number in numbers for name in found[number][0]),
                )
            )
            first, *others = names
            titles.append(Title(first, tuple(others), settings))
        return cls(tuple(titles))

    def with_settings(self, named: Iterable[tuple[Iterable[str], Setting]]) -> "Catalogue":
        """The same titles in their order, with more settings; what has no title among them stands at the end.

        A setting belongs to the first title that has a key of one of its names in common with it.
        """
        titles = list(self.titles)
        number_of: dict[str, int] = {}
        for number, title in enumerate(titles):
            for key in title.keys:
                number_of.setdefault(key, number)
        for more in Catalogue.collect(named).titles:
            known = [number_of[key] for key in more.keys if key in number_of]
            if known:
                old = titles[known[0]]
                aliases = dict.fromkeys((*old.aliases, *(name for name in more.names if name != old.title)))
                titles[known[0]] = Title(old.title, tuple(aliases), (*old.settings, *more.settings))
            else:
                titles.append(more)
        return Catalogue(tuple(titles))

    def merge(self, content: Callable[[Setting], Hashable]) -> "Catalogue":
        """The same titles, in which settings with the same content are one: the first, with references of
        the others in `also`. Every name stays.
        """
        return Catalogue(
            tuple(replace(title, settings=_merged(title.settings, content)) for title in self.titles)
        )

    def shorten(self) -> "Catalogue":
        """The same titles without a rhythm printed after them (`index.titles.without_rhythm`).

        The longer spelling becomes an alias. It stays the title where another entry has the shorter one.
        """
        found_in = Counter(
            key
            for title in self.titles
            for key in {title_key(each) for name in title.names for each in (name, without_rhythm(name)[0])}
        )

        def short(name: str) -> str:
            shorter, _ = without_rhythm(name)
            return shorter if is_title(shorter) and found_in[title_key(shorter)] == 1 else name

        titles = []
        for title in self.titles:
            first, *others = dict.fromkeys((*map(short, title.names), *title.names))
            settings = (replace(setting, title=short(setting.title)) for setting in title.settings)
            titles.append(Title(first, tuple(others), tuple(settings)))
        return Catalogue(tuple(titles))

    def save(self, path: Path) -> None:
        """Write as JSON lines."""
        with path.open("w", encoding="utf-8") as file:
            for title in self.titles:
                file.write(json.dumps(asdict(title), ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Catalogue":
        """Read JSON lines. Raises ValueError when they are not a catalogue."""
        try:
            with path.open(encoding="utf-8") as file:
                return cls(tuple(_read_titles(map(json.loads, file))))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path.name} is not a catalogue: {error!r}") from error


def _merged(settings: Iterable[Setting], content: Callable[[Setting], Hashable]) -> tuple[Setting, ...]:
    same: dict[Hashable, list[Setting]] = {}
    for setting in settings:
        same.setdefault(content(setting), []).append(setting)
    return tuple(
        replace(first, also=tuple(other.reference for other in others)) for first, *others in same.values()
    )


def _read_titles(rows: Iterable[dict[str, Any]]) -> Iterator[Title]:
    for row in rows:
        settings = (
            Setting(**{**setting, "also": tuple(setting.get("also", ()))}) for setting in row["settings"]
        )
        yield Title(row["title"], tuple(row["aliases"]), tuple(settings))
