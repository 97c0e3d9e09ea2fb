"""The interface through which training sees every corpus."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.digests import sha256_of
from index.tunebook import Entry


@dataclass(frozen=True, slots=True)
class Corpus(ABC):
    """A collection of tunes on disk. Each kind of source has its own subclass.

    Attributes
    ----------
    name : short name for references and tables
    licence : what users may do with every setting in it, in words
    path : the path that the user gave, or where the named book is
    """

    name: str
    licence: str
    path: Path

    @abstractmethod
    def read(self) -> Iterator[Entry]:
        """Every tune, readable or not, in a fixed order. Raises TunebookError when nothing can be read."""

    @abstractmethod
    def count(self) -> int:
        """About how many entries `read` yields, counted quickly. Raises TunebookError as `read` does."""

    @abstractmethod
    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of every file that `read` reads. Raises TunebookError as `read` does."""

    def sha256(self) -> str:
        """One digest of the names and contents of all files."""
        return sha256_of(self.files())
