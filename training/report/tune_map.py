"""The map: tunes and titles that the encoders never saw, projected from the shared space to a plane."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.artifact import EVALUATION, Artifact, ArtifactError
from index.catalogue import Setting
from index.progress import OnStep, counted, ignore_steps
from index.titles import base_and_family
from model.abc import read_tune
from model.abc.variation import unnamed
from model.checkpoint import CheckpointError
from model.encoder import Vectors
from model.encoders import Encoders
from model.grams import Floats
from training.fitting.split import SPLIT, Split
from training.report.projection import STEPS, project

_MOST = 800  # titles
_SEED = 0


class Point(NamedTuple):
    """A tune or a title on the map.

    Attributes
    ----------
    x, y : its place, each from 0 to 1
    is_title : whether it is the title, not the tune
    rhythm : the family of the tune's rhythm, "" if neither R: nor a name says it
    name : the title as people write it
    """

    x: float
    y: float
    is_title: bool
    rhythm: str
    name: str


class Agreement(NamedTuple):
    """How often the nearest other tune has the same rhythm.

    Attributes
    ----------
    rhythm : of the tunes
    tunes : how many have it
    same : share whose nearest other tune has it, too
    chance : that share for a random other tune
    """

    rhythm: str
    tunes: int
    same: float
    chance: float


@dataclass(frozen=True)
class TuneMap:
    """Points, and how well neighbours agree."""

    points: list[Point]
    agreement: list[Agreement]


def draw_map(artifact: Artifact, on_step: OnStep = ignore_steps) -> TuneMap:
    """The map of the titles that the encoders in the artifact's `evaluation/` did not learn from.

    Their tunes are encoded without `R:`, which would give their colour away. Raises ArtifactError when a file
    there cannot be read.
    """
    folder, suggester = artifact.path / EVALUATION, artifact.suggester
    try:
        split, encoders = Split.load(folder / SPLIT), Encoders.load(folder, "cpu")
    except (CheckpointError, OSError, ValueError) as error:
        raise ArtifactError(f"{artifact.path.name}: {error}") from error
    unseen = np.array([*split.test, *split.validation])
    numbers = np.random.default_rng(_SEED).permutation(unseen)[:_MOST].tolist()
    titles = [suggester.catalogue.titles[number] for number in numbers]
    settings = [title.settings[0] for title in titles]
    encoded = counted(settings, on_step("encoding tunes for the map", len(settings)))
    tunes = encoders.tune.encode(replace(unnamed(read_tune(setting.abc)), rhythm="") for setting in encoded)
    vectors = np.concatenate([tunes, encoders.title.encode([title.title for title in titles])])
    places = _spread(project(vectors, on_step("projecting the map", STEPS)))
    rhythms = [rhythm_of(setting) for setting in settings]
    names = [suggester.directory.display(title.title) for title in titles]
    points = [
        Point(
            float(x),
            float(y),
            number >= len(titles),
            rhythms[number % len(titles)],
            names[number % len(titles)],
        )
        for number, (x, y) in enumerate(places)
    ]
    return TuneMap(points, agree(tunes, np.array(rhythms)))


def rhythm_of(setting: Setting) -> str:
    """The family of a setting's rhythm, by its printed title or by R:; "" if neither says it."""
    return base_and_family(setting.printed or setting.title, setting.rhythm)[1]


def _spread(places: Floats) -> Floats:
    """The same places between 0 and 1."""
    low = places.min(axis=0)
    spread: Floats = (places - low) / max(float((places.max(axis=0) - low).max()), 1e-9)
    return spread


def agree(tunes: Vectors, rhythms: NDArray[np.str_]) -> list[Agreement]:
    """The agreement of each rhythm, the most frequent first.

    Parameters
    ----------
    tunes : vectors, shape = (tunes, dim)
    rhythms : of each tune, "" if unknown
    """
    known = np.flatnonzero(rhythms != "")
    if len(known) < 2:
        return []
    rhythms, cosines = rhythms[known], tunes[known] @ tunes[known].T
    np.fill_diagonal(cosines, -np.inf)
    same = rhythms[cosines.argmax(axis=1)] == rhythms
    rows = []
    for rhythm in sorted(set(rhythms.tolist()), key=lambda each: (-int((rhythms == each).sum()), each)):
        of_rhythm = rhythms == rhythm
        count = int(of_rhythm.sum())
        rows.append(Agreement(rhythm, count, float(same[of_rhythm].mean()), (count - 1) / (len(known) - 1)))
    return rows
