"""Tests each sign of a tune, and the position of each warning."""

from fractions import Fraction

import pytest

from model.abc import AbcError, Tune, read_tune, write
from model.abc.music import MOST_SOUNDS

C, D, E, F, G, A, B, C2 = 60, 62, 64, 65, 67, 69, 71, 72


def tune(music: str, key: str = "C", **fields: str) -> Tune:
    header = "".join(f"{letter}:{text}\n" for letter, text in fields.items())
    return read_tune(f"X:1\n{header}L:1/4\nK:{key}\n{music}\n")


def pitches(music: str, key: str = "C", **fields: str) -> list[int]:
    return [note.pitch for note in tune(music, key, **fields).notes]


def durations(music: str, **fields: str) -> list[Fraction]:
    return [note.duration for note in tune(music, "C", **fields).notes]


def warned(read: Tune) -> list[tuple[int, int]]:
    return [(notice.line, notice.column) for notice in read.warnings]


def test_header() -> None:
    read = read_tune(
        "%abc-2.1\n"
        "K:A Dorian\nX: 12 \nT:The First Name % no more\nR:reel\nM:C|\nT:Another Name\nL:1/16\nC:Trad.\n"
        "A4|\n"
        "T:Second part\nB4|\n"
    )
    assert read.number == 12
    assert read.titles == ("The First Name", "Another Name", "Second part")
    assert (read.rhythm, read.meter, read.unit, read.key) == ("reel", "2/2", Fraction(1, 16), "A dorian")
    assert read.header[:3] == (("K", "A Dorian"), ("X", "12"), ("T", "The First Name"))
    assert [letter for letter, _ in read.header] == list("KXTRMTLC")
    assert read.line == 1
    assert read.warnings == ()


def test_nothing_declared() -> None:
    read = read_tune("CDEF GABc|")
    assert [note.pitch for note in read.notes] == [C, D, E, F, G, A, B, C2]
    assert {note.duration for note in read.notes} == {Fraction(1, 2)}
    assert (read.number, read.titles, read.key, read.meter, read.header) == (0, (), "", "", ())


def test_field_continuation() -> None:
    read = read_tune("X:1\nT:The Long\n+:and Winding\n+:Name\nH:once\n+:more\nK:C\nC\nw:la\n+:la\n")
    assert read.titles == ("The Long and Winding Name",)
    assert ("H", "once more") in read.header


def test_free_text_in_the_header_is_skipped() -> None:
    read = read_tune("X:1\nH:A story that goes\non over the line\nK:C\nCDE|\n")
    assert len(read.notes) == 3
    assert warned(read) == [(3, 1)]


@pytest.mark.parametrize(
    ("meter", "unit"),
    [("2/4", Fraction(1, 16)), ("3/4", Fraction(1, 8)), ("C", Fraction(1, 8)), ("none", Fraction(1, 8))],
)
def test_unit_from_meter(meter: str, unit: Fraction) -> None:
    read = read_tune(f"X:1\nM:{meter}\nK:C\nC\n")
    assert read.unit == unit
    assert read.notes[0].duration == 4 * unit


def test_a_new_meter_does_not_change_the_unit() -> None:
    read = read_tune("X:1\nM:4/4\nK:C\nC|[M:2/4]C|\nM:2/4\nC|[L:1/4]C|\nL:1/2\nC")
    assert [note.duration for note in read.notes] == [Fraction(1, 2)] * 3 + [Fraction(1), Fraction(2)]
    assert (read.meter, read.unit) == ("4/4", Fraction(1, 8))


def test_positions() -> None:
    notes = tune('"Am"A {g}B|\n z  c').notes
    assert [(note.line, note.column) for note in notes] == [(4, 5), (4, 10), (5, 5)]
    assert [note.bar for note in notes] == [0, 0, 1]


