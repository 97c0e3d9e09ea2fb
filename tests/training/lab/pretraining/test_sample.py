from dataclasses import replace
from fractions import Fraction

import pytest
import torch

from model.abc import Tune, read_tune, write
from model.experimental.notes import DURATION, DURATIONS, PITCH, note_tokens
from training.lab.pretraining.next_note import END, NextNote
from training.lab.pretraining.sample import Header, sample

REEL = Header("C major", "4/4", "reel")
METERS = ["4/4", "6/8", "9/8", "3/4", "2/4", "3/2", "3/8", "5/4"]


def sounds(tune: Tune) -> list[tuple[int, Fraction, Fraction, int]]:
    return [(note.pitch, note.onset, note.duration, note.bar) for note in tune.notes]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("key", ["C major", "F# minor", "Bb dorian"])
def test_a_sampled_tune_survives_writing_and_reading(
    model: NextNote, key: str, meter: str, seed: int
) -> None:
    tune = sample(model, Header(key, meter, "jig"), seed, most=40)
    again = read_tune(write(tune))
    assert sounds(again) == sounds(tune)
    assert [replace(bar, number=0) for bar in again.bars] == [replace(bar, number=0) for bar in tune.bars]
    assert (again.key, again.meter, again.rhythm) == (key, meter, "jig")
    assert not again.warnings


@pytest.mark.parametrize("duration", DURATIONS, ids=str)
def test_every_duration_survives_writing_and_reading(model: NextNote, duration: Fraction) -> None:
    """Triplets too: a third of a quarter note is two thirds of the unit."""
    with torch.no_grad():
        model.duration.bias[DURATIONS.index(duration)] = 1000
    tune = sample(model, Header("D major", "4/4", ""), 0, most=9)
    assert {note.duration for note in tune.notes} == {duration}
    assert sounds(read_tune(write(tune))) == sounds(tune)


def test_bars_are_as_long_as_the_metre_says(model: NextNote) -> None:
    tune = sample(model, Header("G major", "6/8", "jig"), 0)
    assert {bar.duration for bar in tune.bars[:-1]} == {3}
    assert [bar.onset for bar in tune.bars] == [3 * i for i in range(len(tune.bars))]
    assert [note.bar for note in tune.notes] == [int(note.onset / 3) for note in tune.notes]
    for i, bar in enumerate(tune.bars):
        assert [note.bar for note in tune.notes[bar.first : bar.last]] == [i] * (bar.last - bar.first)


def test_the_notes_are_those_that_the_model_sampled(model: NextNote) -> None:
    """In every key the rows are those of the model."""
    rows = [
        note_tokens(sample(model, Header(key, "4/4", "reel"), 0))
        for key in ("C major", "A major", "Eb major")
    ]
    assert (rows[0] == rows[1]).all()
    assert (rows[0] == rows[2]).all()
    assert rows[0][:, PITCH].min() > END
    assert rows[0][:, DURATION].min() > 0


def test_a_seed_always_gives_the_same_tune(model: NextNote) -> None:
    tune, same, other = (sample(model, REEL, seed, most=20) for seed in (0, 0, 1))
    assert tune == same
    assert tune != other


def test_a_low_temperature_leaves_nothing_to_chance(model: NextNote) -> None:
    tune, other = (sample(model, REEL, seed, 1e-6, most=20) for seed in (0, 1))
    assert tune == other


def test_a_tune_ends_where_the_model_says_so_but_has_at_least_one_note(model: NextNote) -> None:
    with torch.no_grad():
        model.pitch.bias[END] = 1000
    assert len(sample(model, REEL, 0).notes) == 1
    with torch.no_grad():
        model.pitch.bias[END] = -1000
    assert len(sample(model, REEL, 0, most=30).notes) == 30
    assert len(sample(model, REEL, 0).notes) == model.config.longest


@pytest.mark.parametrize("meter", ["", "none", "of no kind"])
def test_a_metre_must_give_bars_a_length(model: NextNote, meter: str) -> None:
    with pytest.raises(ValueError, match="have no length"):
        sample(model, Header("C major", meter, "reel"), 0)
