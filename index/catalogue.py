"""The catalogue: every title known, with its aliases, its settings and where they come from.

On disk it is JSON lines, one title a line. The order of titles is part of an artifact: the rows of both
indexes follow it.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disjoint_sets import DisjointSets
from index.titles import title_keys


@dataclass(frozen=True, slots=True)
class Setting:
    """One transcription of a tune.

    Attributes
    ----------
    corpus, reference : the collection it stands in, whose licence the manifest names, and where in it
    title : as printed
    rhythm, meter, key : as declared, "" where they are not
    abc : the tune in ABC
    url : its address on the web, "" if it has none
    """

    corpus: str
    reference: str
    title: str
    rhythm: str
    meter: str
    key: str
    abc: str
    url: str = ""


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
    def collect(cls, named: Iterable[tuple[Iterable[str], Setting]]) -> "Catalogue":
        """Settings with the names each was found under, as a catalogue.

        Settings whose own titles are one title (`index.titles.title_keys`) share an entry, written as it was
        first found; every other spelling and name becomes an alias.
        """
        found = list(named)
        together = DisjointSets(len(found))
        first_with: dict[str, int] = {}  # key -> the first setting that has it
        for number, (_, setting) in enumerate(found):
            for key in title_keys(setting.title, setting.rhythm):
                together.join(number, first_with.setdefault(key, number))
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

    def save(self, path: Path) -> None:
        """Write as JSON lines."""
        with path.open("w", encoding="utf-8") as file:
            for title in self.titles:
                file.write(json.dumps(asdict(title), ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Catalogue":
        """Read JSON lines. Raises ValueError or KeyError where they are not a catalogue's."""
        with path.open(encoding="utf-8") as file:
            return cls(tuple(_read_titles(map(json.loads, file))))


def _read_titles(rows: Iterable[dict[str, Any]]) -> Iterator[Title]:
    for row in rows:
        yield Title(
            row["title"], tuple(row["aliases"]), tuple(Setting(**setting) for setting in row["settings"])
        )
