"""From pitches to notes: what a tracker hears becomes what was played."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from model.sound.heard import Heard
from model.sound.notes import find_notes, tuning
from model.sound.pitch import Pitches
from model.sound.rhythm import placed
from model.sound.wave import RATE

_FRAME = 0.016
_SCALE = [62, 64, 66, 67, 69, 71, 73, 74]


def played(
    pitches: list[float], lengths: list[float], vibrato: float = 0.0
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float32]], Pitches]:
    """A sound with a short dip before each note, and what a perfect tracker hears in it."""
    time = np.arange(int(sum(lengths) * RATE)) / RATE
    starts = np.cumsum([0, *lengths])
    note = np.minimum(np.searchsorted(starts, time, "right") - 1, len(pitches) - 1)
    height = np.array(pitches)[note] + vibrato * np.sin(2 * np.pi * 5.5 * time)
    hz = 440 * 2 ** ((height - 69) / 12)
    dip = np.clip(np.abs(time[:, None] - starts[None, 1:]).min(axis=1) / 0.03, 0.05, 1)
    samples = 0.5 * dip * np.sin(2 * np.pi * np.cumsum(hz) / RATE)
    frames = np.arange(0, len(time) - 256, 256)
    return samples.astype(np.float32), Pitches(time[frames], hz[frames], np.full(len(frames), 0.95))


def heard(pitches: list[float], lengths: list[float], vibrato: float = 0.0) -> list[Heard]:
    return find_notes(*played(pitches, lengths, vibrato))


@pytest.mark.parametrize("cents", [-45, -30, 0, 30, 45])
def test_the_tuning_of_the_recording_is_removed(cents: int) -> None:
    notes = heard([pitch + cents / 100 for pitch in _SCALE], [0.2] * 8)
    assert [note.pitch for note in notes] == _SCALE
    assert tuning(np.array(_SCALE) + cents / 100) == pytest.approx(cents / 100)


@pytest.mark.parametrize("length", [0.12, 0.2, 0.5])
def test_repeated_notes_are_divided_where_they_begin_anew(length: float) -> None:
    pitches = [62.0, 62, 66, 66, 66, 69, 62, 62]
    assert [note.pitch for note in heard(pitches, [length] * 8)] == pitches


def test_vibrato_makes_no_notes() -> None:
    assert [note.pitch for note in heard([*map(float, _SCALE)], [0.4] * 8, vibrato=0.3)] == _SCALE


def test_a_grace_note_belongs_to_the_note_that_it_leads_to() -> None:
    notes = heard([62.0, 71, 66, 67], [0.2, 0.045, 0.155, 0.2])
    assert [note.pitch for note in notes] == [62, 66, 67]
    assert notes[1].start == pytest.approx(0.2, abs=0.02)


def test_a_note_far_from_all_others_is_no_note() -> None:
    assert [note.pitch for note in heard([62.0, 64, 96, 66, 67], [0.2] * 5)] == [62, 64, 66, 67]


def test_no_pitch_is_no_note() -> None:
    samples, pitches = played([62.0], [0.5])
    assert find_notes(samples, pitches._replace(confidence=np.zeros(len(pitches.time)))) == []


@pytest.mark.parametrize("eighth", [0.12, 0.17, 0.25, 0.36])
def test_lengths_become_eighths_in_spite_of_a_players_timing(eighth: float) -> None:
    lengths = [2, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 0.5, 0.5, 1, 1, 1.5, 0.5, 1, 2, 4] * 2
    rng = np.random.default_rng(1)
    starts = np.cumsum([0, *lengths]) * eighth + rng.normal(0, 0.008, len(lengths) + 1)
    notes = [Heard(a, b, 60 + i % 7) for i, (a, b) in enumerate(pairwise(starts.tolist()))]
    assert [note.duration for note in placed(notes)] == [Fraction(length) / 2 for length in lengths]
