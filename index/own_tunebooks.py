"""The user's own tunebooks: tunes that are known as soon as they are indexed, without any training."""

from dataclasses import dataclass
from pathlib import Path

from index.catalogue import Setting
from index.manifest import CorpusCount
from index.tunebook import read_files, read_path, sha256_of

NAME = "tunebooks"  # of the corpus, in references and in the manifest


@dataclass(frozen=True)
class OwnTunebooks:
    """What a folder of tunebooks holds.

    Attributes
    ----------
    named : settings, each with all its names
    skipped : for each tune left out its reference and the reason
    count : the same in numbers, for the manifest
    """

    named: list[tuple[tuple[str, ...], Setting]]
    skipped: list[str]
    count: CorpusCount


def read_own(folder: Path) -> OwnTunebooks:
    """Read every tunebook of a folder; a bad tune is named and takes no other with it.

    Raises TunebookError when the folder cannot be read.
    """
    named, skipped = [], []
    for entry in read_path(folder):
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
