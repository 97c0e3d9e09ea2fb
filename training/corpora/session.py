"""A dump of The Session that the user supplies, with its published columns, as CSV or JSON.

Each row of the tunes is a setting: the music, usually without a header, and columns for the header fields.
Settings of one tune share a `tune_id`; each of them gets the tune's name and all its aliases. Users and dates
are not read.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.tunebook import Entry, TunebookError
from model.abc import AbcError, Tune, read_tune
from model.abc.text import split_lines
from training.corpora.corpus import Corpus
from training.corpora.rows import Row, read_rows

NAME = "thesession"
LICENCE = (
    "Open Database License (attribution, share alike), and its terms forbid use with large language models"
)
TUNES = ("tune_id", "setting_id", "name", "type", "meter", "mode", "abc")
ALIASES = ("tune_id", "alias")
MAX_FILE_BYTES = 2**29  # a dump of all tunes has tens of megabytes
_SUFFIXES = (".csv", ".json")
_NUMBER = re.compile(r"[0-9]{1,9}")
_REFERENCE = re.compile(r"[ \t]*X:(?![|:])")


@dataclass(frozen=True, slots=True)
class Dump(Corpus):
    """The file of tunes at `path`, and the file of aliases in the same folder if there is one."""

    def read(self) -> Iterator[Entry]:
        """Every setting in the order of the file, and an entry with an error for each bad row of either file.

        Raises TunebookError when a file lacks a column or is too large.
        """
        aliases: defaultdict[str, list[str]] = defaultdict(list)
        if path := _aliases_file(self.path):
            for row in read_rows(path, _content(path), ALIASES):
                if fault := _fault(row):
                    yield _bad_row(path, row, fault)
                else:
                    aliases[row.cells["tune_id"]].append(row.cells["alias"])
        for row in read_rows(self.path, _content(self.path), TUNES):
            if fault := _fault(row):
                yield _bad_row(self.path, row, fault)
            else:
                yield _entry(row.cells, aliases.get(row.cells["tune_id"], []))

    def count(self) -> int:
        """The number of rows of the file of tunes."""
        return sum(1 for _ in read_rows(self.path, _content(self.path), TUNES))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The file of tunes, then the file of aliases."""
        for path in (self.path, _aliases_file(self.path)):
            if path:
                yield path.name, _content(path)


def find_dump(path: str, accepted: bool) -> Corpus | None:
    """The dump at a path: a CSV or JSON file of tunes, or a folder with such a file named "tunes".

    Returns None when the path is neither. Raises TunebookError when the licence of a dump was not accepted.
    """
    location = Path(path).expanduser().resolve()
    is_file = location.suffix.lower() in _SUFFIXES
    candidates = [location] if is_file else [location / f"tunes{suffix}" for suffix in _SUFFIXES]
    tunes = next((candidate for candidate in candidates if candidate.is_file()), None)
    if tunes is None:
        return None
    if not accepted:
        raise TunebookError(
            f"{path} is a dump of The Session, whose licence is the {LICENCE}; "
            f"read it at https://github.com/adactio/TheSession-data and, if you accept it, "
            f"add --accept-licence {NAME}"
        )
    return Dump(NAME, LICENCE, tunes)


@dataclass(frozen=True, slots=True)
class DumpRows:
    """How many rows a dump has, and how many of them cannot be used.

    Attributes
    ----------
    settings, aliases : rows that can be used
    faults : rows that cannot
    """

    settings: int
    aliases: int
    faults: int


def count_rows(tunes: Path) -> DumpRows:
    """Check the structure of a dump: the columns and the numbers of its rows, but not the music.

    Parameters
    ----------
    tunes : the file of tunes; a file of aliases in the same folder counts, too

    Raises
    ------
    TunebookError
        When a file lacks a column or is too large.
    """
    aliases = _aliases_file(tunes)
    faults = [_fault(row) for row in read_rows(tunes, _content(tunes), TUNES)]
    of_aliases = [_fault(row) for row in read_rows(aliases, _content(aliases), ALIASES)] if aliases else []
    return DumpRows(faults.count(""), of_aliases.count(""), sum(map(bool, (*faults, *of_aliases))))


def _aliases_file(tunes: Path) -> Path | None:
    """The file of aliases in the folder of a file of tunes, if there is one."""
    suffixes = sorted(_SUFFIXES, key=lambda suffix: suffix != tunes.suffix.lower())  # its own format first
    aliases = (tunes.with_name(f"aliases{suffix}") for suffix in suffixes)
    return next((path for path in aliases if path.is_file()), None)


def _content(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise TunebookError(f"{path.name} has {size} bytes; the limit is {MAX_FILE_BYTES}")
    return path.read_bytes()


def _fault(row: Row) -> str:
    """The reason why a row cannot be used, or ""."""
    numbers = ((column, text) for column, text in row.cells.items() if column.endswith("_id"))
    bad_numbers = (
        f"{column} {text[:20]!r} is not a number" for column, text in numbers if not _NUMBER.fullmatch(text)
    )
    return row.fault or next(bad_numbers, "")


def _bad_row(path: Path, row: Row, fault: str) -> Entry:
    return Entry(f"{path.name}:{row.line}", AbcError(row.line, 1, fault))


def _entry(cells: dict[str, str], aliases: list[str]) -> Entry:
    reference = f"{cells['tune_id']}#setting{cells['setting_id']}"
    fields = {
        "X": cells["setting_id"],
        "F": f"https://thesession.org/tunes/{reference}",
        "R": cells["type"],
        "M": cells["meter"],
        "L": "1/8",  # the site's default in every metre
        "K": cells["mode"],
    }
    # Header fields that people pasted with their music override the columns. Only an X: is dropped, because
    # it would start another tune.
    music = [line for line in split_lines(cells["abc"].strip()) if not _REFERENCE.match(line)]
    header = [f"{letter}:{' '.join(text.split())}" for letter, text in fields.items()]
    names = dict.fromkeys(" ".join(name.split()) for name in (cells["name"], *aliases))
    tune: Tune | AbcError
    try:
        tune = replace(read_tune("\n".join(header + music)), titles=tuple(name for name in names if name))
    except AbcError as error:
        tune = error
    return Entry(reference, tune)
