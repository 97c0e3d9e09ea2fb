"""Alias proposals: titles that share a melody and may be names of one tune."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from index.alignment import Melody, similarity
from index.catalogue import Catalogue
from index.library import Library
from training.audit.resemblance import Resemblances

# Both thresholds must be reached. They come from pairs in the books that were compared by eye: docs/audit.md.
_COSINE = 0.5
_ALIGNMENT = 0.8


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two titles that seem to be names of one tune.

    Attributes
    ----------
    first, second : numbers of the closest settings of the two titles, in order
    cosine : of their interval 5-grams, as everywhere in the audit
    alignment : `index.alignment.similarity`, note for note
    """

    first: int
    second: int
    cosine: float
    alignment: float


def propose(library: Library, resemblances: Resemblances, misfits: Set[int]) -> list[Proposal]:
    """Every two titles that seem to be one tune, the most alike first.

    Both measures must agree, because a bag of 5-grams ignores the order of parts and an alignment finds half
    of any two reels alike. Settings in `misfits` are ignored, because their titles are in doubt.
    """
    proposals = []
    titles = library.catalogue.title_of_setting
    for first, second, cosine in resemblances.nearest_of_titles(titles, _COSINE, misfits):
        alignment = similarity(Melody.of(library.tunes[first]), Melody.of(library.tunes[second]))
        if alignment >= _ALIGNMENT:
            proposals.append(Proposal(first, second, cosine, alignment))
    return sorted(proposals, key=lambda proposal: -(proposal.cosine + proposal.alignment))


def write_proposals(proposals: Sequence[Proposal], catalogue: Catalogue, path: Path) -> None:
    """Write an alias list (`training/corpora/aliases.py`) with both titles in a comment above each pair."""
    lines = [
        "# Titles that seem to be names of one tune, the most alike first. Delete the pairs that are not,",
        "# and give the rest to `fit --aliases`.",
    ]
    for proposal in proposals:
        first, second = catalogue.settings[proposal.first], catalogue.settings[proposal.second]
        figures = f"cosine {proposal.cosine:.2f}, alignment {proposal.alignment:.2f}"
        comment = " ".join(f'"{first.title}" = "{second.title}", {figures}'.split())
        lines += [f"# {comment}", f"{first.reference}\t{second.reference}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