def test_octaves() -> None:
    assert pitches("C,, C, C c c' c'' c,, C'") == [36, 48, 60, 72, 84, 96, 48, 72]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("F C", [66, 61]),
        ("=F F | F", [65, 65, 66]),
        ("^G G g | G", [68, 68, 80, 67]),
        ("_B =B B", [70, 71, 71]),
        ("^^G __B =^F", [69, 69, 66]),
        ("^F-|F F", [66, 66]),
        ("^G-|G G", [68, 67]),
        ("_B-|_B B|B", [70, 70, 71]),
        ("{^g}G", [68]),
        ("=3DF F =\n=20\n=3D^F =20", [65, 65, 66]),
        ("[K:C] F [K:D] F", [65, 66]),
    ],
)
def test_accidentals(music: str, expected: list[int]) -> None:
    assert pitches(music, "D") == expected


@pytest.mark.parametrize(
    ("reach", "expected"),
    [("not", [66, 65, 77]), ("octave", [66, 66, 77]), ("pitch", [66, 66, 78])],
)
def test_how_far_accidentals_reach(reach: str, expected: list[int]) -> None:
    assert pitches("^F F f", I=f"propagate-accidentals {reach}") == expected
    assert pitches(f"%%propagate-accidentals {reach}\n^F F f") == expected
    book = f"%%propagate-accidentals {reach}\n\nX:1\nK:C\n^F F f\n"
    assert [note.pitch for note in read_tune(book).notes] == expected


def test_lengths() -> None:
    assert durations("C2 C/ C/2 C// C3/2 C3/ C16") == [
        Fraction(2),
        Fraction(1, 2),
        Fraction(1, 2),
        Fraction(1, 4),
        Fraction(3, 2),
        Fraction(3, 2),
        Fraction(16),
    ]


@pytest.mark.parametrize("length", ["0", "/0", "1/0", "9999999999999", "1/" + "7" * 5000, "/" * 3000])
def test_impossible_lengths(length: str) -> None:
    read = tune(f"C D{length} E")
    assert [note.duration for note in read.notes] == [1, 1, 1]
    assert warned(read) == [(4, 3)]


def test_lengths_too_fine_are_rounded() -> None:
    read = tune("C/17 D")
    assert abs(read.notes[0].duration - Fraction(1, 17)) < Fraction(1, 10**6)
    assert warned(read) == [(4, 1)]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C>D", ["3/2", "1/2"]),
        ("C<D", ["1/2", "3/2"]),
        ("C>>D", ["7/4", "1/4"]),
        ("C<<<D", ["1/8", "15/8"]),
        ("C > D", ["3/2", "1/2"]),
        ("(C>)(D)", ["3/2", "1/2"]),
        ("C>{ef}D", ["3/2", "1/2"]),
        ('C>"Am"!trill!.D', ["3/2", "1/2"]),
        ("C2>D2", ["3", "1"]),
        ("C>\nD", ["3/2", "1/2"]),
        ("[CE]>[DF]", ["3/2", "1/2"]),
        ("C>zD", ["3/2", "1"]),
        ("C->D", ["3/2", "1/2"]),
    ],
)
def test_broken_rhythm(music: str, expected: list[str]) -> None:
    assert durations(music) == [Fraction(length) for length in expected]


