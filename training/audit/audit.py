"""The label audit: titles that stand on the wrong tune, found from the music alone.

A setting whose title has other settings should resemble one of them more than it resembles any setting of
another title. Two things need care. Its nearest setting elsewhere may itself bear a wrong title: then it is
that one which is out of place. And many tunes go under several titles: a setting that resembles its own title
is in place, whatever else it resembles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody, similarity
from index.catalogue import Catalogue
from model.abc import Tune
from model.names import fold
from training.audit.proposals import Proposal, propose
from training.audit.resemblance import Resemblances, resemble
from training.audit.shift import Shift, find_shift

MISFIT = 0.11  # suspicion; from the curve in docs/audit.md
OUTLIER = 0.15  # cosine; a setting under it to all others of its title resembles none of them
TWIN = 0.8  # cosine; two printings of one tune rarely differ by more
# A little resemblance to the own title says more than much to another, which may be an alias.
_OWN_WEIGHT = 5.0
_LEAD_WEIGHT = 0.5
_ROUNDS = 2  # of asking whether those which speak against a setting are in place themselves
_DOUBT = 0.05  # cosine; added to both sides, so that two faint resemblances decide nothing
_ALONE = 0.3  # trust in a title with one setting: nothing speaks for it
_RARE_WORD = 5  # titles; in a small book too a word in so few relates them
_COMMON_WORD = 0.01  # share of titles; a word in more of them ("jig", "the") makes no two titles related

Kind = Literal["misfit", "twin"]


@dataclass(frozen=True)
class Standing:
    """How each setting stands to its own title and to others; all have the shape (settings,).

    Attributes
    ----------
    own : cosine of the nearest setting of its title; 0 where there is none
    elsewhere : cosine of the nearest setting of another title, times the trust in that one's title
    nearest : that setting, -1 if none
    lead : how much better it aligns with that one than with any of its own title, -1 to 1; 0 where either is
        missing
    suspicion : elsewhere - 5 own + lead / 2
    """

    own: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    nearest: NDArray[np.int64]
    lead: NDArray[np.float64]
    suspicion: NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """Something a person should look at.

    Attributes
    ----------
    kind : "misfit" for a setting that resembles another title and not its own, "twin" for one melody under
        two unrelated titles, where nobody can tell from the music which is right, or whether both are
    setting, nearest : numbers of the setting and of the one that speaks against its title
    own : cosine of the nearest setting of its own title, None where it is the only one
    elsewhere : cosine of `nearest`
    suspicion : see `Standing`
    """

    kind: Kind
    setting: int
    nearest: int
    own: float | None
    elsewhere: float
    suspicion: float


@dataclass(frozen=True)
class Audit:
    """What was found in a catalogue.

    Attributes
    ----------
    catalogue : what was looked at
    findings : the most suspicious first
    outliers : numbers of the settings that resemble no other of their title, the most suspicious first; many
        are free versions, or other tunes of that name
    proposals : titles that seem to be one tune, the most alike first
    shift : a bulk shift, if there is one
    """

    catalogue: Catalogue
    findings: list[Finding]
    outliers: list[int]
    proposals: list[Proposal]
    shift: Shift | None


def audit(catalogue: Catalogue, tunes: Sequence[Tune], on_tune: Callable[[], object] = lambda: None) -> Audit:
    """Look for wrong titles. `tunes` are the catalogue's settings, read; `on_tune` is called after each."""
    titles = catalogue.title_of_setting
    resemblances = resemble(tunes, titles, on_tune)
    melodies = [Melody.of(tune) for tune in tunes]
    standing = judge(resemblances, titles, melodies)
    misfits = np.flatnonzero(is_misfit(standing, titles))
    alone = np.bincount(titles)[titles] == 1
    cosine = {
        (int(a), int(b)): float(cosine)
        for a, b, cosine in zip(resemblances.first, resemblances.second, resemblances.cosine, strict=True)
    }

    def finding(kind: Kind, setting: int, nearest: int) -> Finding:
        own = None if alone[setting] else float(standing.own[setting])
        elsewhere = cosine[setting, nearest]
        return Finding(kind, setting, nearest, own, elsewhere, float(standing.suspicion[setting]))

    found = [finding("misfit", int(i), int(standing.nearest[i])) for i in misfits]
    doubted = set(misfits.tolist())
    found += [finding("twin", a, b) for a, b in _twins(catalogue, resemblances, doubted)]
    found.sort(key=lambda one: (one.kind, -one.suspicion, -one.elsewhere))
    proposals = propose(catalogue, melodies, resemblances, doubted)
    outliers = np.flatnonzero(~alone & (standing.own < OUTLIER))
    outliers = outliers[np.argsort(-standing.suspicion[outliers], kind="stable")]
    return Audit(
        catalogue, found, outliers.tolist(), proposals, find_shift(catalogue, misfits, standing.nearest)
    )


