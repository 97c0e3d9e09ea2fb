"""Notes as they were heard, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    """One note of a recording.

    Attributes
    ----------
    start, end : in seconds
    pitch : MIDI number, after the tuning of the whole recording was removed
    """

    start: float
    end: float
    pitch: int
