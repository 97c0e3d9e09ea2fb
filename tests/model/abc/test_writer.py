"""Written tunes read back as the same tunes."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.abc import Bar, Note, Tune, read_tune, write

_LENGTHS = [
    Fraction(text) for text in ("1/8", "1/4", "1/3", "1/2", "2/3", "3/4", "1", "7/5", "3/2", "2", "4", "99")
]
_KEYS = ["", "C major", "D major", "A dorian", "Eb major", "F# minor", "D phrygian ^f", "G exp _b ^f"]
_TITLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1, max_size=12)

TUNE = read_tune(
    "X:7\nT:The First\nT:100\\% &amp; caf\\'e\nR:jig\nM:6/8\nL:1/8\nK:Ador\n"
    "E|:A2B c2d|(3efg e4-|[1 e2 ^f _g3:|[2 e3 z3||\nA3-A3-|A6:|\n"
)


def sounds(tune: Tune) -> list[tuple[int, Fraction, Fraction, int]]:
    return [(note.pitch, note.onset, note.duration, note.bar) for note in tune.notes]


def signs(tune: Tune) -> list[tuple[object, ...]]:
    return [
        (bar.onset, bar.duration, bar.first, bar.last, bar.opens_repeat, bar.closes_repeat, bar.endings)
        for bar in tune.bars
    ]


def test_a_tune_survives_writing_and_reading() -> None:
    read = read_tune(write(TUNE))
    assert sounds(read) == sounds(TUNE)
    assert signs(read) == signs(TUNE)
    for name in ("number", "titles", "rhythm", "meter", "unit", "key"):
        assert getattr(read, name) == getattr(TUNE, name)
    assert read.warnings == ()


def test_the_written_text() -> None:
    assert write(TUNE).splitlines() == [
        "X:7",
        "T:The First",
        "T:100\\% & café",
        "R:jig",
        "M:6/8",
        "L:1/8",
        "K:A dorian",
        "E |: A2 B c2 d | e2/3 f2/3 g2/3 e4- | [1 e2 f f3 :|",
        "[2 e3 z3 || A6- | A6 :|",
    ]


def test_a_transposed_tune_without_a_key() -> None:
    notes = tuple(replace(note, pitch=note.pitch + 1) for note in TUNE.notes)
    tune = replace(TUNE, notes=notes, key="")
    text = write(tune)
    assert "K:none" in text
    assert sounds(read_tune(text)) == sounds(tune)


def test_a_selection_of_the_notes() -> None:
    tune = replace(TUNE, notes=TUNE.notes[3:6])
    read = read_tune(write(tune))
    assert sounds(read) == sounds(tune)
    assert [bar.onset for bar in read.bars] == [bar.onset for bar in TUNE.bars]


def test_without_bars() -> None:
    tune = replace(TUNE, bars=(), notes=TUNE.notes[:4])
    assert [note[:3] for note in sounds(read_tune(write(tune)))] == [note[:3] for note in sounds(tune)]


def test_long_rests() -> None:
    tune = read_tune("X:1\nL:7/1\nK:C\nz999999999999z999999999999 C/46126080 z999999999999 D")
    assert sounds(read_tune(write(tune))) == sounds(tune)
    assert len(write(tune)) < 200


def test_notes_must_not_overlap() -> None:
    with pytest.raises(ValueError, match="overlaps the note before it"):
        write(replace(TUNE, notes=TUNE.notes[::-1]))


@st.composite
def random_tunes(draw: st.DrawFn) -> Tune:
    """Generate tunes of any notes, with rests, bars and repeat signs anywhere."""
    notes: list[Note] = []
    bars: list[Bar] = []
    time = Fraction(0)
    for index in range(draw(st.integers(1, 5))):
        start, first = time, len(notes)
        for _ in range(draw(st.integers(1, 6))):
            length = draw(st.sampled_from(_LENGTHS))
            if draw(st.booleans()) or (index == 0 and not notes):
                notes.append(Note(draw(st.integers(0, 127)), time, length, index, 1, 1))
            time += length
        endings = draw(st.sampled_from([(), (), (), (1,), (2,), (1, 3)]))
        bars.append(
            Bar(
                index + 1,
                start,
                time - start,
                first,
                len(notes),
                draw(st.booleans()),
                draw(st.booleans()),
                endings,
            )
        )
    return Tune(
        number=draw(st.integers(0, 999)),
        titles=tuple(draw(st.lists(_TITLE, max_size=2))),
        rhythm=draw(st.sampled_from(["", "reel", "slip jig"])),
        meter=draw(st.sampled_from(["", "none", "4/4", "6/8", "2+3/8"])),
        unit=draw(st.sampled_from([Fraction(1, 8), Fraction(1, 16), Fraction(3, 8), Fraction(7)])),
        key=draw(st.sampled_from(_KEYS)),
        header=(),
        notes=tuple(notes),
        bars=tuple(bars),
        warnings=(),
        line=1,
    )


@pytest.mark.parametrize(
    "title",
    [
        *(
            "<br>",
            "A <b>Title</b>",
            "</p>",
            "&lt;br&gt;",
            "&amp;amp;",
            "Gate M: 2/4 L : 1/8 K: G",
            "\\nX:1\\nK:C",
        ),
        *('"X:1\\nT:a\\n"', "soft\xadhyphen", "zero\u200bwidth", "\x92", "100% % off", "\\u0041", "`X:1`"),
    ],
)
def test_titles_that_look_damaged_survive_writing_and_reading(title: str) -> None:
    tune = replace(read_tune("X:1\nR:jig\nM:6/8\nK:D\nDFA d2A|"), titles=(title, "Gate"))
    read = read_tune(write(tune))
    assert read.titles == tune.titles
    assert sounds(read) == sounds(tune)
    assert read.warnings == ()


@settings(deadline=None)
@given(random_tunes())
def test_any_tune_survives_writing_and_reading(tune: Tune) -> None:
    read = read_tune(write(tune))
    assert sounds(read) == sounds(tune)
    assert signs(read) == signs(tune)
    assert (read.titles, read.rhythm, read.meter, read.key) == (
        tune.titles,
        tune.rhythm,
        tune.meter,
        tune.key,
    )
    assert read.warnings == ()


@settings(deadline=None)
@given(random_tunes(), st.data())
def test_any_selection_of_notes_survives_writing_and_reading(tune: Tune, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(tune.notes), min_size=1, unique=True))
    cut = replace(tune, notes=tuple(sorted(chosen, key=lambda note: note.onset)), key="")
    assert sounds(read_tune(write(cut))) == sounds(cut)
