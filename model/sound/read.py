"""Reads a recording of one melody and writes it as ABC."""

from dataclasses import replace
from textwrap import fill

from model.abc import read_tune
from model.conversion import ConversionError, Converted, as_abc
from model.deadline import check_deadline
from model.keys import guess_key
from model.sound.notes import find_notes
from model.sound.pitch import PitchTracker, SwiftTracker
from model.sound.rhythm import placed
from model.sound.wave import read_wave

_FEWEST_NOTES = 3
_WIDTH = 60  # characters of a line of ABC; there are no bars by which to divide it
_GUESSED = "These notes were heard in a recording. Lengths and key are guesses; there are no bar lines."


def read_sound(data: bytes, tracker: PitchTracker | None = None) -> Converted:
    """The melody of a WAV file, at most 30 s long, as ABC in eighth notes.

    The tuning of the recording is removed. Ornaments belong to the notes that they lead to. There are no
    bars: what is heard does not show well enough where they begin. Of several notes at a time, the tracker
    follows one.

    Parameters
    ----------
    data : the whole file
    tracker : finds the pitches; the network of the extra `listen` by default

    Raises
    ------
    ConversionError
        When the file cannot be read, no melody is heard in it, or the extra `listen` is not installed.
    DeadlineError
        When it takes longer than `model.deadline.limited` allows.
    """
    samples = read_wave(data)
    check_deadline()
    heard = find_notes(samples, (tracker or SwiftTracker()).track(samples))
    if len(heard) < _FEWEST_NOTES:
        raise ConversionError("no melody is heard in the recording")
    notes = placed(heard)
    converted = as_abc(notes, (), "", guess_key(notes), [_GUESSED])
    abc = "\n".join(fill(line, _WIDTH) for line in converted.abc.splitlines()) + "\n"
    return replace(converted, abc=abc, tune=read_tune(abc))
