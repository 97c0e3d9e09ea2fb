"""Key: guesses the key of notes, so that they are written with few accidentals."""

from collections.abc import Sequence

import numpy as np

from model.sound.rhythm import Placed

# The major keys from seven flats to seven sharps, as MIDI numbers of their tonics within an octave.
_MAJOR = {(7 * fifths) % 12: fifths for fifths in (6, -5, 5, -4, 4, -3, 3, -2, 2, -1, 1, 0)}
_SCALE = (0, 2, 4, 5, 7, 9, 11)
_MODES = {
    0: "major",
    2: "dorian",
    7: "mixolydian",
    9: "minor",
}  # by semitones above the tonic of the major key
_LETTERS = "FCGDAEB"
_FIFTH = 0.5  # weight of the fifth above the tonic


def guess_key(notes: Sequence[Placed]) -> str:
    """The key whose signature fits the most time, such as "D major" or "A dorian".

    Of its modes, the one whose tonic and fifth sound longest.
    """
    time = np.zeros(12)
    for note in notes:
        time[note.pitch % 12] += float(note.duration)
    fits = {tonic: sum(time[(tonic + step) % 12] for step in _SCALE) for tonic in _MAJOR}
    tonic = max(fits, key=lambda tonic: (fits[tonic], -abs(_MAJOR[tonic])))
    above = max(_MODES, key=lambda step: time[(tonic + step) % 12] + _FIFTH * time[(tonic + step + 7) % 12])
    fifths = _MAJOR[tonic] + {0: 0, 7: 1, 2: 2, 9: 3}[above]
    octave, letter = divmod(fifths + 1, 7)
    return f"{_LETTERS[letter]}{'#' * octave if octave > 0 else 'b' * -octave} {_MODES[above]}"
