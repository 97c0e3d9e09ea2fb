"""The strength of a melody: how loud its own overtones are, whatever else sounds."""

import numpy as np

from model.grams import Floats
from model.sound.pitch import Pitches
from model.sound.wave import RATE, Samples

_WINDOW = 512  # samples
_HOP = 128
STEP_S = _HOP / RATE
_OVERTONES = 4
_FLOOR = 1e-6


def strength(samples: Samples, pitches: Pitches) -> Floats:
    """Decibels of the first overtones of the pitch that sounds, every 8 ms. shape = (steps,)"""
    padded = np.pad(samples, _WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    spectrum = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW).astype(np.float32), axis=1))
    steps = np.arange(len(spectrum))
    frame = np.clip(np.searchsorted(pitches.time, steps * STEP_S), 0, len(pitches.time) - 1)
    hz = pitches.hz[frame]
    power = np.zeros(len(spectrum))
    for number in range(1, _OVERTONES + 1):
        place = np.rint(number * hz * _WINDOW / RATE).astype(np.int64)
        inside = place < spectrum.shape[1] - 1
        at = np.minimum(place, spectrum.shape[1] - 2)
        for shift in (-1, 0, 1):
            power += inside * spectrum[steps, np.maximum(at + shift, 0)] ** 2
    result: Floats = 10 * np.log10(power + _FLOOR)
    return result
