"""The one interface that training sees of a corpus."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.tunebook import Entry, sha256_of


@dataclass(frozen=True, slots=True)
class Corpus(ABC):
    """A collection of tunes on disk. Each kind of source says how it is read.

    Attributes
    ----------
    name : short, for references and tables
    licence : what its users may do, in words; that of every setting in it
    path : what was named, or found under that name
    """

    name: str
    licence: str
    path: Path

    @abstractmethod
    def read(self) -> Iterator[Entry]:
        """Every tune, good or bad, in a fixed order. Raises TunebookError when it cannot be read at all."""

    @abstractmethod
    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of every file that `read` reads. Raises TunebookError as it does."""

    def sha256(self) -> str:
        """One digest of all that is read."""
        return sha256_of(self.files())
