"""A tune as sound: a plain whistle, for Chromium's microphone."""

import wave
from pathlib import Path

import numpy as np

from model.abc import read_tune

RATE = 48000  # samples per second


def whistled(abc: str, path: Path, seconds_a_beat: float = 0.5, silence_s: float = 0.5) -> None:
    """Write a WAV file of a tune, a quarter note a beat."""
    tune = read_tune(abc)
    silence = np.zeros(int(silence_s * RATE))
    parts = [silence]
    for note in tune.notes:
        frequency = 440 * 2 ** ((note.pitch - 69) / 12)
        length = float(note.duration) * seconds_a_beat
        time = np.arange(int(length * RATE)) / RATE
        fade = np.minimum(1, np.minimum(time, length - time) / 0.02)
        phase = 2 * np.pi * frequency * time
        parts.append(0.4 * fade * (np.sin(phase) + 0.2 * np.sin(2 * phase)))
    samples = np.concatenate([*parts, silence])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((32767 * samples).astype("<i2").tobytes())
