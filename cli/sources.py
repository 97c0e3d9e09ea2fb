"""Sources: the tunebooks and other files of music that a command reads."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from index.tunebook import (
    MAX_FILE_BYTES,
    SUFFIXES,
    TunebookError,
    Unreadable,
    find_files,
    shown_name,
)
from model.abc import AbcError, Book, Heading, Notice, Tune, decode
from model.errors import GanAinmError

STANDARD_INPUT = "-"
OTHER_SUFFIXES = (".musicxml", ".xml", ".mxl", ".mid", ".midi", ".wav")

OnFault = Callable[[str], object]  # gets a sentence about something that cannot be read


@dataclass(frozen=True)
class SourceTune:
    """One tune of a source.

    Attributes
    ----------
    reference : where it is, for people: file and line
    file : the name of the file
    number : its place in the file, from 1
    heading : the number and the titles that its text gives it
    tune : the tune, or why it cannot be read
    abc : the ABC into which another form was turned; lines count in it; None if the file is ABC
    """

    reference: str
    file: str
    number: int
    heading: Heading
    tune: Tune | AbcError
    abc: str | None = None


@dataclass(frozen=True)
class Source:
    """A file with tunes, or standard input.

    Attributes
    ----------
    name : for people
    content : its bytes
    book : its tunes
    path : the ABC file into which titles can be written; None if it is none
    abc : the ABC into which another form was turned; None if it is ABC
    warnings : what was skipped or guessed in doing so
    """

    name: str
    content: bytes
    book: Book
    path: Path | None = None
    abc: str | None = None
    warnings: tuple[Notice, ...] = ()

    def tunes(self) -> Iterator[SourceTune]:
        """Each tune in order. Each is read when it is asked for."""
        for index in range(len(self.book)):
            heading = self.book.heading(index)
            tune: Tune | AbcError
            try:
                tune = self.book.read(index)
            except AbcError as error:
                tune = error
            yield SourceTune(f"{self.name}:{heading.line}", self.name, index + 1, heading, tune, self.abc)


def read_sources(names: Sequence[str], on_fault: OnFault) -> Iterator[Source]:
    """Read files, folders, tar archives and standard input.

    From folders and archives it takes the files with a suffix of ABC, MusicXML, MIDI or sound. Other files
    count as ABC, unless their content shows another form.

    Parameters
    ----------
    names : paths; "-" is standard input
    on_fault : is called for each file or folder that cannot be read; the others follow
    """
    for name in names:
        for label, content, path in _find(name):
            if isinstance(content, str):
                on_fault(content)
                continue
            try:
                yield _read(label, content, path)
            except GanAinmError as error:
                on_fault(f"{label}: {error}")


def _find(name: str) -> Iterator[tuple[str, bytes | str, Path | None]]:
    """Every file that a name stands for.

    Yields
    ------
    what people call it, its content or a sentence why it cannot be read, and the path of a single file
    """
    path, shown = Path(name), shown_name(name)
    try:
        if name == STANDARD_INPUT:
            yield "stdin", _read_stream("standard input", sys.stdin.buffer), None
        elif path.is_fifo():  # as in `gan-ainm suggest <(curl ...)`
            with path.open("rb") as stream:
                yield shown, _read_stream(shown, stream), None
        else:
            for found, content in find_files(path, SUFFIXES + OTHER_SUFFIXES):
                label, single = f"{shown}/{found}", None
                if path.is_dir():
                    label, single = os.path.normpath(label), path / found
                elif found == shown_name(path.name):
                    label, single = shown, path
                if isinstance(content, Unreadable):
                    yield label, f"{label} {content.reason}", None
                else:
                    yield label, content, single
    except OSError as error:
        yield shown, f"{shown} cannot be read: {error.strerror}", None
    except TunebookError as error:
        yield shown, str(error), None


def _read_stream(name: str, stream: BinaryIO) -> bytes | str:
    data = stream.read(MAX_FILE_BYTES + 1)
    return data if len(data) <= MAX_FILE_BYTES else f"{name} may have at most {MAX_FILE_BYTES} bytes"


def _read(name: str, content: bytes, path: Path | None) -> Source:
    from model.conversion import read_file  # few need it

    converted = read_file(name, content)
    if converted:
        return Source(name, content, Book.of(converted.abc), None, converted.abc, converted.warnings)
    return Source(name, content, Book.of(decode(content)), path)
