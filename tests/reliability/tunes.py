"""Real tunes as queries: settings of the catalogue, played in another way."""

from pathlib import Path

import numpy as np

from index.artifact import current_version
from index.catalogue import Catalogue
from index.suggester import CATALOGUE
from model.abc import Tune, read_tune, write
from model.abc.variation import cut, ornamented, transposed, unnamed

_ORNAMENTED = 0.1  # share of notes
_LONGEST_CUT = 64  # notes


def queries(artifacts: Path, count: int, seed: int = 0) -> list[str]:
    """Settings of the current catalogue in ABC: a third whole, a third also transposed, a third also cut and
    ornamented."""
    rng = np.random.default_rng(seed)
    settings = Catalogue.load(artifacts / current_version(artifacts) / CATALOGUE).settings
    chosen = rng.choice(len(settings), count, replace=count > len(settings))
    return [
        write(_played(unnamed(read_tune(settings[i].abc)), number % 3, rng))
        for number, i in enumerate(chosen)
    ]


def _played(tune: Tune, changes: int, rng: np.random.Generator) -> Tune:
    if changes >= 1:
        tune = transposed(tune, int(rng.integers(-6, 7)))
    if changes == 2:
        length = min(_LONGEST_CUT, len(tune.notes))
        tune = cut(tune, int(rng.integers(len(tune.notes) - length + 1)), length)
        tune = ornamented(tune, _ORNAMENTED, rng)
    return tune
