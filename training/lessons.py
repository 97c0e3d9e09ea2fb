"""Lessons: pairs of a tune and one of its names, as batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.catalogue import Catalogue
from index.titles import title_key


@dataclass(frozen=True)
class Batch:
    """Training views of B tunes and names.

    Attributes
    ----------
    tunes, names : features, B each
    positives : bool, shape = (B, B); [i, j] whether name j is a name of tune i
    """

    tunes: list[Any]
    names: list[Any]
    positives: torch.Tensor


class Lessons:
    """Settings of some titles of a catalogue, with the names of each.

    Parameters
    ----------
    catalogue : the titles
    titles : numbers of those to learn
    tunes, names : features of all the catalogue's settings and names, in their order
    """

    def __init__(
        self, catalogue: Catalogue, titles: Sequence[int], tunes: Sequence[Any], names: Sequence[Any]
    ) -> None:
        self._tunes = tunes
        self._names = names
        self._settings = np.flatnonzero(np.isin(catalogue.title_of_setting, titles))
        self._title_of_setting = catalogue.title_of_setting
        self._first_name = np.searchsorted(catalogue.title_of_name, np.arange(len(catalogue) + 1))
        keys: dict[str, int] = {}
        self._key_of_name = np.array(
            [keys.setdefault(title_key(name), len(keys)) for name in catalogue.names]
        )
        self._key_count = len(keys)
        # Which key is a name of which title, as sorted numbers: a table would grow with their product.
        self._name_of_title = np.unique(self._pairs(catalogue.title_of_name, self._key_of_name))

    def __len__(self) -> int:
        return len(self._settings)

    def batches(
        self, size: int, tune_encoder: Any, title_encoder: Any, rng: np.random.Generator
    ) -> Iterator[Batch]:
        """Every setting once, in an order drawn anew, each with one of its title's names."""
        order = rng.permutation(self._settings)
        for start in range(0, len(order), size):
            settings = order[start : start + size]
            titles = self._title_of_setting[settings]
            names = rng.integers(self._first_name[titles], self._first_name[titles + 1])
            yield Batch(
                [tune_encoder.view(self._tunes[i], rng) for i in settings],
                [title_encoder.view(self._names[i], rng) for i in names],
                torch.from_numpy(self._positives(titles, self._key_of_name[names])),
            )

    def _positives(self, titles: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.isin(self._pairs(titles[:, None], keys[None, :]), self._name_of_title)

    def _pairs(self, titles: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.int64]:
        return titles * self._key_count + keys
