"""Lessons: tunes, and the names that they are told from, as batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.catalogue import Catalogue
from index.titles import title_key
from model.grams import Ints
from training.fitting.config import FitConfig


@dataclass(frozen=True)
class Batch:
    """Training views of tunes of B titles, and of N names, among them names of those titles.

    Attributes
    ----------
    tunes, names : features, B and N
    positives : bool, shape = (B, N); [i, j] whether name j is a name of tune i
    again : features of the same titles once more, of the same settings or others; B, or none
    """

    tunes: list[Any]
    names: list[Any]
    positives: torch.Tensor
    again: list[Any]


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
        self._features = names
        self._titles = np.intersect1d(titles, catalogue.title_of_setting)
        every = np.arange(len(catalogue) + 1)
        self._first_setting = np.searchsorted(catalogue.title_of_setting, every)
        self._first_name = np.searchsorted(catalogue.title_of_name, every)
        self._names = np.flatnonzero(np.isin(catalogue.title_of_name, self._titles))
        self._title_of_name = catalogue.title_of_name
        # Another title may have the same name, which then is no negative: names are told apart by their keys.
        keys: dict[str, int] = {}
        self._key_of_name = np.array(
            [keys.setdefault(title_key(name), len(keys)) for name in catalogue.names]
        )

    def __len__(self) -> int:
        return len(self._titles)

    def batches(
        self, config: FitConfig, tune_encoder: Any, title_encoder: Any, rng: np.random.Generator
    ) -> Iterator[Batch]:
        """Every title once, in an order drawn anew, `config.batch` at a time.

        Each comes with one of its settings, drawn anew, and if `config.melody` with another, drawn likewise.
        Titles count alike, whether they have one setting or many: what a name says of a tune is learned from
        titles. Each batch is told from all names, or from `config.names` of them: its own, and others drawn.
        With 0 each title has one of its names, and is told from those of its batch.
        """
        order = rng.permutation(self._titles)
        # Of a last batch of one title nothing could be learned: it goes with the batch before.
        starts = [*range(0, max(len(order) - 1, 1), config.batch)]
        for start, end in zip(starts, [*starts[1:], len(order)], strict=True):
            titles = order[start:end]
            names = self._drawn_names(titles, config.names, rng)
            yield Batch(
                self._views(titles, tune_encoder, rng),
                [title_encoder.view(self._features[i], rng) for i in names],
                torch.from_numpy(self._positives(titles, names)),
                self._views(titles, tune_encoder, rng) if config.melody else [],
            )

    def _views(self, titles: Ints, tune_encoder: Any, rng: np.random.Generator) -> list[Any]:
        settings = rng.integers(self._first_setting[titles], self._first_setting[titles + 1])
        return [tune_encoder.view(self._tunes[i], rng) for i in settings]

    def _drawn_names(self, titles: Ints, most: int, rng: np.random.Generator) -> Ints:
        if most == 0:
            return rng.integers(self._first_name[titles], self._first_name[titles + 1])
        if len(self._names) <= most:
            return self._names
        is_own = np.isin(self._title_of_name[self._names], titles)
        own, others = self._names[is_own], self._names[~is_own]
        return np.concatenate([own, rng.choice(others, max(most - len(own), 0), replace=False)])

    def _positives(self, titles: Ints, names: Ints) -> NDArray[np.bool_]:
        keys = self._key_of_name[names]
        first, end = self._first_name[titles], self._first_name[titles + 1]
        own = [self._key_of_name[i:j] for i, j in zip(first, end, strict=True)]
        return np.stack([np.isin(keys, of_title) for of_title in own])