@pytest.mark.parametrize(("music", "column"), [("> C D", 1), ("C> >D", 4), ("C>>>>D", 2), ("C [D>F>]", 5)])
def test_misplaced_broken_rhythm(music: str, column: int) -> None:
    assert (4, column) in warned(tune(music))


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("(3CDE F", ["2/3", "2/3", "2/3", "1"]),
        ("(2CD E", ["3/2", "3/2", "1"]),
        ("(4CDEF", ["3/4"] * 4),
        ("(5CDEFG", ["2/5"] * 5),
        ("(6CDEFGA", ["1/3"] * 6),
        ("(9CDEFGABcd", ["2/9"] * 9),
        ("(3:2:2C2D E", ["4/3", "2/3", "1"]),
        ("(3:2CDE F", ["2/3", "2/3", "2/3", "1"]),
        ("(3::2CD E", ["2/3", "2/3", "1"]),
        ("(3::CDE", ["2/3"] * 3),
        ("(5:4:6CDEFGA B", ["4/5"] * 6 + ["1"]),
        ("(3 C D E", ["2/3"] * 3),
        ("((3CDE)", ["2/3"] * 3),
        ("(3(CDE)", ["2/3"] * 3),
        ("(3{g}C[DF]zE", ["2/3", "2/3", "1"]),
        ("(3C>DE", ["1", "1/3", "2/3"]),
        ("EF (1:2:2GA B", ["1", "1", "2", "2", "1"]),
        ("(1:2CD", ["2", "1"]),
        ("(1:3:1CD", ["3", "1"]),
        ("(1:1:2CD", ["1", "1"]),
        ("(2:1:2CD E", ["1/2", "1/2", "1"]),
        ("(2:4:3CDE F", ["2", "2", "2", "1"]),
        ("(3:0:2CDE", ["2/3", "2/3", "1"]),
    ],
)
def test_tuplets(music: str, expected: list[str]) -> None:
    assert durations(music) == [Fraction(length) for length in expected]


@pytest.mark.parametrize("meter", ["6/8", "9/8", "12/8"])
def test_tuplets_in_compound_time(meter: str) -> None:
    assert durations("(5CDEFG", M=meter) == [Fraction(3, 5)] * 5


@pytest.mark.parametrize(
    "sign", ["(1", "(1::2", "(1:0:2", "(0", "(0:2:2", "(99", "(3:99", "(3:2:99", "(" + "3" * 5000]
)
def test_impossible_tuplets(sign: str) -> None:
    read = tune(f"{sign} CDE")
    assert [note.duration for note in read.notes] == [1, 1, 1]
    assert warned(read) == [(4, 1)]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C-C", [(C, 2)]),
        ("C-|C-|C2 C", [(C, 4), (C, 1)]),
        ("C- C", [(C, 2)]),
        ("C -C", [(C, 2)]),
        ("C-\nC", [(C, 2)]),
        ("C-{d}C", [(C, 2)]),
        ("C{d}-C", [(C, 1), (C, 1)]),
        ("C-D", [(C, 1), (D, 1)]),
        ("C-zC", [(C, 1), (C, 1)]),
        ("[CE]-[CE]", [(E, 2)]),
        ("[CE-][CE]", [(E, 2)]),
        ("[C-E][CE]", [(E, 1), (E, 1)]),
        ("(CC)", [(C, 1), (C, 1)]),
    ],
)
def test_ties(music: str, expected: list[tuple[int, Fraction | int]]) -> None:
    assert [(note.pitch, note.duration) for note in tune(music).notes] == expected


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("|:CD|1Gc-:|2c2|]", [(C, 1), (D, 1), (G, 1), (C2, 1), (C2, 2)]),
        ("CD[1Gc-:|\n[2c2|]", [(C, 1), (D, 1), (G, 1), (C2, 1), (C2, 2)]),
        ("Cc-|1c2:|2c2|]", [(C, 1), (C2, 3), (C2, 2)]),
        ("C|1c-|c-:|2c", [(C, 1), (C2, 2), (C2, 1)]),
        ("C|1c-|\n:|2c", [(C, 1), (C2, 1), (C2, 1)]),
        ("C|1c-:| |2c", [(C, 1), (C2, 1), (C2, 1)]),
        ("C|1c-|2c", [(C, 1), (C2, 1), (C2, 1)]),
        ("C|1c-||[2c", [(C, 1), (C2, 1), (C2, 1)]),
        ("C|1c-:|c", [(C, 1), (C2, 1), (C2, 1)]),
        ("C|1,3c-:|2c-:|4c", [(C, 1), (C2, 1), (C2, 1), (C2, 1)]),
        ("C|1c:|2-c", [(C, 1), (C2, 1), (C2, 1)]),
        ("C|1_B-:|2B", [(C, 1), (70, 1), (B, 1)]),
        ("C|1[Cc]-:|2[Cc]", [(C, 1), (C2, 1), (C2, 1)]),
        ("C|1D:|2c-|]c", [(C, 1), (D, 1), (C2, 2)]),
        ("C|1D:|2c-||1c:|", [(C, 1), (D, 1), (C2, 2)]),
        ("C|1D:|2E|F|c-|1c:|2c", [(C, 1), (D, 1), (E, 1), (F, 1), (C2, 2), (C2, 1)]),
        ("|:C-:|C", [(C, 2)]),
        ("C-:|:C", [(C, 2)]),
        ("C-::C", [(C, 2)]),
    ],
)
def test_ties_at_endings_and_repeats(music: str, expected: list[tuple[int, Fraction | int]]) -> None:
    assert [(note.pitch, note.duration) for note in tune(music).notes] == expected


