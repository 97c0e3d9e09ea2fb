"""Whatever the text, the reader raises only `AbcError` and takes time linear in its length."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.abc import AbcError, Tune, decode, read_tune, read_tunebook, write

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


@pytest.mark.parametrize(
    "piece",
    [
        *'("[{!+&%-><^_=,|:]/1.\\',
        *(
            "(3",
            "[1,",
            "|1-",
            "[K:",
            "[V:1 ",
            "[CE",
            "A-",
            "A>",
            "A/",
            "\"'",
            "!a ",
            "+a ",
            "{a",
            "=3",
            "= ",
            "A1/7",
            "(7a",
        ),
        *("C |", "abc def|", "[V:1]C[V:2]D", "Z9", "hello "),
        *(
            "\n+:more",
            "\nT:t\n",
            "\nX:1\nK:C\nC\n",
            "\n\nT:t\nK:C\nC\n",
            "\nV:1\nC\nV:2\nD\n",
            "\n%%begintext\n",
            "\r",
            "\n \n",
        ),
        *("\nM:4" + " " * 50, "\nK:a=", "\nL:1/", "\nm:x", "\nU:q", "[K:C ^c]C", "\nhow is this"),
    ],
)
def test_time_grows_with_length(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "X:1\nK:C\nC" + piece * (size // len(piece)) + "\nD"
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            read_tune(text)
            best = min(best, time.process_time() - start)
        return best

    seconds(1_000)
    # Sixteen times the text takes 16 times as long if time is linear, 256 times as long if it is quadratic.
    assert seconds(32_000) < 100 * seconds(2_000) + 0.02


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
