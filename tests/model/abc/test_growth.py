"""Reading takes time and memory in proportion to the text, and stops when its time is over."""

import contextlib
import time
import tracemalloc

import pytest

from model.abc import AbcError, decode, read_tune
from model.abc.book import LONGEST_TEXT
from model.deadline import CpuLimitError, limited
from tests.model.abc.growth import cpu_seconds, encoded, growth
from tests.model.abc.patterns import HEAD, PATTERNS, pattern
from tests.support import KESH

_KIB = 1024
_STOPPED = ("'C|'", "a title of tags", "fields on one line", "halves", "tunes without notes", "'hello '")
# Every eighth pattern; `python -m tests.model.abc.growth` measures all of them, which takes minutes.
_SAMPLE = sorted(PATTERNS)[::8]
_HUNGRY = (
    "typographic quotes",
    "halves",
    "escaped line ends in one line",
    "doubled quotes of a cell",
    "empty lines",
)


def read(body: bytes) -> None:
    with contextlib.suppress(AbcError):
        read_tune(decode(body))


@pytest.mark.slow
@pytest.mark.parametrize("name", _SAMPLE)
def test_growth_up_to_the_limit_of_a_body(name: str) -> None:
    sizes = (64 * _KIB, 128 * _KIB, 256 * _KIB)
    # Time may be less than linear, because the notes of a tune are bounded. A tune takes about half a
    # millisecond to read, and no text a second. A busy machine disturbs one measurement, but not three.
    most = 2500 * cpu_seconds(lambda: read_tune(KESH), times=20)
    measured = [growth(name, sizes, read_tune)]
    while (measured[-1].exponent > 1.3 or measured[-1].seconds[-1] >= most) and len(measured) < 3:
        measured.append(growth(name, sizes, read_tune))
    assert min(each.exponent for each in measured) <= 1.3
    assert min(each.seconds[-1] for each in measured) < most


@pytest.mark.parametrize(
    "name",
    [
        *_HUNGRY,
        *(pytest.param(name, marks=pytest.mark.slow) for name in _SAMPLE if name not in _HUNGRY),
    ],
)
def test_memory_grows_with_length(name: str) -> None:
    # The notes of a tune, at most 8,192, take up to 10 MB; what is measured is the growth.
    short, long = encoded(pattern(name, 16 * _KIB)), encoded(pattern(name, 48 * _KIB))
    per_byte = (memory(long) - memory(short)) / (len(long) - len(short))
    assert per_byte < 150  # measured for all patterns: at most 135
    assert memory(long) < 20 * len(long) + 16 * 2**20


def memory(body: bytes) -> int:
    """Most bytes in use while a body is read."""
    tracemalloc.start()
    try:
        read(body)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", _STOPPED)
def test_reading_stops_when_its_cpu_time_is_spent(name: str) -> None:
    text = pattern(name, 256 * _KIB)
    start = time.thread_time()
    with pytest.raises(CpuLimitError), limited(cpu_s=0.02):
        read_tune(text)
    assert time.thread_time() - start < 0.3  # measured: 0.1 s; the bound allows for a busy machine


def test_a_text_is_read_up_to_a_limit() -> None:
    text = HEAD + "DEF|\n" + "w: la\n" * (LONGEST_TEXT // 6)
    tune = read_tune(text + "X:2\nK:C\nC\n")
    assert len(tune.notes) == 4
    assert [notice.message for notice in tune.warnings] == [
        f"the text has more than {LONGEST_TEXT} characters, read up to here"
    ]
    lines = text[:LONGEST_TEXT].split("\n")
    assert (tune.warnings[0].line, tune.warnings[0].column) == (len(lines), len(lines[-1]) + 1)
    with pytest.raises(AbcError, match=f"no notes in its first {LONGEST_TEXT} characters"):
        read_tune("X:1\nK:C\n" + "w: la\n" * (LONGEST_TEXT // 6) + "C\n")


def test_rests_of_tunes_without_notes_are_bounded() -> None:
    silent = "X:1\n" + "Z256|" * 32 + '"a"\n'
    assert read_tune(silent + "X:2\nK:C\nC\n").number == 2
    with pytest.raises(AbcError, match="the text has 3 tunes, but no notes were found"):
        read_tune(silent * 2 + "X:3\nK:C\nC\n")


def test_voices_are_bounded() -> None:
    voices = "".join(f"V:{number}\nz\n" for number in range(200))
    tune = read_tune("X:1\nK:C\n" + voices + "V:150\nC\nV:7\nD\n")
    assert [note.pitch for note in tune.notes] == [62]
    (notice,) = tune.warnings
    assert (notice.line, notice.message) == (203, "more than 100 voices, the others read as one")


def test_a_rhythm_is_bounded() -> None:
    assert read_tune("X:1\nR:" + "a" * 10_000 + "\nK:C\nC\n").rhythm == "a" * 200
