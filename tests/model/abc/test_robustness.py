"""Whatever the text, the reader raises only `AbcError` and takes time linear in its length."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.abc import AbcError, Tune, decode, read_tune, read_tunebook, write
from tests.model.abc.patterns import HEAD, HUNDRED_FIELDS, HUNDRED_RHYTHMS, PATTERNS, pattern

_PIECES = [
    *"ABCDEFGabcdefgxyzZX0123456789/,'^_=<>()[]{}|:-!+\"%&~.\\$*`HTuvw \t\n\r\0é",
    *(
        "X:1\n",
        "T:",
        "K:",
        "K:Ador\n",
        "M:6/8\n",
        "L:1/",
        "V:2\n",
        "[V:1]",
        "[K:",
        "w:",
        "+:",
        "(3:2:",
        "|1,3",
        "[1-",
    ),
    *(
        "%%begintext\n",
        "%%endtext\n",
        "%%propagate-accidentals not\n",
        "U:",
        "\n\n",
        "!trill!",
        "\\u0041",
        "&amp;",
    ),
]
music_like = st.lists(st.sampled_from(_PIECES), max_size=80).map("".join)


def read_all(text: str) -> None:
    for read in read_tunebook(text):
        if isinstance(read, Tune):
            check(read)
        else:
            assert read.line >= 1
            assert read.column >= 1
    with contextlib.suppress(AbcError):
        check(read_tune(text))


def check(tune: Tune) -> None:
    assert tune.notes
    time = tune.notes[0].onset
    for note in tune.notes:
        assert 0 <= note.pitch < 128
        assert note.duration > 0
        assert note.onset >= time
        time = note.onset + note.duration
        bar = tune.bars[note.bar]
        assert bar.onset <= note.onset < bar.onset + bar.duration
    indexes = [index for bar in tune.bars for index in range(bar.first, bar.last)]
    assert indexes == list(range(len(tune.notes)))
    sounds = [(note.pitch, note.onset, note.duration, note.bar) for note in tune.notes]
    assert [
        (note.pitch, note.onset, note.duration, note.bar) for note in read_tune(write(tune)).notes
    ] == sounds


@settings(deadline=None)
@given(st.text())
def test_any_text(text: str) -> None:
    read_all(text)
    read_all("X:1\nK:C\n" + text)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    read_all(decode(data))


@settings(deadline=None)
@given(music_like)
def test_anything_like_music(text: str) -> None:
    read_all(text)
    read_all("X:1\nK:C\nC" + text)


def seconds(text: str, times: int = 1) -> float:
    """CPU time of the fastest of several readings of all tunes."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        for _ in read_tunebook(text):
            pass
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("name", PATTERNS)
def test_time_grows_with_length(name: str) -> None:
    # Sixteen times the text takes 16 times as long if time is linear, 256 times as long if it is quadratic.
    # A busy machine can slow one measurement down, but not five.
    short, long = pattern(name, 2_000), pattern(name, 32_000)
    seconds(short)
    assert any(seconds(long) < 60 * seconds(short, times=3) + 0.02 for _ in range(5))


@pytest.mark.parametrize("header", [HUNDRED_FIELDS, HUNDRED_RHYTHMS, "%%x\n" * 100 + "\n"])
@pytest.mark.parametrize("tunes", ["X:\n" * 5_000, "X:\nC\n" * 2_000])
def test_a_file_header_is_read_once(header: str, tunes: str) -> None:
    assert any(seconds(header + tunes) < 2 * seconds(tunes) + 0.05 for _ in range(5))


@pytest.mark.parametrize(
    "piece", ["C", "C|", "[CEG]", "c-", "C2 ", "C\n", "[V:1]C[V:2]D", "+CE+", "z", "Z99|"]
)
def test_notes_are_bounded(piece: str) -> None:
    tune = read_tune(HEAD + piece * (100_000 // len(piece)))
    (limit,) = (notice for notice in tune.warnings if "8192" in notice.message)
    assert limit.message == "more than 8192 notes and rests, read up to here"
    assert len(tune.notes) <= 8192
    assert len(tune.bars) <= 8192
    last = tune.notes[-1]
    assert (last.line, last.column) < (limit.line, limit.column)


def test_a_tune_of_the_greatest_length() -> None:
    assert read_tune(HEAD + "D" * 8191).warnings == ()
    assert len(read_tune(HEAD + "D" * 8191).notes) == 8192
    assert len(read_tune(HEAD + "D" * 8192).notes) == 8192
    after = read_tune(HEAD + "D" * 9000 + "\nE\nT:Later\nF\n")
    assert (len(after.notes), after.titles, len(after.warnings)) == (8192, ("Later",), 1)


@pytest.mark.parametrize("piece", ["(", '"', "[", "{", "!", "1", "A", "\\'e", "&a"])
@pytest.mark.parametrize("letter", ["T", "K", "M", "L", "V", "X", "Q", "w"])
def test_time_of_long_fields(letter: str, piece: str) -> None:
    start = time.process_time()
    read_tune(f"X:1\n{letter}:{piece * 200_000}\nK:C\nC\n")
    assert time.process_time() - start < 2


def test_time_of_a_long_file_header_over_many_tunes() -> None:
    start = time.process_time()
    header = "N:a note\n" * 20_000 + "H:" + "long " * 20_000 + "\nR:reel\n\n"
    read = list(read_tunebook(header + "X:1\nK:C\nC\n\n" * 2_000))
    assert time.process_time() - start < 10
    assert len(read) == 2_000


def test_a_typical_tune_takes_about_a_millisecond() -> None:
    text = "X:1\nT:A Reel\nR:reel\nM:4/4\nL:1/8\nK:Ador\n" + "|:eA (3AAA eAfA|e2 ^c>d {f}e2 dB:|\n" * 8
    start = time.process_time()
    for _ in range(50):
        read_tune(text)
    assert (time.process_time() - start) / 50 < 0.01  # measured: 0.6 ms; the bound allows for a busy machine
