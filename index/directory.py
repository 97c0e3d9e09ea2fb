"""The directory: finds titles and settings of a catalogue by id, titles by name, and settings by filters."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from index.catalogue import Catalogue, Setting, Title
from index.filters import Facets
from index.identifiers import setting_ids, slug, title_ids
from index.name_words import NameWords
from index.suggestions import AlsoCalled
from index.title_search import TitleSearch
from model.abc.writer import escape
from model.arrays import map_arrays, save_arrays, strings_of, text_of, under
from model.deadline import check_deadline
from model.names import fold

_TITLE = re.compile("^T:.*", re.MULTILINE)


class Directory:
    """Finds titles and settings of a catalogue. A part that was not loaded is made when it is first used.

    Parameters
    ----------
    catalogue : the titles; also an attribute
    shown : what people see for names of the catalogue that are not shown as printed; also an attribute
    """

    def __init__(self, catalogue: Catalogue, shown: dict[str, str]) -> None:
        self.catalogue = catalogue
        self.shown = shown

    def save(self, path: Path) -> None:
        """Write the ids, and the names taken apart into words. Raises OSError when it cannot be written."""
        ids = {"title_ids": text_of(self.title_ids), "setting_ids": text_of(self.setting_ids)}
        words = {f"names/{name}": array for name, array in self._name_words.as_arrays().items()}
        save_arrays(ids | words, path)

    @classmethod
    def load(cls, path: Path, catalogue: Catalogue, shown: dict[str, str]) -> Self:
        """Map what `save` wrote for this catalogue.

        Making the same takes ten times as long, and most of it holds the interpreter lock.

        Raises OSError when the file cannot be read, ValueError when it does not belong to the catalogue.
        """
        arrays, _ = map_arrays(path)
        directory = cls(catalogue, shown)
        try:
            directory.title_ids = strings_of(arrays["title_ids"])
            directory.setting_ids = strings_of(arrays["setting_ids"])
        except KeyError as error:
            raise ValueError(f"{path.name} is not a directory: it has no {error}") from error
        directory._name_words = NameWords.of_arrays(under("names/", arrays))
        ids = len(directory.title_ids), len(directory.setting_ids)
        expected = len(catalogue), len(catalogue.settings)
        if ids != expected:
            raise ValueError(f"{path.name} has ids of {ids} titles and settings, the catalogue {expected}")
        return directory

    def prepare(self) -> None:
        """Make the parts that answers need, so that the first request does not wait for them."""
        _ = self.title_ids, self.setting_ids
        check_deadline()
        _ = self.facets
        check_deadline()
        _ = self.search

    def display(self, printed: str) -> str:
        """A name of the catalogue as people write it."""
        return self.shown.get(printed, printed)

    def names(self, title: Title) -> list[str]:
        """The names of a title as people write them, then the printed spellings that differ from these."""
        return list(dict.fromkeys((*map(self.display, title.names), *title.names)))

    def also_called(self, titles: Iterable[int]) -> tuple[AlsoCalled, ...]:
        """Titles, given by their numbers, as other titles of a tune."""
        return tuple(
            AlsoCalled(self.title_ids[title], self.display(self.catalogue.titles[title].title))
            for title in titles
        )

    @cached_property
    def title_ids(self) -> list[str]:
        """The id of each title, in the order of the catalogue."""
        return title_ids(self.catalogue.titles)

    @cached_property
    def setting_ids(self) -> list[str]:
        """The id of each setting, in the order of the catalogue."""
        return setting_ids(self.catalogue.settings)

    def find_title(self, title_id: str) -> int | None:
        """The number of the title with this id, None if there is none.

        Titles may become one when a corpus is added. So the id that a name would have as a title counts, too,
        if only one title has that name.
        """
        number = self._number_of_title.get(title_id)
        return self._number_of_name.get(title_id) if number is None else number

    def find_setting(self, setting_id: str) -> int | None:
        """The number of the setting with this id, None if there is none."""
        return self._number_of_setting.get(setting_id)

    @cached_property
    def alphabetical(self) -> list[int]:
        """The numbers of all titles in alphabetical order of what is shown, without case and articles."""

        def key(number: int) -> tuple[str, str]:
            shown = self.display(self.catalogue.titles[number].title)
            return fold(shown), shown

        return sorted(range(len(self.catalogue)), key=key)

    @cached_property
    def search(self) -> TitleSearch:
        """Finds titles by their names, as people type them."""
        return TitleSearch(self._name_words)

    @cached_property
    def _name_words(self) -> NameWords:
        return NameWords.of(self.catalogue, self.display)

    @cached_property
    def facets(self) -> Facets:
        """The rhythms, metres and corpora of the settings."""
        return Facets(self.catalogue.settings)

    def first_setting(self, title: int) -> int:
        """The number of the first setting of a title."""
        return int(np.searchsorted(self.catalogue.title_of_setting, title))

    def abc(self, setting: Setting) -> str:
        """The ABC of a setting, with its title as people write it."""
        title = f"T:{escape(self.display(setting.title))}"
        return _TITLE.sub(lambda _: title, setting.abc, count=1)

    @cached_property
    def _number_of_title(self) -> dict[str, int]:
        return {title_id: number for number, title_id in enumerate(self.title_ids)}

    @cached_property
    def _number_of_setting(self) -> dict[str, int]:
        return {setting_id: number for number, setting_id in enumerate(self.setting_ids)}

    @cached_property
    def _number_of_name(self) -> dict[str, int]:
        """The number of the only title that has a name, by the id that the name would have as a title."""
        titles = {
            (slug(name), number) for number, title in enumerate(self.catalogue.titles) for name in title.names
        }
        count = Counter(name for name, _ in titles)
        return {name: number for name, number in titles if count[name] == 1}


def save_shown(shown: Mapping[str, str], path: Path) -> None:
    """Write what people see for names. Raises OSError when it cannot be written."""
    path.write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")


def load_shown(path: Path) -> dict[str, str]:
    """Read what `save_shown` wrote. Raises OSError when it cannot be read, ValueError when it is damaged."""
    shown = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(shown, dict) or not all(isinstance(form, str) for form in shown.values()):
        raise ValueError(f"{path.name} is not a JSON object whose values are strings")
    return shown
