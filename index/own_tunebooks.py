"""The user's own tunebooks: their tunes are in the catalogue once they are indexed, without training.

An artifact keeps what was read, file by file, so that the next rebuild reads only files that have changed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from index.catalogue import Setting
from index.digests import combined, sha256_of_bytes
from index.manifest import CorpusCount
from index.progress import OnStep, ignore_steps
from index.tunebook import Entry, Unreadable, count_references, find_files
from model.abc import Tune, decode, read_tunebook

NAME = "tunebooks"  # name of the corpus, in references and in the manifest
Named = tuple[tuple[str, ...], Setting]  # a setting with all its names

_IN_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
_MOST_IN_TEXT = 0.05  # share of these characters; of random bytes more than a tenth are such


@dataclass(frozen=True)
class OwnTunebook:
    """One file as it was read.

    Attributes
    ----------
    name : its path in the folder of tunebooks
    sha256 : of its content
    named : its settings: pairs of all names and the setting
    skipped : the reference of each skipped tune, and the reason
    """

    name: str
    sha256: str
    named: Sequence[Named]
    skipped: Sequence[str]

    def as_line(self) -> str:
        """The tunebook as a line of JSON."""
        named = [(names, setting.as_row()) for names, setting in self.named]
        row = {"name": self.name, "sha256": self.sha256, "named": named, "skipped": self.skipped}
        return json.dumps(row, ensure_ascii=False)

    @classmethod
    def of_line(cls, line: str) -> Self:
        """What `as_line` wrote."""
        row = json.loads(line)
        named = [(tuple(names), Setting.of_row(setting)) for names, setting in row["named"]]
        return cls(row["name"], row["sha256"], named, row["skipped"])


@dataclass(frozen=True)
class OwnTunebooks:
    """The content of a folder of tunebooks.

    Attributes
    ----------
    books : the files that could be read
    unreadable : name of each file or folder that could not be read, and the reason
    tunes : the tunes that were read now, by the ABC of their settings
    """

    books: Sequence[OwnTunebook]
    unreadable: Sequence[str]
    tunes: Mapping[str, Tune]

    @property
    def named(self) -> list[Named]:
        """All settings, each with all its names."""
        return [named for book in self.books for named in book.named]

    @property
    def skipped(self) -> list[str]:
        """The files and folders that could not be read and the skipped tunes, each with the reason."""
        return [*self.unreadable, *(reason for book in self.books for reason in book.skipped)]

    @property
    def count(self) -> CorpusCount:
        """The numbers of tunes, for the manifest."""
        return CorpusCount(
            name=NAME,
            licence="the user's own; no licence stated",
            tunes=len(self.named),
            skipped=len(self.skipped),
            sha256=combined((book.name, book.sha256) for book in self.books),
        )

    def save(self, path: Path) -> None:
        """Write a line of JSON for each file that could be read."""
        path.write_text("".join(book.as_line() + "\n" for book in self.books), encoding="utf-8")


def load_books(path: Path) -> list[OwnTunebook]:
    """Read what `OwnTunebooks.save` wrote."""
    with path.open(encoding="utf-8") as file:
        return list(map(OwnTunebook.of_line, file))


def read_own(folder: Path, known: Sequence[OwnTunebook] = (), on_step: OnStep = ignore_steps) -> OwnTunebooks:
    """Read every tunebook of a folder. No file in it makes the rest fail.

    Files that cannot be read, and tunes that cannot be in a catalogue, are skipped and listed.

    Parameters
    ----------
    folder : a folder with tunebooks at any depth, or one tunebook, or a tar archive
    known : tunebooks as an earlier call read them; one with the same name and content is not read again
    on_step : called when the step begins

    Raises
    ------
    TunebookError
        When the folder does not exist or cannot be read.
    """
    known_book = {(book.name, book.sha256): book for book in known}
    new = sum(
        count_references(decode(content))
        for name, content in find_files(folder)
        if isinstance(content, bytes) and (name, sha256_of_bytes(content)) not in known_book
    )
    advance = on_step("reading tunebooks", new) if new else None
    books, unreadable, tunes = [], [], {}
    for name, content in find_files(folder):
        if isinstance(content, Unreadable):
            unreadable.append(f"{name}: {content.reason}")
            continue
        digest = sha256_of_bytes(content)
        if (name, digest) in known_book:
            books.append(known_book[name, digest])
            continue
        text = decode(content)
        if not _is_text(text):
            unreadable.append(f"{name}: is not text")
            continue
        named, skipped = [], []
        for tune in read_tunebook(text):
            entry = Entry(f"{name}:{tune.line}", tune)
            if isinstance(tune, Tune) and not entry.fault:
                setting = entry.setting(NAME)
                named.append((entry.names, setting))
                tunes[setting.abc] = tune
            else:
                skipped.append(f"{entry.reference}: {entry.fault}")
            if advance:
                advance()
        books.append(OwnTunebook(name, digest, named, skipped))
    return OwnTunebooks(books, unreadable, tunes)


def _is_text(text: str) -> bool:
    return sum(1 for _ in _IN_NO_TEXT.finditer(text)) <= _MOST_IN_TEXT * len(text)
