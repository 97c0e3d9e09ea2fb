"""Queries: tunes or titles to look up, and what is right for each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from index.library import Library
from model.abc import Tune
from model.abc.variation import cut, unnamed
from model.grams import interval_grams
from training.lab.benchmark.sampled_library import SampledLibrary

_RESEMBLES = 0.25  # share of the smaller of two sets of interval 4-grams


@dataclass(frozen=True)
class Query:
    """A tune or a title to look up.

    Attributes
    ----------
    reference : of the setting that the query is made from, or that is right
    item : a tune without its titles, or a title
    right : numbers of the right titles in the gallery, or of the right settings where a task ranks these;
        empty if none is right
    also : numbers of the other titles of the gallery that are the same tune as a right one
    """

    reference: str
    item: Tune | str
    right: NDArray[np.int64]
    also: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def tune(self) -> Tune:
        """The query as a tune. Raises TypeError for a title."""
        if isinstance(self.item, str):
            raise TypeError("the query is a title, not a tune")
        return self.item


def rng_of(reference: str) -> np.random.Generator:
    """Random numbers that depend on the reference of a setting alone."""
    return np.random.default_rng(list(draw_order(reference)))


def draw_order(reference: str) -> bytes:
    """Sort key of a setting: settings are drawn in its order."""
    return hashlib.sha256(reference.encode()).digest()


def query_of(library: Library, setting: int, right: Sequence[int]) -> Query:
    """A setting of a library as a query, without its name."""
    reference = library.catalogue.settings[setting].reference
    return Query(reference, unnamed(library.tunes[setting]), np.array(right, dtype=np.int64))


def title_of(library: Library, setting: int) -> int:
    """The title of a setting, by number."""
    return int(library.catalogue.title_of_setting[setting])


def held_out_queries(library: SampledLibrary) -> list[Query]:
    """The settings that the library holds out. The right title has the number that it has there."""
    return [query_of(library, setting, [title_of(library, setting)]) for setting in library.hold_out()]


def not_held_out(library: SampledLibrary) -> frozenset[int]:
    """The other settings."""
    return frozenset(range(len(library.tunes))) - frozenset(library.hold_out())


def first_notes(queries: Sequence[Query], notes: int) -> list[Query]:
    """The same queries with only their first notes."""
    return [replace(query, item=cut(query.tune, 0, notes)) for query in queries]


def resembling(queries: Sequence[Query], library: Library) -> frozenset[str]:
    """References of queries that share a quarter of their interval 4-grams with a right title's setting."""
    settings_of: dict[int, list[int]] = {}
    for setting, title in enumerate(library.catalogue.title_of_setting.tolist()):
        settings_of.setdefault(title, []).append(setting)

    def resembles(query: Query) -> bool:
        grams = _grams(query.tune)
        settings = (i for title in query.right.tolist() for i in settings_of.get(title, ()))
        return any(_overlap(grams, _grams(library.tunes[i])) >= _RESEMBLES for i in settings)

    return frozenset(query.reference for query in queries if resembles(query))


def _overlap(a: set[int], b: set[int]) -> float:
    """Share of the smaller set that is in the other."""
    return len(a & b) / max(min(len(a), len(b)), 1)


def _grams(tune: Tune) -> set[int]:
    return set(interval_grams(tune, 4).tolist())
