"""A library with the samples that experiments draw from it: held-out settings and pools of unseen titles."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from index.library import Library
from index.progress import OnStep, ignore_steps
from training.fitting.split import Split, draw_pools, group_titles

POOL_SIZE = 628  # titles of a pool of unseen titles
POOL_COUNT = 5
_SEED = 0  # of the pools: fixed, so that figures can be compared

Key = TypeVar("Key")


@dataclass(frozen=True)
class SampledLibrary(Library):
    """A library whose samples depend on nothing but the library itself.

    Attributes
    ----------
    on_step : called when a long step begins
    """

    on_step: OnStep = field(default=ignore_steps, repr=False, compare=False)

    @cached_property
    def groups(self) -> list[list[int]]:
        """Titles that share a name or nearly a melody, as lists of their numbers. Slow, so computed once."""
        return group_titles(self, self.on_step)

    @cached_property
    def pools(self) -> list[Split]:
        """`POOL_COUNT` splits; their test parts are the pools of unseen titles."""
        return draw_pools(self.groups, POOL_COUNT, POOL_SIZE, _SEED)

    def draw_one_per_title(self) -> dict[int, int]:
        """One setting of each title that has any, by title. Other titles do not affect the choice."""
        return self._first_drawn(self.catalogue.title_of_setting.tolist())

    def hold_out(self) -> list[int]:
        """One setting of each tune that has several.

        Settings belong to one tune if their addresses differ only in the fragment (".../tunes/1#setting2").
        Settings without such an address belong to one tune if they have the same title.
        """
        tunes = [
            (int(title), setting.url.rpartition("#")[0])
            for title, setting in zip(self.catalogue.title_of_setting, self.catalogue.settings, strict=True)
        ]
        counts = Counter(tunes)
        return [setting for tune, setting in self._first_drawn(tunes).items() if counts[tune] > 1]

    def draw_order(self, setting: int) -> bytes:
        """Sort key of a setting: settings are drawn in its order. It depends on the reference alone."""
        return hashlib.sha256(self.catalogue.settings[setting].reference.encode()).digest()

    def _first_drawn(self, keys: Iterable[Key]) -> dict[Key, int]:
        """For each key the setting that is drawn first; `keys` has the key of each setting."""
        chosen: dict[Key, int] = {}
        for setting, key in enumerate(keys):
            best = chosen.setdefault(key, setting)
            if self.draw_order(setting) < self.draw_order(best):
                chosen[key] = setting
        return chosen
