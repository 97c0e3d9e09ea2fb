"""What holds for every text: hypothesis looks for one where it does not."""

import contextlib
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from model.abc import AbcError, Tune, decode, find_codec, read_tune, read_tunebook, write
from model.abc.text import split_lines
from model.abc.variation import transposed
from tests.model.abc.patterns import PATTERNS, pattern
from tests.support import KESH

# The same few examples in every run: a failure must not depend on chance. `tests/fuzz` looks for new ones.
few = settings(deadline=None, derandomize=True, max_examples=60)

pieces = st.sampled_from(
    sorted({piece.replace("№", "2") for _, run, _ in PATTERNS.values() for piece in run})
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A tune with pieces of the patterns at some places."""
    text = KESH
    for piece, place in draw(st.lists(st.tuples(pieces, st.integers(0, len(KESH))), max_size=12)):
        text = text[:place] + piece + text[place:]
    return text


texts = st.one_of(
    damaged(),
    st.lists(pieces, max_size=12).map("".join),
    st.sampled_from(sorted(PATTERNS)).map(lambda name: pattern(name, 300)),
)


def tunes_of(text: str) -> list[Tune]:
    tunes = [read for read in read_tunebook(text) if isinstance(read, Tune)]
    with contextlib.suppress(AbcError):
        tunes.append(read_tune(text))
    return tunes


@few
@given(texts)
def test_places_lie_within_the_text(text: str) -> None:
    lines = split_lines(text)
    errors = [read for read in read_tunebook(text) if isinstance(read, AbcError)]
    for tune in tunes_of(text):
        places = [(note.line, note.column) for note in tune.notes]
        places += [(notice.line, notice.column) for notice in tune.warnings]
        assert all(1 <= column <= len(lines[line - 1]) + 1 for line, column in places)
    for error in errors:
        assert 1 <= error.column <= len(lines[error.line - 1]) + 1


@few
@given(texts)
def test_the_same_text_is_read_the_same_way(text: str) -> None:
    assert tunes_of(text) == tunes_of(text)


@few
@given(texts)
def test_a_written_tune_reads_the_same(text: str) -> None:
    for tune in tunes_of(text):
        sounds = [(note.pitch, note.onset, note.duration, note.bar) for note in tune.notes]
        again = read_tune(write(tune))
        assert [(note.pitch, note.onset, note.duration, note.bar) for note in again.notes] == sounds
        assert write(again) == write(read_tune(write(again)))


@few
@given(texts, st.integers(-11, 11))
def test_a_transposed_tune_reads_with_other_pitches_only(text: str, semitones: int) -> None:
    for tune in tunes_of(text):
        moved = transposed(tune, semitones)
        if all(note.pitch in range(128) for note in moved.notes):
            again = read_tune(write(moved))
            found = [(note.pitch - semitones, note.onset, note.duration) for note in again.notes]
            assert found == [(note.pitch, note.onset, note.duration) for note in tune.notes]


@few
@given(damaged())
def test_line_ends_do_not_matter(text: str) -> None:
    text = text.replace("\r", "\n")
    for ends in ("\r\n", "\r"):
        assert tunes_of(text.replace("\n", ends)) == tunes_of(text)


@few
@given(texts)
def test_strings_can_be_encoded(text: str) -> None:
    for tune in tunes_of(text):
        named = replace(tune, notes=(), bars=())
        str(named).encode()
        "".join(
            (*tune.titles, tune.rhythm, tune.meter, tune.key, *(value for _, value in tune.header))
        ).encode()


@few
@given(
    st.one_of(st.binary(), texts.map(lambda text: text.encode("utf-16", "surrogatepass"))),
    st.sampled_from(
        [None, "utf-8", "utf-16", "latin-1", "big5", "cp949", "mac-roman", "gb18030", "utf-7", "rot13"]
    ),
)
def test_all_bytes_can_be_decoded(data: bytes, charset: str | None) -> None:
    tunes_of(decode(data, find_codec(charset) if charset else None))


@few
@given(st.text())
def test_any_charset_can_be_looked_up(charset: str) -> None:
    codec = find_codec(charset)
    assert codec is None or "".encode(codec) is not None
