"""The label audit: finds titles on the wrong tune from the music alone.

A setting should resemble another setting of its title more than it resembles any setting of other titles. Two
things complicate this. The closest setting elsewhere may itself have the wrong title: then that one is the
misfit. And many tunes go under several titles: a setting that resembles its own title is in place, whatever
else it resembles.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody, similarity
from index.catalogue import Catalogue
from index.library import Library
from index.progress import OnStep, counted, ignore_steps
from model.names import fold
from training.audit.proposals import Proposal, propose
from training.audit.resemblance import Resemblances, resemble
from training.audit.shift import Shift, find_shift

MISFIT = 0.11  # suspicion; from the curve in docs/audit.md
OUTLIER = 0.15  # cosine; an outlier has less to every other setting of its title
TWIN = 0.8  # cosine; two printings of one tune rarely differ by more
# A little resemblance to its own title says more than a lot to another title, which may be an alias.
_OWN_WEIGHT = 5.0
_LEAD_WEIGHT = 0.5
_ROUNDS = 2  # of recomputing the trust in the settings that speak against a title
_SMOOTHING = 0.05  # cosine; added to both sides, so that two faint resemblances do not decide the trust
_TRUST_ALONE = 0.3  # in a title with one setting, which has nothing to support it
_RARE_WORD = 5  # titles; a word in this many or fewer relates them even in a small book
_COMMON_WORD = 0.01  # share of titles; a more frequent word ("jig", "the") does not relate titles

Kind = Literal["misfit", "twin"]


@dataclass(frozen=True)
class Judgement:
    """What speaks for and against the title of each setting; all shapes are (settings,).

    Attributes
    ----------
    own : cosine to the closest other setting of its title; 0 if there is none
    elsewhere : cosine to the closest setting of another title, times the trust in that setting's title
    nearest : number of that setting, -1 if there is none
    lead : how much better it aligns with that setting than with any of its own title, -1 to 1; 0 where either
        is missing
    suspicion : elsewhere - 5 own + lead / 2
    """

    own: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    nearest: NDArray[np.int64]
    lead: NDArray[np.float64]
    suspicion: NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """A setting that a person should look at.

    Attributes
    ----------
    kind : "misfit" for a setting that resembles another title and not its own; "twin" for one melody under
        two unrelated titles, where the music cannot say which title is right, or whether both are
    setting : its number
    nearest : number of the setting that speaks against its title
    own : cosine to the closest other setting of its title, None if there is none
    elsewhere : cosine to `nearest`
    suspicion : see `Judgement`
    """

    kind: Kind
    setting: int
    nearest: int
    own: float | None
    elsewhere: float
    suspicion: float


@dataclass(frozen=True)
class Audit:
    """The result of an audit.

    Attributes
    ----------
    catalogue : the audited titles and settings
    findings : misfits, then twins, the most suspicious first
    outliers : numbers of the settings that resemble no other of their title, the most suspicious first; many
        are free versions, or other tunes of that name
    proposals : titles that seem to be one tune, the most alike first
    shift : a bulk shift of titles, if there is one
    """

    catalogue: Catalogue
    findings: list[Finding]
    outliers: list[int]
    proposals: list[Proposal]
    shift: Shift | None


def audit(library: Library, on_step: OnStep = ignore_steps) -> Audit:
    """Look for wrong titles in a library. `on_step` is called when each step begins."""
    catalogue = library.catalogue
    titles = catalogue.title_of_setting
    resemblances = resemble(library.tunes, titles, on_step)
    judgement = judge(resemblances, titles, [Melody.of(tune) for tune in library.tunes], on_step)
    misfits = np.flatnonzero(is_misfit(judgement, titles))
    alone = np.bincount(titles)[titles] == 1
    cosine = {
        (int(a), int(b)): float(cosine)
        for a, b, cosine in zip(resemblances.first, resemblances.second, resemblances.cosine, strict=True)
    }

    def finding(kind: Kind, setting: int, nearest: int) -> Finding:
        own = None if alone[setting] else float(judgement.own[setting])
        elsewhere = cosine[setting, nearest]
        return Finding(kind, setting, nearest, own, elsewhere, float(judgement.suspicion[setting]))

    in_doubt = set(misfits.tolist())
    findings = [finding("misfit", int(i), int(judgement.nearest[i])) for i in misfits]
    findings += [finding("twin", a, b) for a, b in _twins(catalogue, resemblances, in_doubt)]
    findings.sort(key=lambda finding: (finding.kind, -finding.suspicion, -finding.elsewhere))
    outliers = np.flatnonzero(~alone & (judgement.own < OUTLIER))
    outliers = outliers[np.argsort(-judgement.suspicion[outliers], kind="stable")]
    return Audit(
        catalogue,
        findings,
        outliers.tolist(),
        propose(library, in_doubt, on_step),
        find_shift(catalogue, misfits, judgement.nearest),
    )


def judge(
    resemblances: Resemblances,
    title_of_setting: NDArray[np.int64],
    melodies: Sequence[Melody],
    on_step: OnStep = ignore_steps,
) -> Judgement:
    """Weigh what speaks for each setting's title against what speaks for another title.

    `melodies` are those of the settings. They are aligned, because a free version keeps few 5-grams of its
    title's other settings and still aligns with them.
    """
    same = title_of_setting[resemblances.first] == title_of_setting[resemblances.second]
    alone = np.bincount(title_of_setting)[title_of_setting] == 1
    own, _ = resemblances.best(np.where(same, resemblances.cosine, 0))
    supported, (elsewhere, nearest) = own, resemblances.best(np.where(same, 0, resemblances.cosine))
    for _ in range(_ROUNDS):
        trust = np.where(
            alone,
            _TRUST_ALONE,
            np.minimum(1, (supported + _SMOOTHING) / ((supported + elsewhere) / 2 + _SMOOTHING)),
        )
        weight = resemblances.cosine * trust[resemblances.second]
        supported, _ = resemblances.best(np.where(same, weight, 0))
        elsewhere, nearest = resemblances.best(np.where(same, 0, weight))
    lead = _lead(resemblances, same, nearest, melodies, on_step)
    return Judgement(own, elsewhere, nearest, lead, elsewhere - _OWN_WEIGHT * own + _LEAD_WEIGHT * lead)


def _lead(
    resemblances: Resemblances,
    same: NDArray[np.bool_],
    nearest: NDArray[np.int64],
    melodies: Sequence[Melody],
    on_step: OnStep,
) -> NDArray[np.float64]:
    aligned = np.zeros(len(same))
    pairs = np.flatnonzero(same)
    advance = on_step("aligning", len(pairs) + len(nearest))
    for pair in counted(pairs, advance):
        aligned[pair] = similarity(melodies[resemblances.first[pair]], melodies[resemblances.second[pair]])
    own, _ = resemblances.best(aligned)
    lead = np.zeros(len(nearest))
    for setting, other in enumerate(counted(nearest.tolist(), advance)):
        if own[setting] > 0 and other >= 0:
            lead[setting] = similarity(melodies[setting], melodies[other]) - own[setting]
    return lead


def is_misfit(judgement: Judgement, title_of_setting: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which settings resemble another title and not their own; only those of titles with several settings.

    shape = (settings,)
    """
    several: NDArray[np.bool_] = np.bincount(title_of_setting)[title_of_setting] > 1
    return several & (judgement.suspicion >= MISFIT)


def _twins(catalogue: Catalogue, resemblances: Resemblances, misfits: set[int]) -> list[tuple[int, int]]:
    """The closest two settings of every two unrelated titles that share a melody, misfits left out."""
    titles = catalogue.title_of_setting
    words = [{word for name in title.names for word in fold(name).split()} for title in catalogue.titles]
    counts = Counter(word for of_title in words for word in of_title)
    common = {word for word, count in counts.items() if count > max(_RARE_WORD, _COMMON_WORD * len(words))}
    return [
        (a, b)
        for a, b, _ in resemblances.nearest_of_titles(titles, TWIN, misfits)
        if not (words[titles[a]] & words[titles[b]]) - common
    ]
