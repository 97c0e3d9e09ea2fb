"""Processes that read many tunes, and how they end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index import readers
from index.own_sources import TextPart
from index.progress import Step
from index.readers import ReaderError, read_parts
from index.reading import Part, PartRead, read_part
from model.encoders import Encoders
from tests.support import KESH, untrained

MANY = 10**6  # tunes; so many are read in processes


@pytest.fixture(scope="module")
def encoders() -> Encoders:
    return untrained()


def book(name: str, *keys: str) -> TextPart:
    return TextPart(
        name, "\n".join(KESH.replace("K:G", f"K:{key}") for key in keys) + "\nX:9\nT:x\nK:G\nGAG\n"
    )


BOOKS = [book("a.abc", *"GGAD"), book("b.abc"), book("c.abc", *"BEC" * 50), book("d.abc", "F")]


def assert_same(one: PartRead, other: PartRead) -> None:
    assert (one.named, one.skipped, one.encoded.abc) == (other.named, other.skipped, other.encoded.abc)
    assert np.array_equal(one.encoded.vectors, other.encoded.vectors)
    for part in ("melodies", "diatonic", "pulses"):
        arrays, others = (
            vars(getattr(one.encoded.contents, part)),
            vars(getattr(other.encoded.contents, part)),
        )
        assert all(np.array_equal(array, others[name]) for name, array in arrays.items())


def test_processes_read_what_this_process_reads(encoders: Encoders) -> None:
    known = next(iter(read_part(BOOKS[3], encoders.tune, frozenset(), lambda: None).encoded.abc))
    step = Step("reading", None)
    read = dict(read_parts(iter(BOOKS), MANY, encoders.tune, {known}, step.advance))
    assert sorted(read) == [0, 1, 2, 3]
    for number, part in enumerate(BOOKS):
        assert_same(read[number], read_part(part, encoders.tune, {known}, lambda: None))
    assert step.done == 4 + 150 + 1 + 4
    assert len(read[0].named) == 4
    assert len(read[0].encoded.abc) == 3, "two tunes are the same"
    assert read[3].encoded.abc == []
    assert read[1].skipped == ["b.abc:2: no title"]


def children() -> list[int]:
    return [int(each) for each in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def test_a_process_that_is_killed_is_an_error_and_the_other_ends(encoders: Encoders) -> None:
    before = children()

    def parts() -> Iterator[Part]:
        for number in range(1000):
            if number == 3:
                os.kill(next(child for child in children() if child not in before), signal.SIGKILL)
            yield BOOKS[2]

    with pytest.raises(ReaderError, match="has ended before it was done"):
        list(read_parts(parts(), MANY, encoders.tune, set(), lambda _parts=1: None))
    assert children() == before


def test_an_interruption_ends_the_processes(encoders: Encoders) -> None:
    before = children()

    def parts() -> Iterator[Part]:
        yield BOOKS[0]
        yield BOOKS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(read_parts(parts(), MANY, encoders.tune, set(), lambda _parts=1: None))
    assert children() == before


def test_processes_end_when_the_one_that_started_them_is_killed() -> None:
    code = """
import os
from pathlib import Path
from index.readers import read_parts
from tests.index.test_readers import BOOKS, MANY, untrained
parts = (BOOKS[2] for _ in range(10**6))
for number, _ in read_parts(parts, MANY, untrained().tune, set(), lambda _parts=1: None):
    if number == 2:
        print(Path(f"/proc/self/task/{os.getpid()}/children").read_text(), flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        started = list(map(int, process.stdout.readline().split()))
        process.kill()
    assert len(started) == readers._READERS
    deadline = time.monotonic() + 20
    while any(is_running(each) for each in started):
        assert time.monotonic() < deadline, "they go on without the process that started them"
        time.sleep(0.05)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_reader_imports_neither_faiss_nor_pydantic() -> None:
    code = "import sys, index.readers; print({'faiss', 'pydantic', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
