"""Tunebooks: ABC files as people keep them, with one tune or hundreds, in folders and tar archives."""

import lzma
import os
import re
import stat
import tarfile
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from index.catalogue import Setting
from index.titles import is_title, names_in, without_rhythm
from model.abc import AbcError, Tune, decode, read_tunebook, write
from model.errors import GanAinmError
from model.grams import FEWEST_NOTES
from model.nouns import with_noun

SUFFIXES = (".abc", ".txt")
# A second title may say so: "or Lady Grant's Reel".
_OR_FIRST = re.compile(r"\A(?:or|aka)\b[\s,:]*(?=\S)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # no editor writes them; other bytes are read as titles
_REFERENCE = re.compile(r"^[ \t]*X:", re.MULTILINE)
_URL = re.compile(r"https?://\S{1,2000}")
MAX_FILE_BYTES = 64 * 2**20  # of one tunebook; the largest public collections have about 20 MB


class TunebookError(GanAinmError):
    """A tunebook that cannot be read: missing, too large, damaged, or without tunes."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file or folder cannot be read.

    Attributes
    ----------
    reason : what is wrong with it, to follow its name
    is_tunebook : whether tunes may be missing because of it; not for a pipe, or a link to nothing
    """

    reason: str
    is_tunebook: bool = True


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
        names = dict.fromkeys(name for names in printed for name in names)
        return tuple(name for name in names if is_title(name) and not _CONTROL.search(name))

    @property
    def fault(self) -> str:
        """Why the tune cannot be in a catalogue, "" if it can."""
        if isinstance(self.tune, AbcError):
            return self.tune.message  # the reference has the line
        if not self.names:
            has_control = any(map(_CONTROL.search, self.tune.titles))
            return "the title has control characters" if has_control else "no title"
        if len(self.tune.notes) < FEWEST_NOTES:
            return f"{with_noun(len(self.tune.notes), 'note')}, fewer than {FEWEST_NOTES}"
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

    Raises TunebookError when the path does not exist, a file or folder cannot be read, a file is too large,
    or an archive is damaged.
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
    for name, content in find_files(path):
        if isinstance(content, bytes):
            yield name, content
        elif content.is_tunebook:
            raise TunebookError(f"{name} {content.reason}")


def find_files(
    path: Path, suffixes: tuple[str, ...] = SUFFIXES, names: Collection[str] = ()
) -> Iterator[tuple[str, bytes | Unreadable]]:
    """Name of every file that `read_path` reads, with its content or the reason why it cannot be read.

    From folders and archives it takes the files whose names end in one of the suffixes, or are in `names`.

    Names are those that people see (`shown_name`). Links to files are followed, links to folders are not.
    Hidden files and folders, whose names begin with a dot, are left out: programs keep things there for
    themselves, such as the `._` files beside those that macOS copies.

    Raises TunebookError when the path is neither a file nor a folder, or is a folder that cannot be read.
    """

    def is_wanted(name: str) -> bool:
        return (Path(name).suffix.lower() in suffixes or name in names) and not name.startswith(".")

    if path.is_dir():
        yield from _folder(path, is_wanted)
    elif path.is_file() and tarfile.is_tarfile(path):
        yield from _members(path, is_wanted)
    elif path.is_file():
        yield path.name, _content(path)
    else:
        if path.exists():
            raise TunebookError(f"{path} is neither a file nor a folder")
        raise TunebookError(f"{path}: no such file or folder")


def _folder(folder: Path, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes | Unreadable]]:
    try:
        waiting = _inside(folder)
    except OSError as error:
        raise TunebookError(f"{folder} cannot be read: {error.strerror}") from error
    while waiting:
        entry = waiting.pop()
        path = Path(entry.path)
        name = path.relative_to(folder).as_posix()
        if entry.is_dir(follow_symlinks=False):
            try:
                waiting += _inside(path)
            except OSError as error:
                yield shown_name(name), Unreadable(f"is a folder that cannot be read: {error.strerror}")
        elif entry.is_symlink() and _is_folder(entry):
            reason = _why_not_followed(path, folder)
            if reason:
                yield shown_name(name), Unreadable(reason, is_tunebook=False)
        elif is_wanted(path.name):
            has_utf_8_name = shown_name(name) == name
            yield (
                shown_name(name),
                _content(path) if has_utf_8_name else Unreadable("has a name that is not UTF-8"),
            )


def _inside(folder: Path) -> list[os.DirEntry[str]]:
    """Files and folders in a folder that are not hidden, in the reverse order of their names."""
    with os.scandir(folder) as entries:
        visible = (entry for entry in entries if not entry.name.startswith("."))
        return sorted(visible, key=lambda entry: entry.name, reverse=True)


def _why_not_followed(link: Path, folder: Path) -> str:
    """Why a link to a folder is not followed; "" if that folder is read anyway, under its own name."""
    target = link.resolve()
    if link.parent.resolve().is_relative_to(target):
        return "is a link to a folder that it is in"
    return "" if target.is_relative_to(folder.resolve()) else "is a link to a folder elsewhere, not followed"


def _is_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:  # for example, because it is a link to itself
        return False


def _members(path: Path, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes | Unreadable]]:
    """The tunebooks of a tar archive. Nothing is unpacked to disk, so their names can do no harm.

    They come in the archive's order, because going back in a compressed file means decompressing it again.
    """
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                is_hidden = any(re.match(r"\.[^./]", part) for part in member.name.split("/"))
                opened = archive.extractfile(member) if member.isfile() and not is_hidden else None
                if opened and is_wanted(member.name.rpartition("/")[2]):
                    yield shown_name(member.name), _bounded(member.size, opened)
            # tarfile mistakes damage for the end; only reading to the end checks a compressed file's
            # checksum.
            while archive.fileobj and archive.fileobj.read(2**20):
                pass
    except (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError) as error:
        yield path.name, Unreadable(f"is a damaged archive: {error}")


def _content(path: Path) -> bytes | Unreadable:
    """The content of a file, or why it cannot be read. Never waits for somebody who writes into a pipe."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Unreadable("is not a regular file", is_tunebook=False)
            return _bounded(status.st_size, file)
    except OSError as error:
        return Unreadable(f"cannot be read: {error.strerror}", is_tunebook=not path.is_symlink())


def _bounded(size: int, file: IO[bytes]) -> bytes | Unreadable:
    # A file of /proc may have nothing to read yet: then `read` returns None.
    data = (file.read(MAX_FILE_BYTES + 1) or b"") if size <= MAX_FILE_BYTES else b""
    size = max(size, len(data))  # it may have grown
    if size > MAX_FILE_BYTES:
        return Unreadable(f"has {size} bytes; a tunebook may have at most {MAX_FILE_BYTES}")
    return data


def shown_name(name: str) -> str:
    """The name of a file as people see it: bytes that are not UTF-8 are written as in "\\xe9"."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
