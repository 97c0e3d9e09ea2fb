"""Notes: divides a sound into the notes of its melody."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from model.deadline import check_deadline, checked
from model.grams import Floats, Ints
from model.sound.heard import Heard
from model.sound.pitch import Pitches
from model.sound.rhythm import eighth, gaps
from model.sound.strength import STEP_S, strength
from model.sound.wave import Samples

_FRAME_S = 0.016  # length of a lone frame
_VOICED = 0.5  # confidence
_CHANGE = 2.5  # cost of a change of note; one frame half a semitone off costs 1
_FARTHEST = 3.0  # cost of a frame that is far off
_UNVOICED = 0.7  # cost of silence in a frame of certain pitch, of pitch in a silent one
_SHORTEST = 0.065  # seconds; a shorter note is an ornament of the next
_RISE = 3.5  # decibels, of a note that begins anew
_REACH = 5  # steps of strength in which it rises
_CLOSEST = 0.07  # seconds between two beginnings
_SHARE = 0.7  # of an eighth note that lies at least between them
_LONGEST_BREATH = 0.08  # seconds of silence that belong to the note before
_WIDEST = 19  # semitones between a note and the middle of the melody


def find_notes(samples: Samples, pitches: Pitches) -> list[Heard]:
    """The notes of a melody, in order; ornaments belong to the note that they lead to.

    Parameters
    ----------
    samples : the sound, at `model.sound.wave.RATE`
    pitches : of the same sound
    """
    voiced = pitches.confidence >= _VOICED
    if not voiced.any():
        return []
    height = 69 + 12 * np.log2(pitches.hz / 440)
    height -= tuning(height[voiced])
    # The root, because a tracker is less sure of pure tones and of short notes, but still right.
    states = _steady(height, np.sqrt(pitches.confidence))
    check_deadline()
    frame = float(pitches.time[1] - pitches.time[0]) if len(pitches.time) > 1 else _FRAME_S
    bounds = np.flatnonzero(np.diff(states, prepend=-1, append=-1))
    notes = [
        Heard(float(pitches.time[start]), float(pitches.time[stop - 1]) + frame, int(states[start]))
        for start, stop in pairwise(bounds.tolist())
        if states[start] > 0
    ]
    notes = _without_ornaments(_legato(_in_range(notes)))
    if not notes:
        return []
    loud = strength(samples, pitches)
    check_deadline()
    closest = max(_CLOSEST, _SHARE * eighth(gaps(notes)))
    return [part for note in notes for part in _parts(note, loud, closest)]


def tuning(height: Floats) -> float:
    """How far pitches lie above those of A = 440 Hz: -0.5 to 0.5 semitones, by their circular mean."""
    return float(np.angle(np.exp(2j * np.pi * height).mean()) / (2 * np.pi))


def _steady(height: Floats, confidence: Floats) -> Ints:
    """The semitone of each frame, 0 for silence: the sequence of least cost (Viterbi), where changes cost."""
    low, high = int(np.floor(height.min())), int(np.ceil(height.max()))
    semitones = np.arange(low, high + 1)
    off = np.minimum(4 * (height[:, None] - semitones) ** 2, _FARTHEST)
    cost = confidence[:, None] * off + _UNVOICED * (1 - confidence[:, None])
    cost = np.column_stack([2 * _UNVOICED * confidence, cost])
    came_from = np.zeros(cost.shape, np.int32)
    total = cost[0].copy()
    own = np.arange(len(total), dtype=np.int32)
    for i in checked(range(1, len(cost))):
        best = int(total.argmin())
        changed = total[best] + _CHANGE
        stays = total <= changed
        came_from[i] = np.where(stays, own, best)
        total = np.where(stays, total, changed) + cost[i]
    path = np.zeros(len(cost), np.int64)
    path[-1] = total.argmin()
    for i in range(len(cost) - 1, 0, -1):
        path[i - 1] = came_from[i, path[i]]
    numbers: Ints = np.concatenate([[0], semitones])[path]
    return numbers


def _legato(notes: list[Heard]) -> list[Heard]:
    """The notes without the short silences between them: a tracker hears no pitch where it changes."""
    return [
        replace(note, end=after.start) if 0 <= after.start - note.end < _LONGEST_BREATH else note
        for note, after in zip(notes, [*notes[1:], *notes[-1:]], strict=True)
    ]


def _without_ornaments(notes: list[Heard]) -> list[Heard]:
    """The notes, with each short one made part of the next that follows at once."""
    kept: list[Heard] = []
    begun: float | None = None
    for note in notes:
        start = note.start if begun is None else begun
        begun = None
        if note.end - note.start >= _SHORTEST:
            kept.append(replace(note, start=start))
        elif note is not notes[-1]:
            begun = start
    return kept


def _in_range(notes: list[Heard]) -> list[Heard]:
    """The notes without those that are far from all others: overtones, or noise."""
    middle = float(np.median([note.pitch for note in notes])) if notes else 0.0
    return [note for note in notes if abs(note.pitch - middle) <= _WIDEST]


def _parts(note: Heard, loud: Floats, closest: float) -> list[Heard]:
    """The note, divided where it begins anew."""
    first, last = int(note.start / STEP_S), min(int(note.end / STEP_S), len(loud))
    edge = int(closest / STEP_S)
    starts = [note.start]
    inner = loud[first:last]
    i = edge
    while i < len(inner) - edge:
        if inner[i] == inner[i - 2 : i + 3].min():
            rise = inner[i : i + _REACH].max() - inner[i]
            if rise > _RISE:
                starts.append((first + i) * STEP_S)
                i += edge
                continue
        i += 1
    return [Heard(a, b, note.pitch) for a, b in pairwise([*starts, note.end])]
