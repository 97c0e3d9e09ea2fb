"""The user's own tunebooks: their tunes are in the catalogue once they are indexed, without training.

An artifact keeps what was read, file by file, so that the next rebuild reads only files that have changed.
A dump of The Session is a tunebook like others here, but for its corpus and its licence.
"""

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from index import dump
from index.catalogue import Named, Setting
from index.digests import combined
from index.encoded import Encoded
from index.manifest import CorpusCount
from index.own_sources import TUNEBOOKS, Source, find_sources
from index.progress import OnStep, ignore_steps
from index.readers import read_parts
from index.reading import Part
from index.tunebook import TunebookError
from model.abc import Tune
from model.encoder import Encoder

_LICENCES = {TUNEBOOKS: "the user's own; no licence stated", dump.NAME: dump.LICENCE}


@dataclass(frozen=True)
class OwnTunebook:
    """One file as it was read, or a dump.

    Attributes
    ----------
    name : its path in the folder of tunebooks; of a dump, that of the file of tunes
    sha256 : of its content
    named : its settings: pairs of all names and the setting
    skipped : the reference of each skipped tune, and the reason
    corpus : the corpus of its settings
    """

    name: str
    sha256: str
    named: list[Named]
    skipped: list[str]
    corpus: str = TUNEBOOKS

    def as_line(self) -> str:
        """The tunebook as a line of JSON."""
        named = [(names, setting.as_row()) for names, setting in self.named]
        return json.dumps({**vars(self), "named": named}, ensure_ascii=False)

    @classmethod
    def of_line(cls, line: str) -> Self:
        """What `as_line` wrote."""
        row = json.loads(line)
        named = [(tuple(names), Setting.of_row(setting)) for names, setting in row["named"]]
        return cls(**{**row, "named": named})


@dataclass(frozen=True)
class OwnTunebooks:
    """The content of a folder of tunebooks.

    Attributes
    ----------
    books : the files that could be read
    unreadable : name of each file or folder that could not be read, and the reason
    encoded : the settings that were read now and that no index had
    """

    books: Sequence[OwnTunebook]
    unreadable: Sequence[str]
    encoded: Sequence[Encoded]

    @property
    def named(self) -> list[Named]:
        """All settings, each with all its names."""
        return [named for book in self.books for named in book.named]

    @property
    def skipped(self) -> list[str]:
        """The files and folders that could not be read and the skipped tunes, each with the reason."""
        return [*self.unreadable, *(reason for book in self.books for reason in book.skipped)]

    @property
    def counts(self) -> list[CorpusCount]:
        """The numbers of tunes of each corpus, for the manifest: dumps if there are any, then tunebooks."""
        books_of = {corpus: [book for book in self.books if book.corpus == corpus] for corpus in _LICENCES}
        skipped = {corpus: sum(len(book.skipped) for book in books) for corpus, books in books_of.items()}
        skipped[TUNEBOOKS] += len(self.unreadable)
        return [
            CorpusCount(
                name=corpus,
                licence=licence,
                tunes=sum(len(book.named) for book in books_of[corpus]),
                skipped=skipped[corpus],
                sha256=combined((book.name, book.sha256) for book in books_of[corpus]),
                own=True,
            )
            for corpus, licence in reversed(_LICENCES.items())
            if books_of[corpus] or corpus == TUNEBOOKS
        ]

    def save(self, path: Path) -> None:
        """Write a line of JSON for each file that could be read."""
        with path.open("w", encoding="utf-8") as file:
            for book in self.books:
                file.write(book.as_line() + "\n")


def load_books(path: Path) -> list[OwnTunebook]:
    """Read what `OwnTunebooks.save` wrote."""
    with path.open(encoding="utf-8") as file:
        return list(map(OwnTunebook.of_line, file))


def read_own(
    folder: Path,
    encoder: Encoder[Tune, Any],
    known: Sequence[OwnTunebook] = (),
    indexed: Set[str] = frozenset(),
    on_step: OnStep = ignore_steps,
) -> OwnTunebooks:
    """Read every tunebook and every dump of a folder. No file in it makes the rest fail.

    Files that cannot be read, dumps whose licence was not accepted, and tunes that cannot be in a catalogue
    are skipped and listed.

    Parameters
    ----------
    folder : see `index.own_sources.find_sources`
    encoder : encodes the tunes
    known : tunebooks as an earlier call read them; one with the same name and content is not read again
    indexed : ABC of settings that an index has already; they are not encoded again
    on_step : called when the step begins

    Raises
    ------
    TunebookError
        When the folder does not exist or cannot be read.
    ReaderError
        When a process that reads ends before its work is done.
    """
    known_book = {(book.name, book.sha256): book for book in known}

    def is_known(source: Source) -> bool:
        return (source.name, source.sha256) in known_book

    new = sum(
        source.count()
        for source in find_sources(folder)
        if isinstance(source, Source) and not is_known(source)
    )
    advance = on_step("reading tunebooks", new) if new else ignore_steps("", None)
    books: list[OwnTunebook] = []
    unreadable: list[str] = []
    book_of_part: list[OwnTunebook] = []

    def parts() -> Iterator[Part]:
        for source in find_sources(folder):
            if isinstance(source, str):
                unreadable.append(source)
            elif is_known(source):
                books.append(known_book[source.name, source.sha256])
            else:
                book = OwnTunebook(source.name, source.sha256, [], [], source.corpus)
                try:
                    for part in source.parts():
                        book_of_part.append(book)
                        yield part
                except TunebookError as error:
                    unreadable.append(f"{error}")
                else:
                    books.append(book)

    read = dict(read_parts(parts(), new, encoder, indexed, advance))
    in_order = [read[number] for number in range(len(read))]
    for book, part in zip(book_of_part, in_order, strict=True):
        book.named.extend(part.named)
        book.skipped.extend(part.skipped)
    return OwnTunebooks(books, unreadable, [part.encoded for part in in_order])
