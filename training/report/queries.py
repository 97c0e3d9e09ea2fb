"""The queries of a report: tunes made from an artifact alone, each with its right title.

A held-out setting is ranked as if nobody had collected it (`Suggester.rank`), so no index is built again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from index.alignment import SAME_MELODY, similarities
from index.artifact import EVALUATION, Artifact, ArtifactError
from index.catalogue import Catalogue
from index.melody_index import MelodyIndex
from model.abc import Tune, read_tune
from model.abc.variation import cut, unnamed
from model.grams import Ints
from training.fitting.split import SPLIT, Split

MOST = 300  # queries of a kind
_SEED = 0  # of the samples: fixed, so that reports can be compared


@dataclass(frozen=True)
class Query:
    """A tune to look up.

    Attributes
    ----------
    tune : without its name
    title : number of the right title
    setting : number of the setting that it is, None if it is not a setting as printed
    without : numbers of the settings that the ranking must not use
    absent : titles that the ranking must not give; the right one among them if the tune is to be unknown
    """

    tune: Tune
    title: int
    setting: int | None = None
    without: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    absent: frozenset[int] = frozenset()

    def first(self, notes: int) -> "Query":
        """The same with only its first notes."""
        return replace(self, tune=cut(self.tune, 0, notes)) if len(self.tune.notes) > notes else self


class Queries(NamedTuple):
    """All queries of a report, before they are cut to fragments.

    Attributes
    ----------
    changed : the artifact's probes; their settings are in the index
    held_out : a setting each of titles with several, left out of the index
    same_melody : which of `held_out` have the melody of another setting of their title
    unknown : a setting each of the titles of the test part, all of which are left out
    """

    changed: list[Query]
    held_out: list[Query]
    same_melody: list[bool]
    unknown: list[Query]


def draw_queries(artifact: Artifact) -> Queries:
    """Draw the queries of an artifact; the same artifact gives the same. Raises ArtifactError."""
    suggester = artifact.suggester
    catalogue = suggester.catalogue
    rng = np.random.default_rng(_SEED)
    changed = [Query(read_tune(probe.abc), probe.title) for probe in artifact.probes[:MOST]]
    several = np.flatnonzero(np.bincount(catalogue.title_of_setting) > 1)
    held_out = [
        replace(query, without=np.array([query.setting])) for query in _settings_of(several, catalogue, rng)
    ]
    same_melody = [_has_same_melody(query, suggester.melody_index) for query in held_out]
    test = _test_titles(artifact)
    settings = np.flatnonzero(np.isin(catalogue.title_of_setting, test))
    unknown = [
        replace(query, without=settings, absent=frozenset(test))
        for query in _settings_of(np.array(test, dtype=np.int64), catalogue, rng)
    ]
    return Queries(changed, held_out, same_melody, unknown)


def _settings_of(titles: Ints, catalogue: Catalogue, rng: np.random.Generator) -> list[Query]:
    """A random setting each of at most `MOST` of these titles."""
    queries = []
    for title in rng.permutation(titles)[:MOST].tolist():
        first, end = np.searchsorted(catalogue.title_of_setting, [title, title + 1]).tolist()
        setting = int(rng.integers(first, end))
        tune = unnamed(read_tune(catalogue.settings[setting].abc))
        queries.append(Query(tune, title, setting))
    return queries


def _has_same_melody(query: Query, index: MelodyIndex) -> bool:
    """Whether another setting of the query's title has nearly the same melody."""
    if query.setting is None:
        return False
    settings = np.flatnonzero(index.title_of_setting == query.title).tolist()
    others = [index.melody(setting) for setting in settings if setting != query.setting]
    return bool(similarities(index.melody(query.setting), others).max() >= SAME_MELODY)


def _test_titles(artifact: Artifact) -> Sequence[int]:
    """The titles of the test part, which share no name and no melody with any other part."""
    try:
        return Split.load(artifact.path / EVALUATION / SPLIT).test
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{artifact.path.name}: {error}") from error
