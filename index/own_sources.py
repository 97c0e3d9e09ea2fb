"""What is in a folder of the user's own tunebooks: files of ABC, and dumps of The Session."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from index import dump
from index.digests import sha256_of_bytes
from index.dump import ACCEPTED, ALIASES_FILES, TUNES_FILES, Dump, DumpRow
from index.reading import Part
from index.tunebook import SUFFIXES, Entry, TunebookError, count_references, find_files
from model.abc import decode, read_tunebook

TUNEBOOKS = "tunebooks"  # name of the corpus of the user's own tunebooks
_ROWS = 500  # of a dump in a part
_FILES = frozenset((*TUNES_FILES, *ALIASES_FILES, ACCEPTED))
_IN_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_MOST_IN_TEXT = 0.05  # share of these characters; of random bytes more than a tenth are such


@dataclass(frozen=True)
class Source(ABC):
    """A tunebook or a dump that has not been read yet.

    Attributes
    ----------
    name : its path in the folder
    sha256 : of its content
    corpus : the corpus of its settings
    """

    name: str
    sha256: str
    corpus: str

    @abstractmethod
    def count(self) -> int:
        """About how many tunes it has, counted quickly."""

    @abstractmethod
    def parts(self) -> Iterator[Part]:
        """Its tunes in parts. Raises TunebookError when it cannot be read."""


@dataclass(frozen=True)
class TextPart(Part):
    """All tunes of a tunebook."""

    corpus = TUNEBOOKS
    name: str
    text: str
    place: str = ""

    def entries(self) -> Iterator[Entry]:
        """Read each tune when it is asked for."""
        return (Entry(f"{self.name}:{tune.line}", tune) for tune in read_tunebook(self.text))


@dataclass(frozen=True)
class TextSource(Source):
    """A tunebook; `content` is that of its file."""

    content: bytes

    def count(self) -> int:
        """The number of ``X:`` lines."""
        return count_references(decode(self.content))

    def parts(self) -> Iterator[Part]:
        """The whole text. Raises TunebookError when it is not text."""
        text = decode(self.content)
        if sum(1 for _ in _IN_NO_TEXT.finditer(text)) > _MOST_IN_TEXT * len(text):
            raise TunebookError(f"{self.name}: is not text")
        yield TextPart(self.name, text)


@dataclass(frozen=True)
class DumpPart(Part):
    """Some rows of a dump."""

    corpus = dump.NAME
    rows: Sequence[DumpRow]
    place: str

    def entries(self) -> Iterator[Entry]:
        """Read each row when it is asked for."""
        return (row.entry() for row in self.rows)


@dataclass(frozen=True)
class DumpSource(Source):
    """The dump in the folder `place`, whose columns have been checked."""

    place: str
    dump: Dump

    def count(self) -> int:
        """About how many settings it has."""
        return self.dump.count()

    def parts(self) -> Iterator[Part]:
        """Its rows."""
        rows = self.dump.rows()
        while some := list(islice(rows, _ROWS)):
            yield DumpPart(some, self.place)


def find_sources(folder: Path) -> Iterator[Source | str]:
    """Every tunebook of a folder, then every dump whose licence was accepted.

    In place of a file or folder that cannot be read, and of another dump, a sentence says why.

    Parameters
    ----------
    folder : a folder with tunebooks and dumps at any depth, or one tunebook, or a tar archive. The file of
        tunes of a dump stands for its folder

    Raises
    ------
    TunebookError
        When the folder does not exist or cannot be read.
    """
    if folder.name in TUNES_FILES and folder.is_file():
        folder = folder.parent
    dumps: dict[str, dict[str, bytes]] = {}  # files of dumps, by folder and by name
    for name, content in find_files(folder, SUFFIXES, _FILES):
        parent, slash, file = name.rpartition("/")
        if not isinstance(content, bytes):
            yield f"{name}: {content.reason}"
        elif file in _FILES:
            dumps.setdefault(parent + slash, {})[file] = content
        else:
            yield TextSource(name, sha256_of_bytes(content), TUNEBOOKS, content)
    for place, files in dumps.items():
        if found := Dump.of_folder(files):
            yield _accepted(place, found, ACCEPTED in files)


def _accepted(place: str, found: Dump, is_accepted: bool) -> Source | str:
    """A dump as a source, or why it is not one."""
    name = f"{place}{found.tunes.name}"
    try:
        found.check()
    except TunebookError as error:
        return f"{place}{error}"
    if not is_accepted:
        return (
            f"{name}: is a dump of The Session, whose licence was not accepted: {dump.LICENCE}. Read it at "
            f"{dump.SOURCE}, and if you accept it, put an empty file {ACCEPTED} into the folder of the dump"
        )
    return DumpSource(name, found.sha256, dump.NAME, place, found)
