"""The one interface that training sees of a corpus."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.tunebook import Entry, read_files, read_path


@dataclass(frozen=True, slots=True)
class Corpus:
    """A collection of tunes on disk.

    Attributes
    ----------
    name : short, for references and tables
    licence : what its users may do, in words
    path : a tunebook, a folder or a tar
    """

    name: str
    licence: str
    path: Path

    def read(self) -> Iterator[Entry]:
        """Every tune, good or bad, in a fixed order."""
        return read_path(self.path)

    def sha256(self) -> str:
        """One digest of all that is read, names included, so that a change to any of it is seen."""
        digest = hashlib.sha256()
        for name, data in read_files(self.path):
            digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(data).digest())
        return digest.hexdigest()
