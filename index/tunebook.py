"""Tunebooks: ABC files as people keep them, with one tune or hundreds, in folders and tar archives."""

import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.catalogue import Setting
from index.titles import is_title, names_in, without_rhythm
from model.abc import AbcError, Tune, decode, read_tunebook, write
from model.errors import GanAinmError
from model.grams import FEWEST_NOTES

SUFFIXES = (".abc", ".txt")
# A second title may say so: "or Lady Grant's Reel".
_OR_FIRST = re.compile(r"\A(?:or|aka)\b[\s,:]*(?=\S)", re.IGNORECASE)
_REFERENCE = re.compile(r"^[ \t]*X:", re.MULTILINE)
_URL = re.compile(r"https?://\S{1,2000}")
MAX_FILE_BYTES = 64 * 2**20  # of one tunebook; the largest public collections have about 20 MB


class TunebookError(GanAinmError):
    """A tunebook that cannot be read: missing, too large, damaged, or without tunes."""


@dataclass(frozen=True)
class Entry:
    """One tune of a tunebook, or why it could not be read.

    Attributes
    ----------
    reference : where the tune is, for people: file and line, or the numbers that its collection gives it
    tune : the tune, or the reader's error
    """

    reference: str
    tune: Tune | AbcError

    @property
    def url(self) -> str:
        """The tune's address on the web, from its ``F:`` or else its ``S:`` field; "" if neither has one."""
        header = self.tune.header if isinstance(self.tune, Tune) else ()
        addresses = {letter: text for letter, text in reversed(header) if _URL.fullmatch(text)}
        return addresses.get("F") or addresses.get("S", "")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Its titles, each followed by the names in it, without placeholders such as "Gan Ainm".

        "X, aka Y" is followed by X and Y (`index.titles.names_in`), and a second title "or Y" by Y.
        """
        first, *others = self.tune.titles if isinstance(self.tune, Tune) and self.tune.titles else ("",)
        printed = [(first, *names_in(first))]
        printed += [(other, *names_in(_OR_FIRST.sub("", other))) for other in others]
        return tuple(dict.fromkeys(name for names in printed for name in names if is_title(name)))

    @property
    def fault(self) -> str:
        """Why the tune cannot be in a catalogue, "" if it can."""
        if isinstance(self.tune, AbcError):
            return str(self.tune)
        if not self.names:
            return "no title"
        if len(self.tune.notes) < FEWEST_NOTES:
            return f"{len(self.tune.notes)} notes, fewer than {FEWEST_NOTES}"
        return ""

    def setting(self, corpus: str) -> Setting:
        """The tune as a setting of a corpus. Raises ValueError when it has a fault."""
        if self.fault or isinstance(self.tune, AbcError):
            raise ValueError(f"{self.reference}: {self.fault}")
        tune, title = self.tune, self.names[0]
        printed = (without_rhythm(name)[1] for name in (title, *names_in(title)))
        rhythm = tune.rhythm or next(filter(None, printed), "")
        reference = f"{corpus}/{self.reference}"
        return Setting(
            corpus=corpus,
            reference=reference,
            title=title,
            rhythm=rhythm,
            meter=tune.meter,
            key=tune.key,
            abc=write(tune),
            url=self.url,
            printed=next(filter(is_title, tune.titles), title),
        )


def read_path(path: Path) -> Iterator[Entry]:
    """Every tune of a tunebook, of a folder with tunebooks at any depth, or of a tar archive of tunebooks.

    Files are UTF-8 or Latin-1. From folders and archives it reads only the files whose names end in .abc or
    .txt: those of a folder in the order of their names, those of an archive in the archive's order.

    Raises TunebookError when the path does not exist, a file is too large, or an archive is damaged; OSError
    when a file cannot be read.
    """
    for name, data in read_files(path):
        for tune in read_tunebook(decode(data)):
            yield Entry(f"{name}:{tune.line}", tune)


def count_tunes(path: Path) -> int:
    """About how many tunes `read_path` yields, by a quick count of ``X:`` lines. Raises the same errors."""
    return sum(count_references(decode(data)) for _, data in read_files(path))


def count_references(text: str) -> int:
    """The number of ``X:`` lines in a tunebook; 1 if it has none, because then it is one tune."""
    return len(_REFERENCE.findall(text)) or 1


def read_files(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file that `read_path` reads. Raises the same errors."""
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in SUFFIXES and file.is_file():
                yield (
                    file.relative_to(path).as_posix(),
                    _bounded(file.name, file.stat().st_size, file.read_bytes),
                )
    elif path.is_file() and tarfile.is_tarfile(path):
        yield from _members(path)
    elif path.is_file():
        yield path.name, _bounded(path.name, path.stat().st_size, path.read_bytes)
    else:
        raise TunebookError(f"{path}: no such file or folder")


def _members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The tunebooks of a tar archive. Nothing is unpacked to disk, so their names can do no harm.

    They come in the archive's order, because going back in a compressed file means decompressing it again.
    """
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                opened = archive.extractfile(member) if member.isfile() else None
                if opened and member.name.lower().endswith(SUFFIXES):
                    yield member.name, _bounded(member.name, member.size, opened.read)
            # tarfile mistakes damage for the end; only reading to the end checks a compressed file's
            # checksum.
            while archive.fileobj and archive.fileobj.read(2**20):
                pass
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        raise TunebookError(f"{path.name} is a damaged archive: {error}") from error


def _bounded(name: str, size: int, read: Callable[[], bytes]) -> bytes:
    if size > MAX_FILE_BYTES:
        raise TunebookError(f"{name} has {size} bytes; a tunebook may have at most {MAX_FILE_BYTES}")
    return read()
