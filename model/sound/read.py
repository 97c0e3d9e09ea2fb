"""Reads a recording of one melody and writes it as ABC."""

from model.abc import Note
from model.conversion import ConversionError, Converted, as_abc
from model.deadline import check_deadline
from model.sound.key import guess_key
from model.sound.notes import find_notes
from model.sound.pitch import PitchTracker, SwiftTracker
from model.sound.rhythm import bars_of, placed
from model.sound.wave import read_wave

_FEWEST_NOTES = 3
_GUESSED = "The notes were heard in a recording: lengths, key and bars are guesses."


def read_sound(data: bytes, tracker: PitchTracker | None = None) -> Converted:
    """The melody of a WAV file, at most 30 s long, as ABC in eighth notes.

    The tuning of the recording is removed. Ornaments belong to the notes that they lead to. There is a metre
    with bars only if the rhythm shows it clearly. Of several notes at a time, the tracker follows one.

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
        raise ConversionError("No melody is heard in the recording.")
    notes = placed(heard)
    meter, bars = bars_of(notes)
    melody = [Note(note.pitch, note.onset, note.duration, 0, 1, 1) for note in notes]
    return as_abc(melody, bars, meter, guess_key(notes), [_GUESSED])
