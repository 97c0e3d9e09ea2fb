"""Pitch tracking: the fundamental frequency of a melody, many times a second."""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from model.conversion import ConversionError
from model.deadline import check_deadline
from model.grams import Floats
from model.sound.wave import RATE, Samples

if TYPE_CHECKING:
    from swift_f0 import SwiftF0

_LOWEST, _HIGHEST = 80.0, 2093.75  # Hz: from below a man's voice to the highest note of a whistle
_AT_A_TIME = 4 * RATE  # samples; takes 50 ms


class Pitches(NamedTuple):
    """The pitch of each frame of a sound.

    Attributes
    ----------
    time : middle of the frame, in seconds. shape = (frames,)
    hz : fundamental frequency. shape = (frames,)
    confidence : 0 to 1; from 0.5 on, the frame has a pitch. shape = (frames,)
    """

    time: Floats
    hz: Floats
    confidence: Floats


class PitchTracker(Protocol):
    """Finds the pitch of a melody that one instrument or voice plays."""

    def track(self, samples: Samples) -> Pitches:
        """The pitch of each frame of a sound at `model.sound.wave.RATE`."""


class SwiftTracker:
    """The network SwiftF0 (Nieradzik 2025), whose package has its weights. It works in the calling thread."""

    def track(self, samples: Samples) -> Pitches:
        """The pitch every 16 ms.

        Raises ConversionError without the extra `listen`, DeadlineError when `model.deadline` says so.
        """
        stream = _network().stream(_LOWEST, _HIGHEST)
        parts = []
        for start in range(0, len(samples), _AT_A_TIME):
            check_deadline()
            parts.append(stream.push(samples[start : start + _AT_A_TIME], RATE))
        parts.append(stream.flush())
        return Pitches(
            np.concatenate([part.timestamps for part in parts]),
            np.concatenate([part.pitch_hz for part in parts]),
            np.concatenate([part.confidence for part in parts]),
        )


@cache
def _network() -> "SwiftF0":
    """The network, loaded when somebody first needs it."""
    try:
        from swift_f0 import SwiftF0
    except ImportError as error:
        raise ConversionError("This installation cannot listen: it lacks the extra `listen`.") from error
    return SwiftF0(threads=1, spin=False)