def test_a_tied_note_belongs_to_the_bar_it_starts_in() -> None:
    read = tune("CD-|DE|")
    assert [note.bar for note in read.notes] == [0, 0, 1]
    assert [(bar.first, bar.last) for bar in read.bars] == [(0, 2), (2, 3)]


def test_tie_without_a_note() -> None:
    assert warned(tune("z- C")) == [(4, 2)]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("[CEG]", [(G, 1)]),
        ("[GEC]", [(G, 1)]),
        ("[CEG]2", [(G, 2)]),
        ("[C2E2G2]", [(G, 2)]),
        ("[C2EG]", [(G, 2)]),
        ("[C2E2]3/2", [(E, 3)]),
        ('["^x"C!fermata!.G]', [(G, 1)]),
        ("[zC]", [(C, 1)]),
        ("[C]D", [(C, 1), (D, 1)]),
        ("[C,_Bc]", [(C2, 1)]),
        ("+CEG+ +C2E2+", [(G, 1), (E, 2)]),
        ("+f+C+ff+D", [(C, 1), (D, 1)]),
    ],
)
def test_chords(music: str, expected: list[tuple[int, Fraction | int]]) -> None:
    assert [(note.pitch, note.duration) for note in tune(music).notes] == expected


def test_a_chord_has_the_position_of_its_bracket() -> None:
    assert [(note.pitch, note.column) for note in tune("C [EGc] D").notes] == [(C, 1), (C2, 3), (D, 9)]


def test_a_second_length_in_an_old_chord_is_skipped() -> None:
    read = tune("D +C1/2/E1/2+ D")
    assert [(note.pitch, note.duration) for note in read.notes] == [(D, 1), (E, Fraction(1, 2)), (D, 1)]
    assert warned(read) == [(4, 8)]


@pytest.mark.parametrize(
    ("music", "column"), [("C [] D", 3), ("C ] D", 3), ("C [D | E", 3), ("CD [E % ]", 4)]
)
def test_misplaced_chord_brackets(music: str, column: int) -> None:
    read = tune(music)
    assert warned(read) == [(4, column)]
    assert read.notes[0].pitch == C


@pytest.mark.parametrize(
    "music",
    [
        "CDE",
        "{ag}C{/b}D{c2d2}E",
        "!trill!C+trill+D!<(!E!<)!",
        "!D.C.!C!D.S. al coda!DE!fff!",
        "~C.DHE",
        "TCuDvE",
        '"Am7"C"^up"D"_>down"E',
        "C!D!\nE!",
        "C`D``E",
        "(C(D)E)",
        "CyDy2E",
        "C$D*E",
        "C\\\nD\\\nE",
        "C % F G A\nDE",
        "% only words\nCDE",
        "C[r:a remark]D[I:volume 5]E",
        "CDE\nw:do re mi\nW:la la la\ns:!p! * *",
        "r:remark\nCDE",
        "\tC\tD\tE",
        "U:n=!fermata!\nCnDE",
        "C\tD\0E",
        "P:A\nCDE",
        "[P:A]CDE",
        "[V:1]CDE",
    ],
)
def test_what_is_not_a_note_is_skipped(music: str) -> None:
    read = tune(music)
    assert [note.pitch for note in read.notes] == [C, D, E]
    assert [note.onset for note in read.notes] == [0, 1, 2]
    assert read.warnings == ()


