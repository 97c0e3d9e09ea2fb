"""The user's own tunebooks: a file, a folder with files at any depth, or a tar archive."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.tunebook import Entry, TunebookError, count_tunes, read_files, read_path
from model.abc import decode
from training.corpora.corpus import Corpus

LICENCE_FILE = "LICENCE"  # in a folder: its first line states the licence
_NO_LICENCE = "brought by the user; no licence stated"
_LONGEST_LICENCE = 300  # characters; a longer line is the text of a licence, not its name


@dataclass(frozen=True, slots=True)
class Tunebooks(Corpus):
    """A corpus of ABC files."""

    def read(self) -> Iterator[Entry]:
        """Every tune of every file, in the order of `index.tunebook.read_path`."""
        return read_path(self.path)

    def count(self) -> int:
        """The number of ``X:`` lines."""
        return count_tunes(self.path)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each tunebook."""
        return read_files(self.path)


def find_tunebooks(path: str) -> Corpus:
    """A corpus named after the file or folder. Raises TunebookError when the path does not exist."""
    tunebooks = Path(path).expanduser().resolve()
    if not tunebooks.exists():
        raise TunebookError(f"{path} is neither a book nor a file or folder")
    return Tunebooks(tunebooks.name.split(".")[0] or tunebooks.name, _licence(tunebooks), tunebooks)


def _licence(path: Path) -> str:
    file = path / LICENCE_FILE
    if not file.is_file():
        return _NO_LICENCE
    with file.open("rb") as stream:
        return decode(stream.readline(_LONGEST_LICENCE)).strip() or _NO_LICENCE
