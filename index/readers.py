"""Readers: processes that read parts. They end when this process ends, however it does."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Self, TypeAlias, cast

from index.progress import Advance
from index.reading import Part, PartRead, read_part
from model.abc import Tune
from model.encoder import Encoder
from model.errors import GanAinmError

_Pipe: TypeAlias = "Connection[Any, Any]"
_READERS = 2  # processes; each takes about 120 MB
_FEWEST = 2000  # tunes for which it is worth starting them
_REPORTED = 50  # tunes between two messages about the progress


class ReaderError(GanAinmError):
    """A process that was reading tunes and has ended."""


def read_parts(
    parts: Iterable[Part], tunes: int, encoder: Encoder[Tune, Any], indexed: Set[str], advance: Advance
) -> Iterator[tuple[int, PartRead]]:
    """Read parts, in other processes if there are many tunes.

    Parameters
    ----------
    parts : taken one by one, when they can be read
    tunes : about how many there are
    encoder, indexed : see `index.reading.read_part`
    advance : counts tunes

    Yields
    ------
    the number of each part, from 0, and what was read from it; in any order

    Raises
    ------
    ReaderError
        When a process ends before its work is done, for example because memory is short.
    """
    if tunes < _FEWEST:
        for number, part in enumerate(parts):
            yield number, read_part(part, encoder, indexed, advance)
        return
    with _Readers(encoder, indexed) as readers:
        yield from readers.read(parts, advance)


class _Readers:
    """Processes that wait for parts.

    They are started as programs: a copy of this process would have FAISS and its threads in a state in which
    they hang, and `multiprocessing` would run the main module once more.
    """

    def __init__(self, encoder: Encoder[Tune, Any], indexed: Set[str]) -> None:
        self._hello = encoder, indexed
        self._processes: dict[_Pipe, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        for _ in range(_READERS):
            ours, theirs = Pipe()
            with theirs:
                command = [sys.executable, "-m", __name__, f"{theirs.fileno()}"]
                environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
                self._processes[ours] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, env=environment, pass_fds=[theirs.fileno()]
                )
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes.values():
            process.kill()
        for connection, process in self._processes.items():
            connection.close()
            process.wait()

    def read(self, parts: Iterable[Part], advance: Advance) -> Iterator[tuple[int, PartRead]]:
        """Give each process a part, and another one whenever it has read one."""
        rest = enumerate(parts)
        number_of: dict[_Pipe, int] = {}

        def give(reader: _Pipe) -> None:
            for number, part in islice(rest, 1):
                number_of[reader] = number
                reader.send(part)

        try:
            for reader in self._processes:
                reader.send(self._hello)
                give(reader)
            while number_of:
                for reader in cast(list[_Pipe], wait(list(number_of))):
                    message = reader.recv()
                    if isinstance(message, int):
                        advance(message)
                        continue
                    number = number_of.pop(reader)
                    give(reader)
                    yield number, message
        except (EOFError, ConnectionError) as error:
            raise ReaderError("a process that was reading tunes has ended before it was done") from error


def main() -> None:
    """Read the parts that come through the file descriptor that the argument names, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the process that started this one
    with Connection(int(sys.argv[1])) as parent, suppress(EOFError, ConnectionError):
        encoder, indexed = parent.recv()
        while True:
            part = parent.recv()
            done = 0

            def advance() -> None:
                nonlocal done
                done += 1
                if done % _REPORTED == 0:
                    parent.send(_REPORTED)

            read = read_part(part, encoder, indexed, advance)
            parent.send(done % _REPORTED)
            parent.send(read)


if __name__ == "__main__":
    main()
