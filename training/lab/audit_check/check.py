"""How well the audit finds wrong titles: plants some and counts how many it flags.

The check samples a fifth of the settings of titles with several settings, with a fixed seed, and swaps their
titles. Some of the others resembled no setting of their title from the start: free versions, other tunes of
the same name, or titles that were already wrong. These natural outliers are counted in two ways: as false
alarms, and not at all.
"""

import csv
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody
from index.library import Library
from index.progress import OnStep, ignore_steps
from training.audit.audit import MISFIT, OUTLIER, judge
from training.audit.resemblance import resemble

NATURAL = ("false alarms", "left out")  # the ways of counting natural outliers
_PLANTED = 0.2  # share of the settings of titles with several settings
_SHUFFLES = 20  # rounds of swapping again the titles of settings that got their own title

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Point:
    """Precision and recall at one threshold.

    Attributes
    ----------
    group : the titles that are counted, by their number of settings: "2", "3", "4+" or "3+"
    natural : how natural outliers are counted, one of `NATURAL`
    suspicion : the threshold; a setting with this suspicion or more is flagged
    flagged : number of flagged settings
    planted : number of planted settings
    precision : share of the flagged settings that were planted
    recall : share of the planted settings that are flagged
    """

    group: str
    natural: str
    suspicion: float
    flagged: int
    planted: int
    precision: float
    recall: float


@dataclass(frozen=True)
class Check:
    """The result of a check.

    Attributes
    ----------
    curve : the points of all precision-recall curves
    settings : number of settings in each group
    outliers : number of natural outliers in each group
    """

    curve: list[Point]
    settings: dict[str, int]
    outliers: dict[str, int]

    def at(self, group: str, natural: str, precision: float) -> Point | None:
        """The point of highest recall with at least that precision."""
        good = [point for point in self.curve_of(group, natural) if point.precision >= precision]
        return max(good, key=lambda point: point.recall, default=None)

    def as_audited(self, group: str, natural: str) -> Point | None:
        """The point at the audit's own threshold."""
        flagged = [point for point in self.curve_of(group, natural) if point.suspicion >= MISFIT]
        return max(flagged, key=lambda point: point.flagged, default=None)

    def save(self, path: Path) -> None:
        """Write the curves as CSV."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Point)])
            writer.writeheader()
            writer.writerows(asdict(point) for point in self.curve)

    def curve_of(self, group: str, natural: str) -> list[Point]:
        """The points of one of the curves, in falling order of suspicion."""
        return [point for point in self.curve if (point.group, point.natural) == (group, natural)]


def check(library: Library, seed: int, on_step: OnStep = ignore_steps) -> Check:
    """Plant wrong titles in a library and measure how well their suspicion separates them from the others."""
    true = library.catalogue.title_of_setting
    tunes = library.tunes
    titles = plant(true, np.random.default_rng(seed))
    planted = titles != true
    melodies = [Melody.of(tune) for tune in tunes]
    natural = ~planted & (judge(resemble(tunes, true, on_step), true, melodies, on_step).own < OUTLIER)
    suspicion = judge(resemble(tunes, titles, on_step), titles, melodies, on_step).suspicion
    size = np.bincount(titles)[titles]
    groups = {"2": size == 2, "3": size == 3, "4+": size >= 4, "3+": size >= 3}
    curve: list[Point] = []
    for group, members in groups.items():
        for way, counted in zip(NATURAL, (members, members & ~natural), strict=True):
            curve += _curve(group, way, suspicion, planted, counted)
    settings = {group: int(members.sum()) for group, members in groups.items()}
    return Check(
        curve, settings, {group: int((natural & members).sum()) for group, members in groups.items()}
    )


def plant(true: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Swap titles at random among a fifth of the settings of titles with several settings.

    Hardly any of these settings gets its own title; one that does is not counted as planted.
    `true` holds the right title of each setting; it and the result have the shape (settings,).
    """
    several = np.flatnonzero(np.bincount(true)[true] > 1)
    chosen = rng.choice(several, int(_PLANTED * len(several)), replace=False)
    source = rng.permutation(chosen)  # the setting whose title each chosen one gets
    for _ in range(_SHUFFLES):
        for i in np.flatnonzero(true[source] == true[chosen]):
            other = rng.integers(len(chosen))
            source[[i, other]] = source[[other, i]]
    planted = true.copy()
    planted[chosen] = true[source]
    return planted


def _curve(
    group: str, natural: str, suspicion: NDArray[np.float64], planted: Bools, members: Bools
) -> Iterator[Point]:
    """A point at every planted setting. Between two of these, precision only falls."""
    order = np.flatnonzero(members)
    order = order[np.argsort(-suspicion[order], kind="stable")]
    hits, total = np.cumsum(planted[order]), int(planted[order].sum())
    for i in np.flatnonzero(planted[order]):
        precision, recall = float(hits[i] / (i + 1)), float(hits[i] / total)
        yield Point(group, natural, float(suspicion[order[i]]), int(i) + 1, total, precision, recall)
