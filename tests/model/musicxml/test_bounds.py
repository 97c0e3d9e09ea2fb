"""No file makes the MusicXML reader fail otherwise than with a ConversionError, or costs much."""

import contextlib
import random
import time
import tracemalloc
import zipfile

import pytest

from model.conversion import ConversionError
from model.deadline import CpuLimitError, limited
from model.musicxml import read_musicxml
from tests.model.musicxml.scores import CONTAINER, archive, attributes, measure, note, patterns, score

_SMALL = patterns(2**12)


@pytest.fixture(scope="module")
def large() -> dict[str, bytes]:
    return patterns()


@pytest.mark.parametrize("name", _SMALL)
def test_no_file_takes_a_second(large: dict[str, bytes], name: str) -> None:
    start = time.thread_time()
    with limited(cpu_s=4), contextlib.suppress(ConversionError):
        read_musicxml(large[name])
    assert time.thread_time() - start < 2  # measured: at most 0.75 s; the bound allows for a busy machine


@pytest.mark.parametrize("name", ["measures of one note", "attributes", "parts of a measure"])
def test_memory_is_bounded(large: dict[str, bytes], name: str) -> None:
    tracemalloc.start()
    try:
        with contextlib.suppress(ConversionError):
            read_musicxml(large[name])
        assert tracemalloc.get_traced_memory()[1] < 64 * 2**20
    finally:
        tracemalloc.stop()


def test_reading_stops_when_its_cpu_time_is_spent(large: dict[str, bytes]) -> None:
    with pytest.raises(CpuLimitError), limited(cpu_s=0.02):
        read_musicxml(large["measures of one note"])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "damaged"),
        (b"X:1\nK:G\nGAB\n", "damaged at line 1, column 1"),
        (b"<html/>", "not a score in MusicXML"),
        (_SMALL["entities"], "declares entities"),
        (_SMALL["declared attributes"], "declares attributes"),
        (_SMALL["deep"], "more than 32 deep"),
        (score(measure("<a/>" * 100_000)), "more than 100000 elements"),
        (score(measure(note(""))), "no notes"),
        (b'<?xml version="1.0" encoding="utf-7"?><score-partwise/>', "encoding"),
        (b'<?xml version="1.0" encoding="klingon"?><score-partwise/>', "encoding"),
        (archive({}), "no MusicXML score"),
        (archive({"META-INF/container.xml": CONTAINER.format("../a.xml")}), "no MusicXML score"),
        (archive({"META-INF/container.xml": '<!DOCTYPE a [<!ENTITY a "b">]><a/>'}), "list of scores"),
        (archive({"a.xml": "<a/>"}, zipfile.ZIP_BZIP2), "encrypted, or compressed in a way"),
        (archive({"a.xml": score(measure(note()))})[:-30], "damaged"),
        (_SMALL["zip bomb"], "unpacks to more"),
        (archive({f"{i}": b"" for i in range(1001)}), "more than 1000 entries"),
    ],
)
def test_the_error_is_a_sentence(data: bytes, message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        read_musicxml(data)


def test_damaged_files_raise_nothing_else() -> None:
    rng = random.Random(1)
    plain = score(measure(attributes(2, 1, 6, 8), note("F#4") * 4))
    for seed in (plain, archive({"a.xml": plain})):
        for _ in range(400):
            with contextlib.suppress(ConversionError):
                read_musicxml(damaged(seed, rng))


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The data with some bytes changed, removed or added."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(changed))
        width = rng.randint(0, 6)
        changed[place : place + width] = rng.randbytes(rng.choice([width, 1, 0]))
    return bytes(changed)
