"""Titles with their nearest titles, by the vectors of their tunes."""

from dataclasses import dataclass

import numpy as np

from index.alignment import similarity
from index.artifact import Artifact
from model.abc import read_tune
from training.report.notation import Written, write_bars
from training.report.tune_map import rhythm_of

_TITLES = 5
_NEAREST = 4
_BARS = 4  # of each tune
_SEED = 0


@dataclass(frozen=True)
class Neighbour:
    """A title near another; the title itself is its own first neighbour.

    Attributes
    ----------
    name : as people write it
    corpus, rhythm, meter, key : of its tune, "" where unknown
    cosine : of both tunes' vectors, -1 to 1
    similarity : of both melodies, 0 to 1
    beginning : its first bars
    """

    name: str
    corpus: str
    rhythm: str
    meter: str
    key: str
    cosine: float
    similarity: float
    beginning: Written


def sample_neighbours(artifact: Artifact) -> list[list[Neighbour]]:
    """Some titles of different rhythms, each followed by the titles whose tunes are nearest."""
    suggester = artifact.suggester
    catalogue, index = suggester.catalogue, suggester.melody_index
    rows = []
    for title in _sample(artifact):
        first = int(np.searchsorted(catalogue.title_of_setting, title))
        shown = [(first, 1.0)]
        shown += [(hit.row, hit.score) for hit in index.vectors.neighbours(title, _NEAREST)]
        neighbours = []
        for number, cosine in shown:
            setting, tune = catalogue.settings[number], read_tune(catalogue.settings[number].abc)
            neighbours.append(
                Neighbour(
                    name=suggester.directory.display(setting.title),
                    corpus=setting.corpus,
                    rhythm=rhythm_of(setting),
                    meter=tune.meter,
                    key=tune.key,
                    cosine=cosine,
                    similarity=similarity(index.melody(first), index.melody(number)),
                    beginning=write_bars(tune, 0, _BARS),
                )
            )
        rows.append(neighbours)
    return rows


def _sample(artifact: Artifact) -> list[int]:
    """Random titles with a setting, of as many different rhythms as there are."""
    catalogue = artifact.suggester.catalogue
    sample: dict[str, list[int]] = {}
    for title in np.random.default_rng(_SEED).permutation(np.unique(catalogue.title_of_setting)).tolist():
        sample.setdefault(rhythm_of(catalogue.titles[title].settings[0]), []).append(title)
    by_frequency = sorted(sample.values(), key=lambda titles: -len(titles))
    turns = max(map(len, by_frequency), default=0)
    drawn = [
        titles[turn] for turn in range(min(turns, _TITLES)) for titles in by_frequency if turn < len(titles)
    ]
    return drawn[:_TITLES]
