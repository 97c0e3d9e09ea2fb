"""How well the audit finds wrong titles: plant some, and count.

A fifth of the settings whose titles have several trade titles by a fixed seed. Some settings that were not
touched resemble no setting of their title to begin with: free versions, other tunes of that name, or labels
that were wrong before. They are counted both ways: as false alarms, and not at all.
"""

import csv
from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody
from index.catalogue import Catalogue
from model.abc import Tune
from training.audit.audit import MISFIT, OUTLIER, Audit, judge
from training.audit.resemblance import resemble

NATURAL = ("false alarms", "left out")  # the ways of counting natural outliers
_PLANTED = 0.2  # share of the settings whose titles have several
_SHUFFLES = 20  # rounds of moving those on that drew their own title

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Point:
    """Precision and recall at one threshold.

    Attributes
    ----------
    group : settings of the titles that are looked at, "2", "3", "4+" or "3+"
    natural : how natural outliers are counted, one of `NATURAL`
    suspicion : what is more suspicious is flagged
    flagged, planted : settings
    precision, recall : of the flagged, how many were planted; of the planted, how many are flagged
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
    """The curves, and how many settings and natural outliers each group has."""

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
        """The points of one curve, in falling order of suspicion."""
        return [point for point in self.curve if (point.group, point.natural) == (group, natural)]


def check(catalogue: Catalogue, tunes: Sequence[Tune], seed: int) -> Check:
    """Plant wrong titles and see how they stand out. `tunes` are the catalogue's settings, read."""
    true = catalogue.title_of_setting
    titles = plant(true, np.random.default_rng(seed))
    planted = titles != true
    melodies = [Melody.of(tune) for tune in tunes]
    natural = ~planted & (judge(resemble(tunes, true), true, melodies).own < OUTLIER)
    suspicion = judge(resemble(tunes, titles), titles, melodies).suspicion
    size = np.bincount(titles)[titles]
    groups = {"2": size == 2, "3": size == 3, "4+": size >= 4, "3+": size >= 3}
    curve: list[Point] = []
    for group, members in groups.items():
        for counted, of in zip(NATURAL, (members, members & ~natural), strict=True):
            curve += _curve(group, counted, suspicion, planted, of)
    settings = {group: int(members.sum()) for group, members in groups.items()}
    return Check(curve, settings, {group: int((natural & of).sum()) for group, of in groups.items()})


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the audit agrees with a list of settings known, or thought, to bear wrong titles.

    Attributes
    ----------
    titles : "several settings" or "one setting"
    settings, listed : how many there are, and how many of them are on the list
    found, both : how many the audit found, and how many of those are on the list
    """

    titles: str
    settings: int
    listed: int
    found: int
    both: int


def agree(audit: Audit, listed: Set[str]) -> list[Agreement]:
    """Titles with several settings by their misfits, titles with one by their twins, either of the pair.

    Of merged settings the first counts.
    """
    title = audit.catalogue.title_of_setting
    several = np.bincount(title)[title] > 1
    is_listed = np.array([setting.reference in listed for setting in audit.catalogue.settings])
    misfit, twin = np.zeros_like(several), np.zeros_like(several)
    for finding in audit.findings:
        if finding.kind == "misfit":
            misfit[finding.setting] = True
        else:
            twin[[finding.setting, finding.nearest]] = True
    return [
        Agreement(
            name, *(int((group & which).sum()) for which in (group, is_listed, found, found & is_listed))
        )
        for name, group, found in (("several settings", several, misfit), ("one setting", ~several, twin))
    ]


def plant(true: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Titles of which a fifth, of those with several settings, changed places. Hardly any is its own
    again, and that one is not counted as planted."""
    several = np.flatnonzero(np.bincount(true)[true] > 1)
    drawn = rng.choice(several, int(_PLANTED * len(several)), replace=False)
    given = rng.permutation(drawn)
    for _ in range(_SHUFFLES):
        for i in np.flatnonzero(true[given] == true[drawn]):
            other = rng.integers(len(drawn))
            given[[i, other]] = given[[other, i]]
    planted = true.copy()
    planted[drawn] = true[given]
    return planted


def _curve(
    group: str, natural: str, suspicion: NDArray[np.float64], planted: Bools, members: Bools
) -> Iterator[Point]:
    """A point wherever the threshold takes in another planted setting: between them precision only falls."""
    order = np.flatnonzero(members)
    order = order[np.argsort(-suspicion[order], kind="stable")]
    hits, total = np.cumsum(planted[order]), int(planted[order].sum())
    for i in np.flatnonzero(planted[order]):
        precision, recall = float(hits[i] / (i + 1)), float(hits[i] / total)
        yield Point(group, natural, float(suspicion[order[i]]), int(i) + 1, total, precision, recall)
