"""The catalogue: titles with their aliases and settings, and where the settings come from.

On disk it is JSON lines, one title per line. The order of the titles is part of an artifact, because the rows
of both indexes follow it.
"""

import json
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from index.disjoint_sets import DisjointSets
from index.titles import is_title, shortened, title_key, title_keys
from model.deadline import checked

_BUFFER = 2**20  # bytes of a file that are read at a time


@dataclass(frozen=True, slots=True)
class Setting:
    """One transcription of a tune.

    Attributes
    ----------
    corpus : the collection that it comes from; the manifest has the licence
    reference : where in the corpus it is
    title : as printed, but without a list number, second names and a printed rhythm (`Catalogue.shorten`)
    rhythm, meter, key : as the tune declares them, "" if it does not
    abc : the tune in ABC notation
    url : its address on the web, "" if it has none
    also : references of the settings with the same title and the same notes that were merged into this one
    printed : its title as the corpus prints it, with all of these
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
    printed: str = ""

    def as_row(self) -> dict[str, Any]:
        """Its attributes by name, for JSON. `dataclasses.asdict` takes ten times as long."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Self:
        """What `as_row` gave. Raises TypeError when it is not such a row."""
        return cls(**{**row, "also": tuple(row.get("also", ()))})


Named = tuple[tuple[str, ...], Setting]  # a setting with all its names


