from dataclasses import replace
from fractions import Fraction

import pytest

from model.abc import Tune, read_tune, write
from model.abc.variation import transposed
from tests.nonsense import nonsense
from tests.support import KESH
from training.corpora.curate import Curated
from training.report.comparing import compare
from training.report.notation import Written, beat_of, write_bars


def joined(written: Written) -> str:
    return "".join(bar.abc for bar in written.bars)


@pytest.mark.parametrize(
    ("abc", "expected"),
    [
        ("M:6/8\nL:1/8\nK:G\nG A B c d e|G2 A B3|", "GAB cde|G2 A B3|"),
        ("M:4/4\nL:1/8\nK:G\nG A B c d e f g|", "GABc defg|"),
        ("M:2/4\nL:1/8\nK:G\nG A B c|G/ A/ B/ c/ d2|", "GA Bc|G/2A/2B/2c/2 d2|"),
        ("M:4/4\nL:1/8\nK:G\nd e|(3GAB c2 (3def g2|", "de|(3GAB c2 (3def g2|"),
        ("M:6/8\nL:1/8\nK:G\nd|G A B c d e|", "d|GAB cde|"),
        ("M:4/4\nL:1/8\nK:G\nG z A B z4|", "G z AB z4|"),
        ("M:4/4\nL:1/8\nK:none\nA2 B2- B2 c2|", "A2 B4 c2|"),
    ],
)
def test_notes_of_a_beat_are_joined(abc: str, expected: str) -> None:
    tune = read_tune(f"X:1\n{abc}")
    assert joined(write_bars(tune, 0, 99)).replace(" |", "|") == expected


def test_printed_tunes_keep_their_notes(small_curated: Curated) -> None:
    for tune in small_curated.library.tunes:
        written = write_bars(tune, 0, 10_000)
        again = read_tune(written.head + joined(written))
        assert sum(note.duration for note in again.notes) == sum(note.duration for note in tune.notes)
        if len(again.notes) == len(tune.notes):  # a note that is tied over a bar line becomes two
            assert [note.pitch for note in again.notes] == [note.pitch for note in tune.notes]
            assert [note.duration for note in again.notes] == [note.duration for note in tune.notes]


def test_nonsense_can_be_written() -> None:
    for text, unbarred in nonsense(30, seed=1):
        tune = read_tune(write(unbarred))
        written = write_bars(tune, 0, 10_000, marked=range(len(tune.notes)))
        assert all(0 <= place < len(bar.abc) for bar in written.bars for place in bar.marked), text


def test_marks_are_where_the_notes_are() -> None:
    tune = read_tune("X:1\nM:6/8\nL:1/8\nK:G\nG A B ^c d e|(3GAB z c3|")
    written = write_bars(tune, 0, 2, marked={0, 3, 7, 9})
    first, second = written.bars
    assert [first.abc[place:][:2] for place in first.marked] == ["GA", "^c"]
    assert [second.abc[place] for place in second.marked] == ["A", "c"]


def test_words_of_a_tune_are_not_written() -> None:
    tune = read_tune("X:7\nT:Secret\nC:Somebody\nR:reel\nM:C\nL:1/8\nK:G\nGABc|")
    written = write_bars(tune, 0, 1)
    assert written.head == "X:1\nM:4/4\nL:1/8\nK:G major\n"


def test_an_upbeat_is_not_counted() -> None:
    written = write_bars(read_tune(KESH), 0, 2)
    assert written.has_upbeat
    assert len(written.bars) == 3


@pytest.mark.parametrize(
    ("meter", "quarters"),
    [("6/8", 1.5), ("9/8", 1.5), ("3/4", 1), ("2/4", 1), ("4/4", 2), ("2/2", 2), ("", 1), ("x/0", 1)],
)
def test_beats(meter: str, quarters: float) -> None:
    assert beat_of(meter) == Fraction(quarters)


def one_note_changed(tune: Tune, number: int) -> Tune:
    notes = list(tune.notes)
    notes[number] = replace(notes[number], pitch=notes[number].pitch + 1)
    return replace(tune, notes=tuple(notes))


def test_notes_that_differ_are_marked_in_both() -> None:
    tune = read_tune(KESH)
    comparison = compare(transposed(one_note_changed(tune, 9), 3), tune)
    assert comparison.transposition == 3
    assert (comparison.matching, comparison.notes) == (len(tune.notes) - 1, len(tune.notes))
    marked = [
        [(number, place) for number, bar in enumerate(written.bars) for place in bar.marked]
        for written in (comparison.mine, comparison.theirs)
    ]
    assert len(marked[0]) == len(marked[1]) == 1
    number, place = marked[1][0]
    assert number == tune.notes[9].bar
    assert comparison.mine.head == comparison.theirs.head  # in the same key
    assert comparison.theirs.bars[number].abc[place] != comparison.mine.bars[number].abc[place]


def test_melodies_with_nothing_in_common_are_compared_too() -> None:
    comparison = compare(read_tune("X:1\nM:4/4\nL:1/4\nK:C\nC c F, B|"), read_tune(KESH))
    assert comparison.matching == 0
    assert comparison.mine.bars
    assert comparison.theirs.bars
