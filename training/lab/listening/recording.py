"""A recording of a performance, as a WAV file."""

import io
import wave

import numpy as np

from model.grams import Floats
from training.lab.listening.instruments import RATE


def as_wav(sound: Floats) -> bytes:
    """The sound as WAV: one channel, 16 bits, `RATE`."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()
