"""Nonsense: notes that are no tune, such as scales and random walks, in many kinds, lengths and rhythms."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TypeVar

import numpy as np

from model.abc import Note, Tune
from model.grams import Ints

T = TypeVar("T")

LENGTHS = (16, 20, 24, 32, 48, 64, 128, 300, 1000, 2048, 5000)
_SCALES = (
    (0, 2, 4, 5, 7, 9, 11),
    (0, 2, 3, 5, 7, 9, 10),
    (0, 2, 4, 5, 7, 9, 10),
    (0, 2, 3, 5, 7, 8, 10),
    (0, 2, 4, 7, 9),
    tuple(range(12)),
)
_CHORDS = ((0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11))
_HEADERS = (
    ("", ""),
    ("4/4", ""),
    ("4/4", "reel"),
    ("6/8", "jig"),
    ("3/4", "waltz"),
    ("9/8", ""),
    ("2/4", "march"),
)
_RHYTHMS = ((1,), (2,), (2, 1), (3, 1), (2, 1, 1), (1, 1, 2), (4, 2, 1, 1))  # in eighth notes
_HIGHEST = 96  # MIDI number; higher notes are moved down by octaves


def nonsense(count: int, seed: int) -> Iterator[tuple[str, Tune]]:
    """`count` tunes, each with the name of its kind; all kinds in all lengths, in turn."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        kind = list(_KINDS)[number % len(_KINDS)]
        notes = LENGTHS[number // len(_KINDS) % len(LENGTHS)]
        yield kind, _tune(int(rng.integers(50, 70)) + _KINDS[kind](notes, rng), rng)


def _random_notes(notes: int, rng: np.random.Generator) -> Ints:
    return _on_scale(rng.integers(0, rng.integers(5, 16), notes), rng)


def _random_walk(notes: int, rng: np.random.Generator) -> Ints:
    furthest = rng.integers(1, 5)
    return _on_scale(_reflected(rng.integers(-furthest, furthest + 1, notes).cumsum(), 14), rng)


def _chromatic_walk(notes: int, rng: np.random.Generator) -> Ints:
    furthest = rng.integers(1, 8)
    return _reflected(rng.integers(-furthest, furthest + 1, notes).cumsum(), 24)


def _scale(notes: int, rng: np.random.Generator) -> Ints:
    steps = np.arange(notes)
    highest = int(rng.choice([7, 8, 14]))
    up_and_down = _reflected(steps, highest)
    return _on_scale(
        _one_of([up_and_down, highest - up_and_down, steps % (highest + 1), -steps % highest], rng), rng
    )


def _scale_in_figures(notes: int, rng: np.random.Generator) -> Ints:
    figure = np.array(_one_of([(0, 2), (0, 1, 2), (0, 1, 2, 3), (0, 2, 1), (0, 0)], rng))
    begins = _reflected(np.arange(notes) // len(figure), 8)
    return _on_scale(begins + figure[np.arange(notes) % len(figure)], rng)


def _broken_chord(notes: int, rng: np.random.Generator) -> Ints:
    chord = np.array(_one_of(_CHORDS, rng))
    octaves = (chord + 12 * np.arange(rng.integers(1, 4))[:, None]).ravel()
    up_and_down = _reflected(np.arange(2 * len(octaves) - 2), len(octaves) - 1)
    figures = [np.arange(len(octaves)), up_and_down, [0, -1, 1, -1], rng.permutation(len(octaves))]
    return np.resize(octaves[np.array(_one_of(figures, rng))], notes)


def _drone(notes: int, rng: np.random.Generator) -> Ints:
    return np.resize([0, _one_of([0, 0, 1, 2, 5, 7, 12], rng)], notes)


def _repeated_figure(notes: int, rng: np.random.Generator) -> Ints:
    return np.resize(_on_scale(rng.integers(0, 9, rng.integers(2, 7)), rng), notes)


_KINDS: dict[str, Callable[[int, np.random.Generator], Ints]] = {
    "random notes": _random_notes,
    "random walk": _random_walk,
    "chromatic walk": _chromatic_walk,
    "scale": _scale,
    "scale in figures": _scale_in_figures,
    "broken chord": _broken_chord,
    "drone": _drone,
    "repeated figure": _repeated_figure,
}


def _one_of(choices: Sequence[T], rng: np.random.Generator) -> T:
    return choices[int(rng.integers(len(choices)))]


def _reflected(steps: Ints, highest: int) -> Ints:
    """Steps that turn back at 0 and at `highest`."""
    return highest - abs(steps % (2 * highest) - highest)


def _on_scale(degrees: Ints, rng: np.random.Generator) -> Ints:
    """The pitches of some degrees of a scale, counted from 0."""
    scale = np.array(_one_of(_SCALES, rng))
    pitches: Ints = 12 * (degrees // len(scale)) + scale[degrees % len(scale)]
    return pitches


def _tune(pitches: Ints, rng: np.random.Generator) -> Tune:
    eighths = np.resize(_one_of(_RHYTHMS, rng), len(pitches))
    if rng.random() < 0.3:
        eighths = rng.choice([1, 1, 2, 3, 4], len(pitches))
    notes, onset = [], Fraction(0)
    for pitch, duration in zip(pitches.tolist(), (eighths * Fraction(1, 2)).tolist(), strict=True):
        notes.append(Note(pitch - 12 * max(-(-(pitch - _HIGHEST) // 12), 0), onset, duration, 0, 1, 1))
        onset += duration
    meter, rhythm = _one_of(_HEADERS, rng)
    return Tune(0, (), rhythm, meter, Fraction(1, 8), "", (), tuple(notes), (), (), 1)
