"""Tests texts of several tunes."""

from fractions import Fraction

import pytest

from model.abc import AbcError, Tune, read_tune, read_tunebook

BOOK = """%abc-2.1
% a file header
M:6/8
R:jig
T:The Whole Book
S:a friend

Some words about the book.

X:1
T:One
K:G
GAB|

These words stand between the tunes. A fine tune, this.

X:2
T:Two
M:4/4
R:reel
K:D
DEF|

X:3
T:Three
K:C

X:4
T:Four
K:A
ABc|
"""


def tunes(text: str) -> list[Tune]:
    return [tune for tune in read_tunebook(text) if isinstance(tune, Tune)]


def test_a_bad_tune_does_not_affect_the_others() -> None:
    read = list(read_tunebook(BOOK))
    assert [tune.titles for tune in read if isinstance(tune, Tune)] == [("One",), ("Two",), ("Four",)]
    assert isinstance(read[2], AbcError)
    assert (read[2].line, read[2].column) == (24, 1)


def test_the_file_header_applies_to_all_tunes() -> None:
    first, second, fourth = tunes(BOOK)
    assert [tune.meter for tune in (first, second, fourth)] == ["6/8", "4/4", "6/8"]
    assert [tune.rhythm for tune in (first, second, fourth)] == ["jig", "reel", "jig"]
    assert first.header == (
        ("M", "6/8"),
        ("R", "jig"),
        ("S", "a friend"),
        ("X", "1"),
        ("T", "One"),
        ("K", "G"),
    )


def test_line_numbers_count_from_the_start_of_the_text() -> None:
    one, two, _ = tunes(BOOK)
    assert (one.line, one.notes[0].line) == (10, 13)
    assert (two.line, two.notes[0].line) == (17, 22)


def test_the_first_tune_of_several() -> None:
    read = read_tune(BOOK)
    assert read.titles == ("One",)
    assert [(notice.line, notice.column, notice.message) for notice in read.warnings] == [
        (17, 1, "3 other tunes in the text, skipped")
    ]
    (notice,) = read_tune("X:1\nK:C\nC\n\nX:2\nK:C\nD\n").warnings
    assert notice.message == "1 other tune in the text, skipped"


def test_read_tune_skips_tunes_without_notes() -> None:
    assert read_tune("X:1\nT:None\nK:C\n\nX:2\nT:Some\nK:C\nC\n").titles == ("Some",)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("X:1\nT:One\nK:C\nCDE|\nX:2\nT:Two\nK:C\nDEF|", ["One", "Two"]),
        ("T:One\nX:1\nK:C\nCDE|\n\nM:6/8\nT:Two\nX:2\nK:C\nDEF|", ["One", "Two"]),
        ("T:One\nK:C\nCDE|\n\nT:Two\nK:C\nDEF|", ["One", "Two"]),
        ("T:One\nK:C\nCDE|\n\nX:2\nT:Two\nK:C\nDEF|", ["One", "Two"]),
        ("X:1\nT:One\nK:C\n\nCDE|\n\nDEF|", ["One"]),
        ("T:One\nM:4/4\n\nCDE|\n\nFGA|", ["One"]),
        ("Hello all, this is the tune:\n\nX:1\nT:One\nK:C\nCDE|\n\nregards, Me", ["One"]),
        ("<html>\n<p>tune</p>\nX:1\nT:One\nK:C\nCDE|\n</p>", ["One"]),
        ("\ufeffX:1\rT:One\rK:C\rCDE|\r\rX:2\rT:Two\rK:C\rDEF|\r", ["One", "Two"]),
        (
            "X:1\nT:One\nK:C\nCDE|\n%%begintext\nX:9\nT:No\nK:C\nC\n%%endtext\nX:2\nT:Two\nK:C\nDEF|",
            ["One", "Two"],
        ),
        ("X:1\nT:One\nK:C\nCDE|\nW:the words\n\nW:go on\n\nX:2\nT:Two\nK:C\nDEF|", ["One", "Two"]),
    ],
)
def test_where_tunes_begin(text: str, titles: list[str]) -> None:
    read = tunes(text)
    assert [tune.titles[0] for tune in read] == titles
    assert all(len(tune.notes) % 3 == 0 for tune in read)


@pytest.mark.parametrize(
    "field",
    [
        "M:C|",
        "T:Book | Part One",
        "P:A|B",
        "Q:1/4=90 | slow",
        "N:CDE|FGA|",
        "Z:A|B",
        "A:Donegal|Eire",
        "%C|D",
    ],
)
def test_a_field_with_a_bar_sign_is_not_music(field: str) -> None:
    (read,) = read_tunebook(f"{field}\n\nX:1\nT:One\nL:1/8\nK:G\nGAB|\n")
    assert isinstance(read, Tune)
    assert (read.titles, read.line) == (("One",), 3)
    (read,) = read_tunebook(f"%abc\n{field}\nL:1/4\n\nX:1\nT:One\nK:G\nGAB|\n")
    assert isinstance(read, Tune)
    assert (read.titles, read.unit) == (("One",), Fraction(1, 4))


def test_a_metre_in_the_file_header() -> None:
    read = tunes("M:C|\n\nX:1\nK:G\nGAB|\n\nX:2\nM:3/4\nK:G\nGAB|\n")
    assert [tune.meter for tune in read] == ["2/2", "3/4"]


def test_tunes_do_not_share_what_they_declare() -> None:
    header = "U:n=!trill!\nM:6/8\n\n"
    declares = "X:1\nU:q=!trill!\nM:2/4\nL:1/2\nI:propagate-accidentals not\nK:D octave=1\nn C q D|\n\n"
    first, second = tunes(header + declares + "X:2\nK:C\nn C q ^FF|\n")
    assert first.warnings == ()
    assert (second.meter, second.unit) == ("6/8", Fraction(1, 8))
    assert [note.pitch for note in second.notes] == [60, 66, 66]
    assert [(notice.line, notice.message) for notice in second.warnings] == [
        (14, "'q' is not music, skipped")
    ]


def test_warnings_of_the_file_header() -> None:
    first, second = tunes("M:waltz\n\nX:1\nK:C\nC\n\nX:2\nK:C\nC\n")
    assert [notice.line for notice in first.warnings] == [1]
    assert first.warnings == second.warnings


def test_read_tune_tries_a_thousand_tunes() -> None:
    assert read_tune("X:1\n" * 5_000 + "X:1\n&C\n" * 999 + "X:2\nK:C\nC").number == 2
    with pytest.raises(AbcError, match="1001 tunes, but no notes were found"):
        read_tune("X:1\n&C\n" * 1_000 + "X:2\nK:C\nC")


def test_bare_notes_among_words() -> None:
    read = read_tune("Do you know this one?\n\nG2 BG dGBG|\n\nIt is nice.\n\nA2 cA eAcA|\n")
    assert len(read.notes) == 14
    assert read.notes[0].duration == Fraction(1)


def test_no_tune_at_all() -> None:
    assert list(read_tunebook("")) == []
    assert list(read_tunebook("M:4/4\n\nX is not here\n")) != [None]