def test_exclamation_marks_of_old_programs() -> None:
    assert pitches("C!D E!F|!G") == [C, D, E, F, G]
    assert pitches("CD!EFGA!B") == [C, D, E, F, G, A, B]


def test_rests() -> None:
    read = tune("z C x2 D z/ E|Z|F|X2|G", M="3/4")
    assert [note.onset for note in read.notes] == [1, 4, Fraction(11, 2), Fraction(19, 2), Fraction(33, 2)]
    assert read.warnings == ()
    assert warned(tune("C|Z|D")) == [(4, 3)]
    assert warned(tune("C|Z0|D", M="3/4")) == [(5, 3)]


@pytest.mark.parametrize(
    ("music", "numbers"),
    [
        ("Z4|CD|EF|", [1, 2, 3, 4, 5, 6]),
        ("CD|Z4|EF|", [1, 2, 3, 4, 5, 6]),
        ("C|X2|EF|", [0, 1, 2, 3]),
        ("CD|Z|EF|", [1, 2, 3]),
        ("Z12|CD|", list(range(1, 14))),
    ],
)
def test_a_rest_of_several_bars_is_several_bars(music: str, numbers: list[int]) -> None:
    read = tune(music, M="2/4")
    assert [bar.number for bar in read.bars] == numbers
    assert {bar.duration for bar in read.bars if bar.first == bar.last} == {2}
    assert [bar.number for bar in read_tune(write(read)).bars] == numbers


def test_a_rest_of_several_bars_may_be_an_ending() -> None:
    read = tune("|:C|1Z2:|2D|]", M="1/4")
    assert bar_signs(read) == [
        (True, False, ()),
        (False, False, (1,)),
        (False, True, (1,)),
        (False, False, (2,)),
    ]


def test_a_whole_bar_rest_within_a_bar_is_read_as_a_rest() -> None:
    read = tune("CDZ|EZ2F|", M="3/4")
    assert [note.onset for note in read.notes] == [0, 1, 3, 6]
    assert warned(read) == [(5, 3), (5, 6)]


def bar_signs(read: Tune) -> list[tuple[bool, bool, tuple[int, ...]]]:
    return [(bar.opens_repeat, bar.closes_repeat, bar.endings) for bar in read.bars]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("C|D|E|]", [(False, False, ())] * 3),
        ("|C||D[|E|", [(False, False, ())] * 3),
        ("|:C:|", [(True, True, ())]),
        ("|: C : | D", [(True, True, ()), (False, False, ())]),
        ("| :C|", [(True, False, ())]),
        ("C::D:|", [(False, True, ()), (True, True, ())]),
        ("C:||:D|", [(False, True, ()), (True, False, ())]),
        ("C:|:D|", [(False, True, ()), (True, False, ())]),
        ("C:|\n|:D|", [(False, True, ()), (True, False, ())]),
        ("C|\n:|D|", [(False, True, ()), (False, False, ())]),
        ("C|1D:|2E|]", [(False, False, ()), (False, True, (1,)), (False, False, (2,))]),
        ("C|[1D:|[2E|]", [(False, False, ()), (False, True, (1,)), (False, False, (2,))]),
        ("C [1D:| [2E|]", [(False, False, ()), (False, True, (1,)), (False, False, (2,))]),
        ("C|\n[1D:|\n[2E|]", [(False, False, ()), (False, True, (1,)), (False, False, (2,))]),
        (
            "[1,3C|D:|[2 E||F",
            [(False, False, (1, 3)), (False, True, (1, 3)), (False, False, (2,)), (False, False, ())],
        ),
        ("|1-3C:|4D|", [(False, True, (1, 2, 3)), (False, False, (4,))]),
        ("[1-2,4C:|3D|", [(False, True, (1, 2, 4)), (False, False, (3,))]),
        ("[1.C:|[2.D|", [(False, True, (1,)), (False, False, (2,))]),
        ("C.|D|", [(False, False, ())] * 2),
        ("C[|]D", [(False, False, ())] * 2),
        ("C|z|D", [(False, False, ())] * 3),
    ],
)
def test_bars(music: str, expected: list[tuple[bool, bool, tuple[int, ...]]]) -> None:
    read = tune(music)
    assert bar_signs(read) == expected
    assert read.warnings == ()


