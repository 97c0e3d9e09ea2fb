"""The names of notes as people say them, such as F sharp in octave 4."""

import re

from model.abc.written import read_note

_LETTER = re.compile(r"[A-Ga-g][,']{0,20}")
_SIGNS = {-2: "bb", -1: "b", 0: "", 1: "#", 2: "##"}
_WITH_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def note_name(written: str, pitch: int) -> tuple[str, int]:
    """The name of a note, spelled as the text spells it, and its octave; C4 is middle C.

    Parameters
    ----------
    written : the note or the chord in its text, without the accidentals of key and bar
    pitch : MIDI number as it sounds
    """
    found = (read_note(match[0]) for match in _LETTER.finditer(written))
    alters = ((note.letter, note.height, (pitch - note.height + 6) % 12 - 6) for note in found)
    # Of the notes of a chord, the one that this can be; of two, the higher.
    spelled = [(abs(alter), -height, letter, alter) for letter, height, alter in alters if alter in _SIGNS]
    if not spelled:
        return _WITH_SHARPS[pitch % 12], pitch // 12 - 1
    *_, letter, alter = min(spelled)
    return f"{letter}{_SIGNS[alter]}", (pitch - alter) // 12 - 1
