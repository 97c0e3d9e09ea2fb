"""Instruments: turn a performance into sound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.grams import Floats
from training.lab.listening.performance import Played

RATE = 22_050  # samples a second
_TAIL = 0.2  # seconds after the last note
_HIGHEST = 10_000.0  # Hz, of an overtone
_GLIDE = 0.012  # seconds from one pitch to the next
_VIBRATO = 5.6, 0.18, 0.22  # Hz, semitones, shortest note in seconds


@dataclass(frozen=True)
class Instrument:
    """A timbre.

    Attributes
    ----------
    name : of the instrument that it resembles
    low, high : MIDI numbers of its range
    overtones : amplitude of each harmonic
    attack, gap : seconds until a note is loud, and of the dip before an articulated note
    depth : what is left of the sound in that dip
    decay : seconds until a note has a third of its loudness; 0 for a sustained sound
    vibrato : whether long notes have it
    breath : level of noise within the sound
    """

    name: str
    low: int
    high: int
    overtones: tuple[float, ...]
    attack: float
    gap: float
    depth: float
    decay: float = 0.0
    vibrato: bool = False
    breath: float = 0.0

    def sound(self, played: Sequence[Played], rng: np.random.Generator) -> Floats:
        """The sound of a performance, at `RATE`, peak below 1. shape = (samples,)"""
        count = int((played[-1].end + _TAIL) * RATE)
        sound = self._plucked(played, count) if self.decay else self._sustained(played, count, rng)
        scaled: Floats = 0.7 * sound / np.abs(sound).max()
        return scaled

    def _sustained(self, played: Sequence[Played], count: int, rng: np.random.Generator) -> Floats:
        pitch, level = np.full(count, played[0].pitch), np.zeros(count)
        rate, depth, shortest = _VIBRATO
        for note in played:
            start, end = int(note.start * RATE), int(note.end * RATE)
            pitch[start:] = note.pitch
            level[start:end] = note.level
            if self.vibrato and note.end - note.start > shortest:
                time = np.arange(end - start) / RATE
                onset = np.clip(time / 0.15, 0, 1)
                pitch[start:end] += depth * onset * np.sin(2 * np.pi * rate * time)
            if not note.slurred:
                level[max(start - int(self.gap * RATE), 0) : start] *= self.depth
        pitch, level = _smoothed(pitch, _GLIDE), _smoothed(level, self.attack)
        frequency = _hz(pitch)
        phase = 2 * np.pi * np.cumsum(frequency) / RATE
        sound = np.zeros(count)
        for number, amplitude in enumerate(self.overtones, 1):
            sound += amplitude * np.sin(number * phase) * (number * frequency < _HIGHEST)
        return level * (sound + self.breath * rng.standard_normal(count))

    def _plucked(self, played: Sequence[Played], count: int) -> Floats:
        sound = np.zeros(count)
        for note, after in zip(played, [*played[1:], None], strict=True):
            start = int(note.start * RATE)
            frequency = float(_hz(np.array(note.pitch)))
            # The string rings a little into the next note; the same string is stopped by it.
            ring = 0.12 if after is None or abs(after.pitch - note.pitch) > 0.5 else 0.0
            end = min(int((note.end + ring) * RATE), count)
            time = np.arange(end - start) / RATE
            envelope = np.clip(time / self.attack, 0, 1) * np.clip((time[-1:] - time) / 0.03, 0, 1)
            for number, amplitude in enumerate(self.overtones, 1):
                if number * frequency < _HIGHEST:
                    fading = np.exp(-time * number**0.5 / self.decay)
                    wave = np.sin(2 * np.pi * number * frequency * time)
                    sound[start:end] += note.level * amplitude * envelope * fading * wave
        return sound


INSTRUMENTS = (
    Instrument("whistle", 72, 95, (1, 0.12, 0.05, 0.02), 0.012, 0.025, 0.05, breath=0.02),
    Instrument("fiddle", 55, 88, tuple(1 / n for n in range(1, 21)), 0.02, 0.03, 0.15, vibrato=True),
    Instrument("plucked", 48, 81, tuple(1 / n**1.2 for n in range(1, 13)), 0.003, 0, 0, decay=0.45),
)


def _hz(pitch: Floats) -> Floats:
    return 440 * 2 ** ((pitch - 69) / 12)


def _smoothed(values: Floats, seconds: float) -> Floats:
    """Moving average, centred."""
    width = max(int(seconds * RATE), 1)
    padded = np.concatenate([np.full(width, values[0]), values, np.full(width, values[-1])])
    sums = np.cumsum(padded)
    averages: Floats = (sums[width:] - sums[:-width]) / width
    start = width // 2
    return averages[start : start + len(values)]
