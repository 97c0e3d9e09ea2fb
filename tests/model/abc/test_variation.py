from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from model.abc import Tune, read_tune, write
from model.abc.variation import cut, noisy, ornamented, transposed, unnamed, without_signature
from tests.support import KESH


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


def pitches(tune: Tune) -> list[int]:
    return [note.pitch for note in tune.notes]


def test_transposing_moves_every_note_and_drops_the_key(tune: Tune) -> None:
    moved = transposed(tune, -3)
    assert [note.pitch for note in moved.notes] == [note.pitch - 3 for note in tune.notes]
    assert moved.key == ""


def test_a_cut_is_a_run_of_notes_from_onset_0(tune: Tune) -> None:
    part = cut(tune, 5, 12)
    assert [note.pitch for note in part.notes] == [note.pitch for note in tune.notes[5:17]]
    assert part.notes[0].onset == 0
    assert part.notes[-1].onset == tune.notes[16].onset - tune.notes[5].onset


def test_ornaments_take_the_time_of_their_note(tune: Tune) -> None:
    played = ornamented(tune, 0.5, np.random.default_rng(0))
    assert len(played.notes) > len(tune.notes)
    assert sum(note.duration for note in played.notes) == sum(note.duration for note in tune.notes)
    assert {note.onset for note in tune.notes} <= {note.onset for note in played.notes}


def test_an_unnamed_tune_does_not_contain_its_name(tune: Tune) -> None:
    assert "Kesh" not in write(unnamed(tune))


def test_variations_survive_writing_and_reading(tune: Tune) -> None:
    varied = ornamented(transposed(cut(tune, 3, 30), 4), 0.3, np.random.default_rng(1))
    again = read_tune(write(varied))
    assert [(n.pitch, n.onset, n.duration) for n in again.notes] == [
        (n.pitch, n.onset, n.duration) for n in varied.notes
    ]


def test_so_many_notes_have_a_fault_as_the_share_says(tune: Tune) -> None:
    assert noisy(tune, 0, np.random.default_rng(0)) == cut(tune, 0, len(tune.notes))
    counts = set()
    for seed in range(20):
        with_noise = noisy(cut(tune, 0, 30), 0.2, np.random.default_rng(seed))
        assert with_noise == noisy(cut(tune, 0, 30), 0.2, np.random.default_rng(seed))
        ours, theirs = pitches(with_noise), pitches(cut(tune, 0, 30))
        assert 0 < Levenshtein.distance(ours, theirs) <= 6
        counts.add(len(ours) - 30)
    assert min(counts) < 0 < max(counts)


def test_faults_of_every_kind_keep_the_time_or_move_what_follows() -> None:
    scale = read_tune("M:4/4\nL:1/8\nK:C\nCDEFGABc|")
    changed, deleted, inserted = set[tuple[int, ...]](), set[tuple[int, ...]](), set[tuple[int, ...]]()
    lengths = set()
    for seed in range(300):
        notes = noisy(scale, 0.125, np.random.default_rng(seed)).notes
        assert all(a.onset + a.duration <= b.onset for a, b in pairwise(notes))
        whole = notes[-1].onset + notes[-1].duration
        lengths.add((len(notes), whole))
        kind = {7: deleted, 8: changed, 9: inserted}[len(notes)]
        kind.add(tuple(note.pitch for note in notes))
    assert lengths == {(7, 4), (7, Fraction(7, 2)), (8, 4), (9, 4), (9, Fraction(9, 2))}
    assert len(deleted) == 8
    steps = [abs(a - b) for notes in changed for a, b in zip(notes, pitches(scale), strict=True) if a != b]
    assert {1, 2, 12} <= set(steps) <= set(range(1, 13))


def test_a_tune_keeps_at_least_one_note() -> None:
    short = read_tune("K:C\nCD")
    assert all(noisy(short, 1, np.random.default_rng(seed)).notes for seed in range(30))


@pytest.mark.parametrize(
    ("key", "music", "natural"),
    [
        ("D", "D E F G A B c d", "D E F G A B c d"),
        ("D", "=F ^G _B", "=F ^G _B"),
        ("Edor", "E F G A B c d", "E F G A B c d"),
        ("Bb", "B c d e f g a =B =E", "B c d e f g a =B =E"),
        ("Cm", "C E G B A", "C E G B A"),
        ("none", "C ^F", "C ^F"),
        ("C", "C ^F", "C ^F"),
    ],
)
def test_without_its_signature_a_tune_keeps_its_letters(key: str, music: str, natural: str) -> None:
    read = read_tune(f"K:{key}\n{music}")
    assert pitches(without_signature(read)) == pitches(read_tune(f"K:C\n{natural}"))
    assert without_signature(read).bars == read.bars
