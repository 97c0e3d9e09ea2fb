"""The corpus of a dump of The Session; `index/dump.py` reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.dump import (
    ACCEPTED,
    ALIASES_FILES,
    LICENCE,
    NAME,
    SOURCE,
    TUNES_FILES,
    Dump,
    DumpFile,
    find_aliases,
)
from index.tunebook import Entry, TunebookError
from training.corpora.corpus import Corpus

MAX_FILE_BYTES = 2**29  # a dump of all tunes has tens of megabytes
_SUFFIXES = (".csv", ".json")


@dataclass(frozen=True, slots=True)
class Session(Corpus):
    """The file of tunes at `path`, and the file of aliases in the same folder if there is one."""

    def read(self) -> Iterator[Entry]:
        """Every setting in the order of the file, and an entry with an error for each bad row of either file.

        Raises TunebookError when a file lacks a column or is too large.
        """
        return (row.entry() for row in read_dump(self.path).rows())

    def count(self) -> int:
        """About how many rows the file of tunes has."""
        return read_dump(self.path).count()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The file of tunes, then the file of aliases."""
        yield from read_dump(self.path).files


def find_dump(path: str, accepted: bool) -> Corpus | None:
    """The dump at a path: a CSV or JSON file of tunes, or a folder with such a file named "tunes".

    Returns None when the path is neither. Raises TunebookError when the licence of a dump was not accepted,
    now or by its download.
    """
    location = Path(path).expanduser().resolve()
    is_file = location.suffix.lower() in _SUFFIXES
    candidates = [location] if is_file else [location / name for name in TUNES_FILES]
    tunes = next((candidate for candidate in candidates if candidate.is_file()), None)
    if tunes is None:
        return None
    if not accepted and not tunes.with_name(ACCEPTED).is_file():
        raise TunebookError(
            f"{path} is a dump of The Session, whose licence is the {LICENCE}; read it at {SOURCE} and, if "
            f"you accept it, add --accept-licence {NAME}"
        )
    return Session(NAME, LICENCE, tunes)


def read_dump(tunes: Path) -> Dump:
    """Read a file of tunes, and the file of aliases in the same folder if there is one.

    Raises TunebookError when a file is too large, OSError when it cannot be read.
    """
    beside = [name for name in ALIASES_FILES if tunes.with_name(name).is_file()]
    aliases = find_aliases(tunes.name, beside)
    return Dump(_read(tunes), _read(tunes.with_name(aliases)) if aliases else None)


def _read(path: Path) -> DumpFile:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise TunebookError(f"{path.name} has {size} bytes; the limit is {MAX_FILE_BYTES}")
    return DumpFile(path.name, path.read_bytes())
