"""A performance: how a player renders a passage of a tune, as notes in seconds and semitones."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from model.abc import Note, Tune

_TEMPO = 80.0, 130.0  # beats a minute
_SECONDS = 10.0, 20.0
_TUNING = 0.3  # semitones, sharp or flat
_JITTER = 0.008  # seconds, standard deviation of each onset
_ORNAMENTED = 0.12  # share of the notes
_GRACE = 0.035, 0.06  # seconds
_REPEATED_BY_CUT = 0.5  # share of the repeated notes that a cut separates instead of the tongue or bow
_SLURRED = 0.5  # share of the other notes
_MOST_NOTES = 400


@dataclass(frozen=True, slots=True)
class Played:
    """One sounding note.

    Attributes
    ----------
    start, end : in seconds
    pitch : MIDI number with cents, as it sounds
    level : 0 to 1
    slurred : whether it begins without tongue, bow or pick
    """

    start: float
    end: float
    pitch: float
    level: float
    slurred: bool


def perform(tune: Tune, low: int, high: int, rng: np.random.Generator) -> list[Played]:
    """Play 10 to 20 s of a tune, from the start of a random bar; it begins again where the tune ends.

    The key is random, but the tune stays between the MIDI numbers `low` and `high` where it fits. The
    instrument is 30 cents sharp or flat. The tempo is 80 to 130 beats a minute; a beat is a dotted quarter
    note in compound time, a half note in 4/4 and 2/2, else a quarter note.
    """
    seconds_per_quarter = 60 / rng.uniform(*_TEMPO) / _beat(tune.meter)
    seconds = rng.uniform(*_SECONDS)
    shift = _transposition(tune, low, high, rng) + rng.choice([-1, 1]) * _TUNING
    first = tune.bars[int(rng.integers(len(tune.bars)))].first if tune.bars else 0
    played: list[Played] = []
    time, previous = 0.05, None
    scale = sorted({note.pitch for note in tune.notes})
    for note in islice(cycle((*tune.notes[first:], *tune.notes[:first])), _MOST_NOTES):
        if time >= seconds:
            break
        length = float(note.duration) * seconds_per_quarter
        start = max(time + rng.normal(0, _JITTER), played[-1].start + 0.03 if played else 0.0)
        end = time + length
        played += _rendered(note, previous, (start, end), shift, scale, rng)
        time, previous = end, note
    return [
        Played(note.start, min(note.end, after.start), note.pitch, note.level, note.slurred)
        for note, after in zip(played, [*played[1:], played[-1]], strict=True)
        if after.start > note.start or after is note
    ]


def _rendered(
    note: Note,
    previous: Note | None,
    span: tuple[float, float],
    shift: float,
    scale: list[int],
    rng: np.random.Generator,
) -> Iterator[Played]:
    """The note, with a grace note before it or not."""
    start, end = span
    level = rng.uniform(0.7, 1.0)
    repeated = previous is not None and previous.pitch == note.pitch
    ornamented = rng.random() < (_REPEATED_BY_CUT if repeated else _ORNAMENTED)
    slurred = previous is not None and not repeated and rng.random() < _SLURRED
    grace = rng.uniform(*_GRACE)
    if ornamented and end - start > 2 * grace:
        place = scale.index(note.pitch)
        above = scale[place + 1] if place + 1 < len(scale) else note.pitch + 2
        below = scale[place - 1] if place else note.pitch - 2
        yield Played(start, start + grace, shift + (above if rng.random() < 0.75 else below), level, repeated)
        start, slurred = start + grace, True
    yield Played(start, end, note.pitch + shift, level, slurred)


def _beat(meter: str) -> float:
    """The beat of a metre, in quarter notes."""
    if meter in ("6/8", "9/8", "12/8"):
        return 1.5
    return 2.0 if meter in ("4/4", "2/2") else 1.0


def _transposition(tune: Tune, low: int, high: int, rng: np.random.Generator) -> int:
    pitches = [note.pitch for note in tune.notes]
    lowest, highest = low - min(pitches), high - max(pitches)
    return int(rng.integers(lowest, highest + 1)) if lowest <= highest else (lowest + highest) // 2
