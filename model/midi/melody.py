"""The melody among the voices of a MIDI file: which track and channel has it, and which notes of a chord."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import fmean

from model.deadline import check_deadline, checked
from model.midi.events import Times

_RANGE = range(52, 101)  # pitches of a melody: from the E below middle C, up to the highest note of a whistle
_CHORD = Fraction(1, 16)  # quarter notes within which the notes of a played chord begin
_ENOUGH = 0.5  # share of the most notes that a melody has at least


def choose_voice(voices: Mapping[tuple[int, int], Sequence[Times]], quarter: Fraction) -> Sequence[Times]:
    """The notes of the track and channel with the melody: the highest of those with many notes in its range.

    Parameters
    ----------
    voices : at least one, each with at least one note
    quarter : ticks in a quarter note
    """
    pitches = []
    for notes in voices.values():
        pitches.append([pitch for pitch, _, _ in top_notes(notes, _CHORD * quarter)])
        check_deadline()
    counts = [sum(pitch in _RANGE for pitch in tops) for tops in pitches]
    enough = _ENOUGH * max(counts)
    _, chosen = max(
        (fmean(tops), notes)
        for tops, count, notes in zip(pitches, counts, voices.values(), strict=True)
        if count >= enough
    )
    return chosen


def top_notes(notes: Sequence[Times], near: Fraction | int = 0) -> list[Times]:
    """The highest voice, without overlaps: the skyline of Uitdenbogerd and Zobel (1998), with one change.

    A note that begins while a higher one sounds on is dropped, so that no accompaniment gets into the rests
    and long notes of a melody.

    Parameters
    ----------
    near : ticks within which notes begin together
    """
    melody: list[Times] = []
    for pitch, onset, end in checked(sorted(notes, key=lambda note: (note[1], -note[0]))):
        if melody:
            last, began, ends = melody[-1]
            if onset - began <= near:
                if pitch > last:
                    melody[-1] = pitch, began, end
                continue
            if last > pitch and 2 * (ends - onset) > end - onset:
                continue
            melody[-1] = last, began, min(ends, onset)
        melody.append((pitch, onset, end))
    return melody
