"""The user's own tunebooks: their tunes are in the catalogue once they are indexed, without training."""

from dataclasses import dataclass
from pathlib import Path

from index.catalogue import Setting
from index.digests import sha256_of
from index.manifest import CorpusCount
from index.progress import OnStep, counted, ignore_steps
from index.tunebook import count_tunes, read_files, read_path

NAME = "tunebooks"  # name of the corpus, in references and in the manifest


@dataclass(frozen=True)
class OwnTunebooks:
    """The content of a folder of tunebooks.

    Attributes
    ----------
    named : settings, each with all its names
    skipped : the reference of each skipped tune, and the reason
    count : the numbers of both, for the manifest
    """

    named: list[tuple[tuple[str, ...], Setting]]
    skipped: list[str]
    count: CorpusCount


def read_own(folder: Path, on_step: OnStep = ignore_steps) -> OwnTunebooks:
    """Read every tunebook of a folder. Tunes that cannot be in a catalogue are skipped and listed.

    Raises what `index.tunebook.read_path` raises.
    """
    named, skipped = [], []
    for entry in counted(read_path(folder), on_step("reading tunebooks", count_tunes(folder))):
        if entry.fault:
            skipped.append(f"{entry.reference}: {entry.fault}")
        else:
            named.append((entry.names, entry.setting(NAME)))
    count = CorpusCount(
        name=NAME,
        licence="the user's own; no licence stated",
        tunes=len(named),
        skipped=len(skipped),
        sha256=sha256_of(read_files(folder)),
    )
    return OwnTunebooks(named, skipped, count)
