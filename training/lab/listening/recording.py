"""Recordings: adds noise to a sound, and writes it as a WAV file."""

import io
import wave
from typing import Literal

import numpy as np

from model.grams import Floats
from training.lab.listening.instruments import RATE

Noise = Literal["white", "pink"]
_FLAT_BELOW = 20.0  # Hz, of pink noise


def with_noise(sound: Floats, db: float, colour: Noise, rng: np.random.Generator) -> Floats:
    """The sound with noise, so that its power is `db` decibels above that of the noise; peak at most 1."""
    spectrum = np.fft.rfft(rng.standard_normal(len(sound)))
    if colour == "pink":
        spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), _FLAT_BELOW * len(sound) / RATE))
    noise = np.fft.irfft(spectrum, len(sound))
    noise *= np.sqrt(np.mean(sound**2) / np.mean(noise**2) / 10 ** (db / 10))
    noisy: Floats = sound + noise
    return noisy / max(1.0, float(np.abs(noisy).max()))


def as_wav(sound: Floats) -> bytes:
    """The sound as WAV: one channel, 16 bits, `RATE`."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()
