"""The gallery: what a system is given to answer from."""

import hashlib
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from index.catalogue import Catalogue, Setting
from model.abc import Tune
from training.towers import Towers


@dataclass(frozen=True)
class Gallery:
    """Titles to rank, with the settings that are known of them.

    Attributes
    ----------
    catalogue : the titles; some, or all, may have no setting
    tunes : the catalogue's settings, read
    learned : what the encoders were trained on; not the gallery itself where unseen titles are ranked
    train : gives the encoders, trained when first asked for
    """

    catalogue: Catalogue
    tunes: Sequence[Tune]
    learned: "Known"
    train: Callable[[], Towers]

    @cached_property
    def towers(self) -> Towers:
        """The encoders."""
        return self.train()

    def only_names(self) -> "Gallery":
        """The same titles and encoders without any setting."""
        titles = tuple(replace(title, settings=()) for title in self.catalogue.titles)
        return replace(self, catalogue=Catalogue(titles), tunes=[])


@dataclass(frozen=True)
class Known:
    """A catalogue with its settings read, in the catalogue's order."""

    catalogue: Catalogue
    tunes: Sequence[Tune]

    def without(self, settings: Container[int]) -> "Known":
        """The same titles, some settings left out; a title may be left with none."""
        kept = [i for i in range(len(self.tunes)) if i not in settings]
        of_title: dict[int, list[Setting]] = {}
        for i in kept:
            of_title.setdefault(int(self.catalogue.title_of_setting[i]), []).append(self.catalogue.settings[i])
        titles = tuple(
            replace(title, settings=tuple(of_title.get(number, ())))
            for number, title in enumerate(self.catalogue.titles)
        )
        return Known(Catalogue(titles), [self.tunes[i] for i in kept])

    def only(self, titles: Sequence[int]) -> "Known":
        """Some of the titles, in the order given by their numbers."""
        wanted = sorted(titles)
        kept = np.flatnonzero(np.isin(self.catalogue.title_of_setting, wanted))
        return Known(
            Catalogue(tuple(self.catalogue.titles[i] for i in wanted)), [self.tunes[int(i)] for i in kept]
        )

    def drawn(self) -> dict[int, int]:
        """For each title that has settings one of them: always the same, whatever else the catalogue holds."""
        chosen: dict[int, int] = {}
        for setting, title in enumerate(self.catalogue.title_of_setting.tolist()):
            best = chosen.setdefault(title, setting)
            if self._draw(setting) < self._draw(best):
                chosen[title] = setting
        return chosen

    def _draw(self, setting: int) -> bytes:
        return hashlib.sha256(self.catalogue.settings[setting].reference.encode()).digest()
