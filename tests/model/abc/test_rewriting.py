from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from model.abc import Tune, read_tune, write
from model.abc.rewriting import doubled, halved, reordered, rewritten, with_other_pickup, written_out
from model.abc.variation import cut
from tests.support import KESH

PARTS = """X:1
M:2/4
L:1/8
K:C
c|"C"CDEF|GABc|1 CCC:|2 GGGG||
|:cdef|gabc:|
"""
PLAIN = "M:4/4\nL:1/4\nK:C\n" + "C D E F|" * 8 + "G A B c|" * 8
TIED = "M:2/4\nL:1/4\nK:C\n|:C D-:|\n|:D E:|"


def letters(tune: Tune) -> list[str]:
    """The notes of each bar, by their letters."""
    names = dict(zip((0, 2, 4, 5, 6, 7, 9, 11), "CDEFFGAB", strict=True))
    return ["".join(names[note.pitch % 12] for note in tune.notes[bar.first : bar.last]) for bar in tune.bars]


def assert_sound(tune: Tune) -> None:
    """The bars cover all notes, and what the writer writes reads as the same."""
    assert [bar.first for bar in tune.bars] == [0, *(bar.last for bar in tune.bars[:-1])]
    assert tune.bars[-1].last == len(tune.notes)
    assert all(a.onset + a.duration == b.onset for a, b in pairwise(tune.bars))
    assert all(a.onset + a.duration <= b.onset for a, b in pairwise(tune.notes))
    for index, bar in enumerate(tune.bars):
        for note in tune.notes[bar.first : bar.last]:
            assert note.bar == index
            assert bar.onset <= note.onset < bar.onset + bar.duration
    again = read_tune(write(tune))
    assert [(n.pitch, n.onset, n.duration, n.bar) for n in again.notes] == [
        (n.pitch, n.onset, n.duration, n.bar) for n in tune.notes
    ]
    assert again.bars == tune.bars


@pytest.mark.parametrize(
    ("meter", "twice", "half"),
    [
        ("2/4", "4/4", "2/8"),
        ("4/4", "4/2", "2/4"),
        ("2/2", "2/1", "2/4"),
        ("6/8", "6/4", "6/16"),
        ("3/4", "3/2", "3/8"),
        ("2+3/8", "2+3/4", "2+3/16"),
        ("3/1", "6/1", "3/2"),
        ("none", "none", "none"),
        ("", "", ""),
    ],
)
def test_the_metre_follows_the_lengths(meter: str, twice: str, half: str) -> None:
    tune = read_tune(f"M:{meter}\nL:1/8\nK:C\nCDEF|GABc|")
    for changed, factor, name in ((doubled(tune), 2, twice), (halved(tune), Fraction(1, 2), half)):
        assert changed.meter == name
        assert_sound(changed)
        assert [note.onset for note in changed.notes] == [note.onset * factor for note in tune.notes]
        assert [note.duration for note in changed.notes] == [note.duration * factor for note in tune.notes]
        assert changed.unit == tune.unit * factor
    assert halved(doubled(read_tune("M:6/8\nK:C\nCDE"))) == read_tune("M:6/8\nK:C\nCDE")


def test_repeats_are_written_out_with_their_endings_and_pickups() -> None:
    tune = written_out(read_tune(PARTS))
    assert letters(tune) == ["C", "CDEF", "GABC", "CCCC", "CDEF", "GABC", "GGGG", *["CDEF", "GABC"] * 2]
    assert [bar.number for bar in tune.bars] == list(range(11))
    assert not any(bar.opens_repeat or bar.closes_repeat or bar.endings for bar in tune.bars)
    assert_sound(tune)
    assert written_out(tune) == tune
    kesh = written_out(read_tune(KESH))
    assert letters(kesh)[0] == "D"
    assert letters(kesh)[8] == "AGFGD"  # the last bar, and the pickup that leads into the repeat
    assert len(kesh.bars) == 17


def test_parts_come_in_another_order() -> None:
    tune = reordered(read_tune(PARTS), np.random.default_rng(0))
    assert letters(tune) == ["CDEF", "GABC", "C", "CDEF", "GABC", "CCC", "GGGG"]
    assert [bar.opens_repeat for bar in tune.bars] == [True, False, True, False, False, False, False]
    assert [bar.number for bar in tune.bars] == [1, 2, 3, 4, 5, 6, 7]
    assert_sound(tune)
    plain = reordered(read_tune(PLAIN), np.random.default_rng(0))
    assert letters(plain) == ["GABC"] * 8 + ["CDEF"] * 8
    assert_sound(plain)
    one = read_tune("M:4/4\nK:C\nCDEF|GABc|")
    assert reordered(one, np.random.default_rng(0)) == one


def test_a_pickup_is_left_out_or_added() -> None:
    rng = np.random.default_rng(0)
    without = with_other_pickup(read_tune(KESH), rng)
    assert letters(without)[0] == "GAGGAB"
    assert without.bars[0].number == 1
    assert without.notes[0].onset == 0
    assert_sound(without)
    lengths = set()
    for _ in range(20):
        added = with_other_pickup(without, rng)
        assert letters(added)[1:] == letters(without)
        assert added.bars[0].number == 0
        lead_in = added.notes[: added.bars[0].last]
        assert all(0 < abs(note.pitch - without.notes[0].pitch) <= 7 for note in lead_in)
        assert_sound(added)
        lengths.add(len(lead_in))
    assert lengths == {1, 2}


def test_a_note_that_was_tied_into_the_next_bar_ends_where_another_bar_follows() -> None:
    for tune in (written_out(read_tune(TIED)), reordered(read_tune(TIED), np.random.default_rng(0))):
        assert_sound(tune)
        assert tune.notes[-1].onset + tune.notes[-1].duration == tune.bars[-1].onset + tune.bars[-1].duration


def test_combinations_are_sound_and_depend_on_the_seed_alone() -> None:
    meters, counts = set(), set()
    for seed in range(60):
        for text in (PARTS, KESH, PLAIN, TIED):
            tune = rewritten(read_tune(text), np.random.default_rng(seed))
            assert_sound(tune)
            assert tune != read_tune(text)
            assert tune == rewritten(read_tune(text), np.random.default_rng(seed))
            if text is PARTS:
                meters.add(tune.meter)
                counts.add(len(tune.notes))
    assert meters == {"2/4", "4/4"}
    assert len(counts) > 4
    fragment = rewritten(cut(read_tune(KESH), 0, 20), np.random.default_rng(0))
    assert fragment.meter in {"6/4", "6/16"}
    assert len(fragment.notes) == 20
