"""Alias proposals: titles that share a melody and may be names of one tune."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.catalogue import Catalogue
from index.contents import Contents
from index.library import Library
from index.melody_pairs import MelodyPairs
from index.progress import OnStep, ignore_steps
from index.same_tunes import SAME, odds_with_names


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two titles that seem to be names of one tune.

    Attributes
    ----------
    first, second : numbers of the settings of the two titles that are most likely one tune, in order
    odds : natural logarithm of the odds that they are, see `index.same_tunes`
    """

    first: int
    second: int
    odds: float


def propose(library: Library, misfits: Set[int], on_step: OnStep = ignore_steps) -> list[Proposal]:
    """Every two titles that seem to be one tune, as answers join them, the likeliest first.

    Settings in `misfits` are ignored, because their titles are in doubt.
    """
    catalogue = library.catalogue
    pairs = MelodyPairs.find(Contents.of(library.tunes), on_step=on_step)
    odds = odds_with_names(catalogue, pairs)
    closest: dict[tuple[int, int], Proposal] = {}
    for pair in np.argsort(-odds, kind="stable")[: np.sum(odds >= SAME)].tolist():
        first, second = int(pairs.first[pair]), int(pairs.second[pair])
        low, high = (int(catalogue.title_of_setting[setting]) for setting in (first, second))
        if low != high and misfits.isdisjoint((first, second)):
            closest.setdefault((low, high), Proposal(first, second, float(odds[pair])))
    return list(closest.values())


def write_proposals(proposals: Sequence[Proposal], catalogue: Catalogue, path: Path) -> None:
    """Write an alias list (`training/corpora/aliases.py`) with both titles in a comment above each pair."""
    lines = [
        "# Titles that seem to be names of one tune, the likeliest first. Delete the pairs that are not,",
        "# and give the rest to `fit --aliases`.",
    ]
    for proposal in proposals:
        first, second = catalogue.settings[proposal.first], catalogue.settings[proposal.second]
        sure = f"log odds {proposal.odds:.1f}"
        comment = " ".join(f'"{first.title}" = "{second.title}", {sure}'.split())
        lines += [f"# {comment}", f"{first.reference}\t{second.reference}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
