import numpy as np
import pytest

from model.abc import Tune, read_tune, write
from model.abc.variation import cut, ornamented, transposed, unnamed
from tests.support import KESH


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


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
