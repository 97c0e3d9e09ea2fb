"""The gallery: what a system is given to answer from."""

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from index.catalogue import Catalogue, Setting
from index.ranking import RankingModel
from model.abc import Tune
from model.encoder import Encoder
from training.fitting.split import Split, draw_pools, group_titles

POOL = 628  # titles of a pool of unseen ones
POOLS = 5
_SEED = 0  # of pools: fixed, so that figures can be compared

Key = TypeVar("Key")


class Encoders(NamedTuple):
    """Both encoders of one training, and the ranking that was fitted with them, if any was."""

    tune: Encoder[Tune, Any]
    title: Encoder[str, Any]
    ranking: RankingModel | None = None


@dataclass(frozen=True)
class Known:
    """A catalogue with its settings read, in the catalogue's order. Some titles may have no setting."""

    catalogue: Catalogue
    tunes: Sequence[Tune]

    def keeping(self, settings: Container[int]) -> "Known":
        """The same titles with some of their settings."""
        kept = [i for i in range(len(self.tunes)) if i in settings]
        of_title: dict[int, list[Setting]] = {}
        for i in kept:
            title = int(self.catalogue.title_of_setting[i])
            of_title.setdefault(title, []).append(self.catalogue.settings[i])
        titles = tuple(
            replace(title, settings=tuple(of_title.get(number, ())))
            for number, title in enumerate(self.catalogue.titles)
        )
        return Known(Catalogue(titles), [self.tunes[i] for i in kept])

    def only(self, titles: Iterable[int]) -> "Known":
        """Some of the titles, in the order of their numbers."""
        wanted = sorted(titles)
        kept = np.flatnonzero(np.isin(self.catalogue.title_of_setting, wanted))
        return Known(
            Catalogue(tuple(self.catalogue.titles[i] for i in wanted)), [self.tunes[int(i)] for i in kept]
        )

    @cached_property
    def groups(self) -> list[list[int]]:
        """Titles that share a name, or nearly a melody; found once, as that takes its time."""
        return group_titles(self.catalogue, self.tunes)

    @cached_property
    def pools(self) -> list[Split]:
        """Five splits whose test parts are the pools of unseen titles."""
        return draw_pools(self.groups, POOLS, POOL, _SEED)

    def drawn(self) -> dict[int, int]:
        """For each title that has settings one of them; which, does not depend on other titles."""
        return self._first_drawn(self.catalogue.title_of_setting.tolist())

    def held_out(self) -> list[int]:
        """One setting of each tune that has several.

        A tune is what its collection says: settings whose addresses differ in their fragment only
        (".../tunes/1#setting2"). Settings without such an address are one tune where they are one title.
        """
        tunes = [
            (int(title), setting.url.rpartition("#")[0])
            for title, setting in zip(self.catalogue.title_of_setting, self.catalogue.settings, strict=True)
        ]
        counts = Counter(tunes)
        return [setting for tune, setting in self._first_drawn(tunes).items() if counts[tune] > 1]

    def _first_drawn(self, tunes: Iterable[Key]) -> dict[Key, int]:
        chosen: dict[Key, int] = {}
        for setting, tune in enumerate(tunes):
            best = chosen.setdefault(tune, setting)
            if self.lot(setting) < self.lot(best):
                chosen[tune] = setting
        return chosen

    def lot(self, setting: int) -> bytes:
        """What settings are drawn by: the lowest first. It depends on nothing but the reference."""
        return hashlib.sha256(self.catalogue.settings[setting].reference.encode()).digest()


@dataclass(frozen=True)
class Gallery:
    """Titles to rank, with the settings that are known of them, and encoders.

    Attributes
    ----------
    known : the titles; without any setting where titles are to be ranked by their names alone
    learned : what the encoders were trained on
    train : gives the encoders, trained when they are first asked for
    """

    known: Known
    learned: Known
    train: Callable[[], Encoders]

    @cached_property
    def encoders(self) -> Encoders:
        """The encoders."""
        return self.train()

    @property
    def catalogue(self) -> Catalogue:
        """The titles."""
        return self.known.catalogue