def test_repetitions_of_endings_are_bounded() -> None:
    assert tune("[1-999999999C:|").bars[0].endings == tuple(range(1, 33))
    assert tune("[" + "1," * 9999 + "1C:|").bars[0].endings == (1,) * 32


def test_bars_in_time() -> None:
    read = tune("C|DEF|GAz|", M="3/4")
    assert [bar.number for bar in read.bars] == [0, 1, 2]
    assert [bar.onset for bar in read.bars] == [0, 1, 4]
    assert [bar.duration for bar in read.bars] == [1, 3, 3]
    assert [(bar.first, bar.last) for bar in read.bars] == [(0, 1), (1, 4), (4, 6)]
    assert [bar.number for bar in tune("CDE|F", M="3/4").bars] == [1, 2]
    assert [bar.number for bar in tune("C|D|[M:1/4]E", M="2/4").bars] == [0, 1, 2]
    assert [bar.number for bar in tune("CDE", M="4/4").bars] == [1]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("V:1\nCD|\nV:2\nEF|\nV:1\nGA|", [C, D, G, A]),
        ("[V:1]CD|\n[V:2]EF|\n[V:1]GA|\n[V:2]Bc|", [C, D, G, A]),
        ("V:2 clef=bass\nV:1\nEF|\nV:2\nCD|", [C, D]),
        ("V:1\nz2|\nV:2\nCD|", [C, D]),
        ("[V:1]C[V:2]E[V:1]D", [C, D]),
        ("V:1\n^F|\nV:2\nG|\nV:1\n[K:D]F|", [66, 66]),
        ("V:1\nK:D\nF|\nV:2\nF|", [66]),
        ("V:1\nCD&EF|GA|", [C, D, G, A]),
        ("CD &\\\nEF|G", [C, D, G]),
    ],
)
def test_voices(music: str, expected: list[int]) -> None:
    assert pitches(music) == expected


def test_music_before_any_voice_is_voice_1() -> None:
    assert pitches("CD|\nV:2\nEF|\nV:1\nGA|") == [C, D, G, A]


@pytest.mark.parametrize(
    ("music", "expected"),
    [
        ("CD|[K:C octave=1]CD|", [C, D, 72, 74]),
        ("CD|\nK:C octave=-1\nCD|", [C, D, 48, 50]),
        ("CD|[K:octave=1]CD|[K:D]CD|[K:C octave=0]CD|", [C, D, 72, 74, 73, 74, C, D]),
        ("CD|[K:C octave=+1 clef=treble]CD|", [C, D, 72, 74]),
        ("CD|[K:C transpose=2]CD|[K:transpose=-2]CD|", [C, D, 62, 64, 58, 60]),
        ("CD|[K:C t=2]CD|", [C, D, 62, 64]),
        ("CD|[K:C octave=1 transpose=-12]CD|", [C, D, C, D]),
        ("CD|[K:C shift=CD]CD|", [C, D, 62, 64]),
        ("CD|[K:C sound=cA]CD|", [C, D, 57, 59]),
        ("CD|[K:C sound=B_B]CD|", [C, D, 59, 61]),
        ("CD|[K:C score=CD middle=d]CD|", [C, D, C, D]),
        ("CD|[K:C clef=treble-8]CD|[K:clef=treble]CD|", [C, D, 48, 50, C, D]),
        ("CD|[K:C treble+8]CD|", [C, D, 72, 74]),
        ("CD|[V:1 octave=1]CD|[V:1]CD|", [C, D, 72, 74, 72, 74]),
        ("V:1\nCD|\nV:1 octave=-1\nCD|", [C, D, 48, 50]),
        ("V:1 octave=2\nCD|\nV:1 octave=1\nCD|", [C, D, 48, 50]),
        ("V:1\nCD|\nV:2 octave=-1\nCD|\nV:1\nEF|", [C, D, E, F]),
        ("[K:octave=1]CD|", [72, 74]),
        ("^F|[K:octave=1]^F,F,|", [66, 66, 66]),
        ("^C-[K:octave=1]CD", [61, 73, 74]),
        ("c-[K:octave=1]CD", [72, 74]),
    ],
)
def test_transposition_within_the_tune(music: str, expected: list[int]) -> None:
    assert pitches(music) == expected
    assert tune(music).warnings == ()


