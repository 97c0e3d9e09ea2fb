"""The one interface that training sees of a corpus."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.tunebook import Entry, read_path


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
        """One digest of all its files, names included, so that a change to any of them is seen."""
        files = sorted(self.path.rglob("*")) if self.path.is_dir() else [self.path]
        digest = hashlib.sha256()
        for file in files:
            if file.is_file():
                digest.update(file.relative_to(self.path.parent).as_posix().encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()