def judge(
    resemblances: Resemblances, title_of_setting: NDArray[np.int64], melodies: Sequence[Melody]
) -> Standing:
    """Weigh what each setting's own title says for it against what the others say.

    `melodies` are those of the settings, to be aligned: a free version keeps few runs of its title's other
    settings and still goes along with them.
    """
    same = title_of_setting[resemblances.first] == title_of_setting[resemblances.second]
    alone = np.bincount(title_of_setting)[title_of_setting] == 1
    own, _ = resemblances.best(np.where(same, resemblances.cosine, 0))
    supported, (elsewhere, nearest) = own, resemblances.best(np.where(same, 0, resemblances.cosine))
    for _ in range(_ROUNDS):
        trust = np.where(
            alone, _ALONE, np.minimum(1, (supported + _DOUBT) / ((supported + elsewhere) / 2 + _DOUBT))
        )
        weight = resemblances.cosine * trust[resemblances.second]
        supported, _ = resemblances.best(np.where(same, weight, 0))
        elsewhere, nearest = resemblances.best(np.where(same, 0, weight))
    lead = _lead(resemblances, same, nearest, melodies)
    return Standing(own, elsewhere, nearest, lead, elsewhere - _OWN_WEIGHT * own + _LEAD_WEIGHT * lead)


def _lead(
    resemblances: Resemblances,
    same: NDArray[np.bool_],
    nearest: NDArray[np.int64],
    melodies: Sequence[Melody],
) -> NDArray[np.float64]:
    aligned = np.zeros(len(same))
    for pair in np.flatnonzero(same):
        aligned[pair] = similarity(melodies[resemblances.first[pair]], melodies[resemblances.second[pair]])
    own, _ = resemblances.best(aligned)
    lead = np.zeros(len(nearest))
    for setting, other in enumerate(nearest.tolist()):
        if own[setting] > 0 and other >= 0:
            lead[setting] = similarity(melodies[setting], melodies[other]) - own[setting]
    return lead


def is_misfit(standing: Standing, title_of_setting: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which settings of titles with several resemble another title and not their own. shape = (settings,)"""
    several: NDArray[np.bool_] = np.bincount(title_of_setting)[title_of_setting] > 1
    return several & (standing.suspicion >= MISFIT)


def _twins(catalogue: Catalogue, resemblances: Resemblances, misfits: set[int]) -> list[tuple[int, int]]:
    """Pairs of settings, misfits aside, with one melody and unrelated titles; the nearest of each two."""
    titles = catalogue.title_of_setting
    words = [{word for name in title.names for word in fold(name).split()} for title in catalogue.titles]
    counts: dict[str, int] = {}
    for word in (word for of_title in words for word in of_title):
        counts[word] = counts.get(word, 0) + 1
    common = {word for word, count in counts.items() if count > max(_RARE_WORD, _COMMON_WORD * len(words))}
    return [
        (a, b)
        for a, b, _ in resemblances.nearest_of_titles(titles, TWIN, misfits)
        if not (words[titles[a]] & words[titles[b]]) - common
    ]