@pytest.mark.parametrize(
    "key", ["C octave=1", "C transpose=-2", "C clef=treble-8", "C octave=-1 treble+8", "C shift=CD"]
)
def test_transposition_in_the_header_moves_nothing(key: str) -> None:
    assert pitches(f"CD|[K:{key}]EF|", key) == [C, D, E, F]


def test_transposition_changes_from_that_of_the_header() -> None:
    assert pitches("CD|[K:C octave=0]CD|", "C octave=1") == [C, D, 48, 50]
    read = read_tune("X:1\nV:1 octave=-1\nL:1/4\nK:C\n[V:1]CD|[V:1 octave=0]CD|\n")
    assert [note.pitch for note in read.notes] == [C, D, 72, 74]


@pytest.mark.parametrize(
    ("line", "key", "expected"),
    [
        ("K:G|:B|dBG BAG|", "G major", [B, 74, B, G, B, A, G]),
        ("K:D D|DFA d2A|", "D major", [D, D, 66, A, 74, A]),
        ("K: Gmaj |: GABc|", "G major", [G, A, B, C2]),
        ('K:Am "Am"A2c|', "A minor", [A, C2]),
        ("K:G clef=treble |:GF|", "G major", [G, 66]),
        ("K:G clef=treble|:GF|", "G major", [G, 66]),
        ("K:D Mixolydian|FC|", "D mixolydian", [66, C]),
        ("K:Hp |:AF|", "A mixolydian", [A, 66]),
        ("K:none |AF|", "", [A, F]),
        ("K: |:AF|", "", [A, F]),
        ("K:Em ^d|e2|", "E minor", [75, 76]),
        ("K:D =c ^g | GC|", "D major =c ^g", [68, C]),
        ("K:D exp _b _e ^f|GE|", "D exp _b _e ^f", [G, 63]),
        ("K:G GABc dedB", "G major", [G, A, B, C2, 74, 76, 74, B]),
        ("K:G (3GAB|", "G major", [G, A, B]),
        ("K:G{a}F|", "G major", [66]),
        ("K:G GA|% the end |B|", "G major", [G, A]),
    ],
)
def test_music_after_the_key(line: str, key: str, expected: list[int]) -> None:
    read = read_tune(f"X:1\nL:1/8\n{line}\nzz|\n")
    assert (read.key, [note.pitch for note in read.notes]) == (key, expected)
    assert read.warnings == ()
    first, last = read.notes[0], read.notes[-1]
    assert first.line == last.line == 3
    assert line[first.column - 1] in "^ABCDEFGabcdefg"
    assert line[last.column - 1] in "ABCDEFGabcdefg"


def test_a_bar_line_after_the_key() -> None:
    assert read_tune("X:1\nL:1/8\nK:G|:\nGA:|").bars[0].opens_repeat
    assert read_tune("X:1\nL:1/8\nK:G |\nGA|").warnings == ()


@pytest.mark.parametrize(
    "key",
    [
        *(
            "D mix",
            "A minor",
            "D ^c =f",
            "Hp",
            " A Dorian % comment |A|",
            "G major (one sharp)",
            "Gm",
            "E exp ^f",
        ),
        *(
            "C octave=-1",
            "G bass",
            "C treble-8",
            'G name="A|B"',
            "G ABC",
            "GABc dedB|",
            "D scale",
            "G | some words |",
        ),
    ],
)
def test_a_key_is_not_music(key: str) -> None:
    read = read_tune(f"X:1\nL:1/8\nK:{key}\nzA|\n")
    assert [note.line for note in read.notes] == [4]


