"""The library: a catalogue with its settings read into tunes."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from index.catalogue import Catalogue, Setting
from index.progress import OnStep, counted, ignore_steps
from model.abc import Tune, read_tune


@dataclass(frozen=True)
class Library:
    """Titles and the tunes of their settings.

    Attributes
    ----------
    catalogue : the titles; a title may have no settings
    tunes : the settings as tunes, in the order of `Catalogue.settings`

    Raises
    ------
    ValueError
        When the number of tunes is not the number of settings.
    """

    catalogue: Catalogue
    tunes: Sequence[Tune]

    def __post_init__(self) -> None:
        if len(self.tunes) != len(self.catalogue.settings):
            raise ValueError(f"{len(self.tunes)} tunes for {len(self.catalogue.settings)} settings")

    @classmethod
    def read(cls, catalogue: Catalogue, on_step: OnStep = ignore_steps) -> Self:
        """Read the ABC of every setting. Raises AbcError when one has no notes."""
        settings = counted(catalogue.settings, on_step("reading settings", len(catalogue.settings)))
        return cls(catalogue, [read_tune(setting.abc) for setting in settings])

    def keeping(self, settings: Container[int]) -> Self:
        """All titles with only these settings, given by their numbers in `Catalogue.settings`."""
        kept = [i for i in range(len(self.tunes)) if i in settings]
        of_title: dict[int, list[Setting]] = {}
        for i in kept:
            title = int(self.catalogue.title_of_setting[i])
            of_title.setdefault(title, []).append(self.catalogue.settings[i])
        titles = tuple(
            replace(title, settings=tuple(of_title.get(number, ())))
            for number, title in enumerate(self.catalogue.titles)
        )
        return replace(self, catalogue=Catalogue(titles), tunes=[self.tunes[i] for i in kept])

    def only(self, titles: Iterable[int]) -> Self:
        """Only these titles, given by their numbers, with all their settings; in rising order."""
        numbers = sorted(titles)
        kept = np.flatnonzero(np.isin(self.catalogue.title_of_setting, numbers))
        catalogue = Catalogue(tuple(self.catalogue.titles[i] for i in numbers))
        return replace(self, catalogue=catalogue, tunes=[self.tunes[int(i)] for i in kept])
