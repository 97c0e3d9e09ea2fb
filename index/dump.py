"""A dump of The Session that the user supplies, with its published columns, as CSV or JSON.

Each row of the tunes is a setting: the music, usually without a header, and columns for the header fields.
Settings of one tune share a `tune_id`; each of them gets the tune's name and all its aliases. Users and dates
are not read.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from index.digests import sha256_of
from index.rows import Row, count_rows, is_json, read_rows
from index.tunebook import Entry
from model.abc import AbcError, Tune, read_tune
from model.abc.text import split_lines

NAME = "thesession"  # name of the corpus, in references and in the manifest
LICENCE = (
    "Open Database License (attribution, share alike), and its terms forbid use with large language models"
)
SOURCE = "https://github.com/adactio/TheSession-data"
ACCEPTED = "LICENCE-ACCEPTED"  # this file beside a dump says that the user has accepted its licence
TUNES_FILES, ALIASES_FILES = ("tunes.csv", "tunes.json"), ("aliases.csv", "aliases.json")
TUNES = ("tune_id", "setting_id", "name", "type", "meter", "mode", "abc")
ALIASES = ("tune_id", "alias")
_BEGINNING = 2**16  # bytes of a file that have its headings
_NUMBER = re.compile(r"[0-9]{1,9}")
_REFERENCE = re.compile(r"[ \t]*X:(?![|:])")


class DumpFile(NamedTuple):
    """Name and content of a file of a dump."""

    name: str
    data: bytes

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[Row, str]]:
        """Each row, and the reason why it cannot be used, or "".

        Raises TunebookError when the file lacks one of the columns.
        """
        return ((row, _fault(row)) for row in read_rows(self.name, self.data, columns))


@dataclass(frozen=True, slots=True)
class DumpRow:
    """A row of a dump, whose music has not been read yet.

    Attributes
    ----------
    reference : the numbers of tune and setting; file and line of a row that cannot be used
    cells : its text by column
    aliases : other names of the tune
    fault : where the row is and why it cannot be used, None if it can
    """

    reference: str
    cells: Mapping[str, str]
    aliases: Sequence[str] = ()
    fault: AbcError | None = None

    def entry(self) -> Entry:
        """Read the music."""
        return Entry(self.reference, self.fault or self._tune())

    def _tune(self) -> Tune | AbcError:
        cells = self.cells
        fields = {
            "X": cells["setting_id"],
            "F": f"https://thesession.org/tunes/{self.reference}",
            "R": cells["type"],
            "M": cells["meter"],
            "L": "1/8",  # the site's default in every metre
            "K": cells["mode"],
        }
        # Header fields that people pasted with their music override the columns. Only an X: is dropped,
        # because it would start another tune.
        music = [line for line in split_lines(cells["abc"].strip()) if not _REFERENCE.match(line)]
        header = [f"{letter}:{' '.join(text.split())}" for letter, text in fields.items()]
        names = dict.fromkeys(" ".join(name.split()) for name in (cells["name"], *self.aliases))
        try:
            tune = read_tune("\n".join(header + music))
        except AbcError as error:
            return error
        return replace(tune, titles=tuple(name for name in names if name))


@dataclass(frozen=True, slots=True)
class Dump:
    """The files of a dump.

    Attributes
    ----------
    tunes : a row for each setting
    aliases : a row for each other name of a tune; None if there is no such file
    """

    tunes: DumpFile
    aliases: DumpFile | None

    @classmethod
    def of_folder(cls, files: Mapping[str, bytes]) -> Self | None:
        """The dump among the files of a folder, given by name; None if none of them is named "tunes"."""
        tunes = next((name for name in TUNES_FILES if name in files), None)
        if tunes is None:
            return None
        aliases = find_aliases(tunes, files)
        return cls(DumpFile(tunes, files[tunes]), DumpFile(aliases, files[aliases]) if aliases else None)

    @property
    def files(self) -> list[DumpFile]:
        """The file of tunes, then the file of aliases."""
        return [self.tunes, *([self.aliases] if self.aliases else [])]

    @property
    def sha256(self) -> str:
        """One digest of the names and contents of the files."""
        return sha256_of(self.files)

    def check(self) -> None:
        """Raise TunebookError when a file lacks a column."""
        for (name, data), columns in zip(self.files, (TUNES, ALIASES), strict=False):
            next(DumpFile(name, data[:_BEGINNING]).rows(columns), None)

    def count(self) -> int:
        """About how many settings there are, counted quickly."""
        return count_rows(*self.tunes)

    def rows(self) -> Iterator[DumpRow]:
        """A row for every setting in the order of the file, and before them each bad row of the aliases.

        Raises TunebookError when a file lacks a column.
        """
        aliases: defaultdict[str, list[str]] = defaultdict(list)
        if self.aliases:
            for row, fault in self.aliases.rows(ALIASES):
                if fault:
                    yield _bad_row(row, fault, self.aliases)
                else:
                    aliases[row.cells["tune_id"]].append(row.cells["alias"])
        for row, fault in self.tunes.rows(TUNES):
            if fault:
                yield _bad_row(row, fault, self.tunes)
            else:
                tune = row.cells["tune_id"]
                yield DumpRow(f"{tune}#setting{row.cells['setting_id']}", row.cells, aliases.get(tune, ()))


def find_aliases(tunes: str, names: Collection[str]) -> str | None:
    """The file of aliases for a file of tunes, among the names of files; its own format first."""
    in_order = sorted(ALIASES_FILES, key=lambda name: is_json(name) != is_json(tunes))
    return next((name for name in in_order if name in names), None)


def _fault(row: Row) -> str:
    """The reason why a row cannot be used, or ""."""
    numbers = ((column, text) for column, text in row.cells.items() if column.endswith("_id"))
    bad_numbers = (
        f"{column} {text[:20]!r} is not a number" for column, text in numbers if not _NUMBER.fullmatch(text)
    )
    return row.fault or next(bad_numbers, "")


def _bad_row(row: Row, fault: str, file: DumpFile) -> DumpRow:
    return DumpRow(f"{file.name}:{row.line}", {}, fault=AbcError(row.line, 1, fault))