@dataclass(frozen=True, slots=True)
class Title:
    """A title with its other names and its settings.

    Attributes
    ----------
    title : its main name, as printed or shortened
    aliases : its other names and spellings
    settings : its settings, in the order in which they were read
    """

    title: str
    aliases: tuple[str, ...]
    settings: tuple[Setting, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The title, then its aliases."""
        return (self.title, *self.aliases)

    @property
    def keys(self) -> list[str]:
        """Keys of all its names, for tunes with the rhythms of its settings (`index.titles.title_keys`)."""
        rhythms = dict.fromkeys(setting.rhythm for setting in self.settings)
        return [key for name in self.names for rhythm in rhythms for key in title_keys(name, rhythm)]

    @property
    def references(self) -> list[str]:
        """The references of its settings."""
        return [setting.reference for setting in self.settings]


@dataclass(frozen=True)
class Catalogue:
    """Titles in a fixed order. No two have the same title, but an alias of one may be a name of another."""

    titles: tuple[Title, ...]

    def __len__(self) -> int:
        return len(self.titles)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name of every title: the rows of the title index."""
        return tuple(name for title in self.titles for name in title.names)

    @cached_property
    def title_of_name(self) -> NDArray[np.int64]:
        """The number of the title that each of `names` belongs to. shape = (names,)"""
        return np.repeat(np.arange(len(self)), [len(title.names) for title in self.titles])

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every setting of every title: the rows of the melody index."""
        return tuple(setting for title in self.titles for setting in title.settings)

    @cached_property
    def title_of_setting(self) -> NDArray[np.int64]:
        """The number of the title that each of `settings` belongs to. shape = (settings,)"""
        return np.repeat(np.arange(len(self)), [len(title.settings) for title in self.titles])

    @classmethod
    def collect(
        cls, named: Iterable[tuple[Iterable[str], Setting]], aliases: Iterable[tuple[str, str]] = ()
    ) -> "Catalogue":
        """Group settings into titles.

        Settings whose titles have a key in common (`index.titles.title_keys`) form one entry. The first
        spelling becomes its title; all other spellings and names become aliases.

        Parameters
        ----------
        named : settings, each with all its names
        aliases : pairs of references whose settings also form one entry; pairs with a reference that no
            setting has are ignored
        """
        names_of, all_settings = [], []
        for names, setting in named:
            names_of.append(names)
            all_settings.append(setting)
        groups = DisjointSets(len(all_settings))
        first_with: dict[str, int] = {}  # key -> number of the first setting that has it
        for number, setting in enumerate(all_settings):
            for key in title_keys(setting.title, setting.rhythm):
                groups.join(number, first_with.setdefault(key, number))
        number_of = {setting.reference: number for number, setting in enumerate(all_settings)}
        for a, b in aliases:
            if a in number_of and b in number_of:
                groups.join(number_of[a], number_of[b])
        titles = []
        for numbers in groups.sets():
            settings = tuple(all_settings[number] for number in numbers)
            # Each name once, in order; the titles of the settings come before their other names.
            names = dict.fromkeys(
                (
                    *(setting.title for setting in settings),
                    *(name for number in numbers for name in names_of[number]),
                )
            )
            first, *others = names
            titles.append(Title(first, tuple(others), settings))
        return cls(tuple(titles))

    def with_settings(
        self, named: Iterable[tuple[Iterable[str], Setting]], aliases: Iterable[tuple[str, str]] = ()
    ) -> "Catalogue":
        """The same titles in the same order, with more settings; new titles follow at the end.

        A setting belongs to the first title that has a key in common with one of the setting's names, or else
        to the title of a setting that `aliases` pairs it with.

        Parameters
        ----------
        named : settings, each with all its names
        aliases : pairs of references of settings with one title (see `collect`); a pair of two settings that
            are already in the catalogue joins nothing
        """
        titles = list(self.titles)
        # Of the title with this key or reference. No reference is also a key, because it has a slash.
        number_of: dict[str, int] = {}
        for number, title in enumerate(titles):
            for handle in title.keys + title.references:
                number_of.setdefault(handle, number)
        pairs = [pair for a, b in aliases for pair in ((a, b), (b, a))]
        for reference, other in pairs:
            if other in number_of:
                number_of.setdefault(reference, number_of[other])
        for added in Catalogue.collect(named, pairs).titles:
            handles = added.keys + added.references
            existing = next((number_of[handle] for handle in handles if handle in number_of), None)
            if existing is None:
                titles.append(added)
                continue
            old = titles[existing]
            names = dict.fromkeys((*old.aliases, *(name for name in added.names if name != old.title)))
            titles[existing] = Title(old.title, tuple(names), old.settings + added.settings)
        return Catalogue(tuple(titles))

    def merge(self, content: Callable[[Setting], Hashable]) -> "Catalogue":
        """The same titles, with one setting for each content.

        The first setting of a title with that content stays and lists the references of the others in `also`.
        All names stay.
        """
        return Catalogue(
            tuple(replace(title, settings=_merged(title.settings, content)) for title in self.titles)
        )

    def shorten(self) -> "Catalogue":
        """The same titles without list numbers, second names and printed rhythms (`index.titles.shortened`).

        The longer spelling becomes an alias. It stays the title when another entry has the shorter name.
        """
        shorter_of = cache(shortened)
        entries_with = Counter(
            key
            for title in self.titles
            for key in {title_key(form) for name in title.names for form in (name, shorter_of(name))}
        )

        def short(name: str) -> str:
            shorter = shorter_of(name)
            return shorter if is_title(shorter) and entries_with[title_key(shorter)] == 1 else name

        titles = []
        for title in self.titles:
            first, *others = dict.fromkeys((*map(short, title.names), *title.names))
            settings = (
                setting
                if (shorter := short(setting.title)) == setting.title
                else replace(setting, title=shorter)
                for setting in title.settings
            )
            titles.append(Title(first, tuple(others), tuple(settings)))
        return Catalogue(tuple(titles))

    def save(self, path: Path) -> None:
        """Write as JSON lines."""
        encode = json.JSONEncoder(ensure_ascii=False).encode
        with path.open("w", encoding="utf-8") as file:
            for title in self.titles:
                row = {
                    "title": title.title,
                    "aliases": title.aliases,
                    "settings": [setting.as_row() for setting in title.settings],
                }
                file.write(encode(row) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Catalogue":
        """Read JSON lines.

        Raises OSError when the file cannot be read, ValueError when it is not a catalogue.
        """
        try:
            # Each read releases the interpreter lock for so short a time that no other thread gets it.
            with path.open("rb", buffering=_BUFFER) as file:
                return cls(tuple(_read_titles(map(json.loads, file))))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path.name} is not a catalogue: {error!r}") from error


def _merged(settings: tuple[Setting, ...], content: Callable[[Setting], Hashable]) -> tuple[Setting, ...]:
    if len(settings) == 1:
        return settings
    same: dict[Hashable, list[Setting]] = {}
    for setting in settings:
        same.setdefault(content(setting), []).append(setting)
    return tuple(
        replace(first, also=tuple(other.reference for other in others)) for first, *others in same.values()
    )


def _read_titles(rows: Iterable[dict[str, Any]]) -> Iterator[Title]:
    for row in checked(rows):
        settings = tuple(map(Setting.of_row, row["settings"]))
        yield Title(row["title"], tuple(row["aliases"]), settings)
