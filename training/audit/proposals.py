"""Proposals: settings that share a melody and not a title, which may be one tune under several names."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from index.alignment import Melody, similarity
from index.catalogue import Catalogue
from training.audit.resemblance import Resemblances

# Both must agree; from pairs of the books that were looked at, see docs/audit.md.
_COSINE = 0.5
_ALIGNMENT = 0.8


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two titles that seem to be names of one tune.

    Attributes
    ----------
    one, other : numbers of the settings of each that are nearest, in order
    cosine : of their interval 5-grams, as everywhere in the audit
    alignment : `index.alignment.similarity`, note for note
    """

    one: int
    other: int
    cosine: float
    alignment: float


def propose(
    catalogue: Catalogue, melodies: Sequence[Melody], resemblances: Resemblances, misfits: Set[int]
) -> list[Proposal]:
    """Every two titles that seem to be one tune, the most alike first.

    A bag of 5-grams forgets the order of parts, and an alignment finds half of any two reels alike, so both
    must agree. `melodies` are those of the catalogue's settings. Nothing is proposed because of `misfits`:
    their title is what is in doubt.
    """
    found = []
    for one, other, cosine in resemblances.nearest_of_titles(catalogue.title_of_setting, _COSINE, misfits):
        alignment = similarity(melodies[one], melodies[other])
        if alignment >= _ALIGNMENT:
            found.append(Proposal(one, other, cosine, alignment))
    return sorted(found, key=lambda pair: -(pair.cosine + pair.alignment))


def write_proposals(proposals: Sequence[Proposal], catalogue: Catalogue, path: Path) -> None:
    """Write an alias list (`training/corpora/aliases.py`), each pair under a comment with both titles."""
    lines = [
        "# Titles that seem to be names of one tune, the most alike first. Delete the pairs that are not,",
        "# and give the rest to `fit --aliases`.",
    ]
    for pair in proposals:
        one, other = catalogue.settings[pair.one], catalogue.settings[pair.other]
        figures = f"cosine {pair.cosine:.2f}, alignment {pair.alignment:.2f}"
        remark = " ".join(f'"{one.title}" = "{other.title}", {figures}'.split())
        lines += [f"# {remark}", f"{one.reference}\t{other.reference}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
