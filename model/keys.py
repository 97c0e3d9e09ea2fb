"""Names keys as ABC does, and guesses them from the notes of a melody."""

from collections.abc import Sequence

from model.abc import Note

MODES = {"lydian": -1, "major": 0, "mixolydian": 1, "dorian": 2, "minor": 3, "phrygian": 4, "locrian": 5}
"""Fifths from the tonic of the major key with the same signature to the tonic of each mode."""

_COMMON = ("major", "minor", "mixolydian", "dorian")  # modes of folk tunes, in the order of preference
_OTHER_NAMES = {"ionian": "major", "aeolian": "minor"}
_LETTERS = "FCGDAEB"
_SCALE = frozenset({0, 2, 4, 5, 7, 9, 11})
_FINAL = 0.15  # what the right final note counts, as a share of all notes
_ACCIDENTAL = 0.01  # what each sharp or flat of a signature costs


def key_name(fifths: int, mode: str) -> str:
    """The name of a key, such as "E dorian"; of a key with a rare name, the enharmonic one.

    Parameters
    ----------
    fifths : sharps of its signature; flats are negative
    mode : one of `MODES`
    """
    tonic = _near_c(fifths + MODES[mode])
    return f"{_LETTERS[(tonic + 1) % 7]}{('b', '', '#')[(tonic + 1) // 7 + 1]} {mode}"


def read_mode(name: str) -> str:
    """The mode with this name, in any case; "" if there is none."""
    mode = _OTHER_NAMES.get(name.strip().lower(), name.strip().lower())
    return mode if mode in MODES else ""


def guess_mode(fifths: int, final: int) -> str:
    """The mode of a melody with this signature that ends on this pitch; major if that is no likely tonic."""
    return next((mode for mode in _COMMON if 7 * (fifths + MODES[mode]) % 12 == final % 12), "major")


def guess_key(notes: Sequence[Note]) -> str:
    """The key of a melody, from how long each pitch sounds, and from its last note.

    The signature with most of the notes wins. Few sharps and flats count a little, and a last note that is
    the tonic of a common mode counts as much as a seventh of all notes.
    """
    weights = [0.0] * 12
    for note in notes:
        weights[note.pitch % 12] += float(note.duration)
    whole = sum(weights)
    final = notes[-1].pitch

    def score(key: tuple[int, str]) -> float:
        fifths, mode = key
        within = sum(weights[(degree + 7 * fifths) % 12] for degree in _SCALE) / whole
        ends = 7 * (fifths + MODES[mode]) % 12 == final % 12
        return within + _FINAL * ends - _ACCIDENTAL * abs(fifths)

    # Of equals, the first counts: the mode that is the most common.
    fifths, mode = max(((fifths, mode) for mode in _COMMON for fifths in range(-5, 7)), key=score)
    return key_name(fifths, mode)


def _near_c(fifths: int) -> int:
    """The enharmonic tonic that has at most one sharp or flat: Fb to B#, in fifths from C."""
    return fifths if -8 <= fifths <= 12 else (fifths + 6) % 12 - 6