def test_voices_declared_in_the_header() -> None:
    read = read_tune("X:1\nV:T name=tune\nV:B clef=bass\nL:1/4\nK:C\n[V:B]C,D,|\n[V:T]EF|\n")
    assert [note.pitch for note in read.notes] == [E, F]
    read = read_tune("X:1\nV:1\nV:2\nL:1/4\nK:C\nEF|\nV:2\nCD|\nV:1\nGA|\n")
    assert [note.pitch for note in read.notes] == [E, F, G, A]


@pytest.mark.parametrize(
    ("music", "column", "word"),
    [
        ("C # D", 3, "#"),
        ("C @@@ D", 3, "@"),
        ("C [K:G D E", 3, "[K:"),
        ('C "Am D', 3, '"'),
        ("C {ag D", 3, "{"),
        ("C w D", 3, "w"),
        ("C [K:G huh] D", 6, "huh"),
        ("C [M:jig] D", 6, "jig"),
        ("C [L:eighth] D", 6, "eighth"),
        ("C ^/F D", 3, "microtone"),
        ("C ,,, D", 3, ","),
        ("C d'''''' D", 3, "range"),
    ],
)
def test_unreadable_signs_are_reported(music: str, column: int, word: str) -> None:
    read = tune(music)
    assert warned(read) == [(4, column)]
    assert word in read.warnings[0].message
    assert read.notes[-1].pitch in {D, E}


def test_each_run_of_unreadable_signs_is_reported() -> None:
    assert warned(tune("C @@@ @ D")) == [(4, 3), (4, 7)]


def test_macros_are_reported() -> None:
    assert warned(tune("~C", m="~n2 = (3n/n/n/")) == [(2, 3)]


def test_text_within_the_music_is_reported() -> None:
    read = tune("CDE|\nthis was the first part\nFGA|")
    assert len(read.notes) == 6
    assert warned(read) == [(5, 1)]


def test_a_reference_that_is_not_a_number() -> None:
    read = read_tune("X:first\nK:C\nC\n")
    assert read.number == 0
    assert warned(read) == [(1, 3)]
    assert read_tune("X:" + "1" * 5000 + "\nK:C\nC\n").number == 0


def test_warnings_are_bounded() -> None:
    for signs, words in ((250, "and 150 more warnings"), (101, "and 1 more warning")):
        read = tune("C" + "# " * signs)
        assert len(read.warnings) == 101
        assert read.warnings[-1].message == words


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the text has no tune"),
        ("Only words here, no music.", "the text has no tune"),
        ("X:1\nT:Nothing\nK:C\n", "the tune has no notes"),
        ("X:1\nK:C\nz4|z4|\n", "the tune has no notes"),
        ("X:1\nK:C\n&C\n", "the tune has no notes"),
        (
            f"K:C\n{MOST_SOUNDS * 'z|'}\nC|\n",
            f"the tune has no notes among its first {MOST_SOUNDS} notes and rests",
        ),
        ("X:1\nK:C\n\nX:2\nK:C\nz|\n", "the text has 2 tunes, but no notes were found"),
    ],
)
def test_no_notes(text: str, message: str) -> None:
    with pytest.raises(AbcError) as caught:
        read_tune(text)
    assert (caught.value.line, caught.value.column, caught.value.message) == (1, 1, message)


def test_text_below_a_tune_is_skipped_with_a_notice_only_if_it_has_bar_lines() -> None:
    read = tune("CDE|\n\nThanks to everybody for this tune\n\nsomething | unreadable here | between bars\n")
    assert [note.pitch for note in read.notes] == [C, D, E]
    assert [notice.message for notice in read.warnings] == ["not music, skipped"]
