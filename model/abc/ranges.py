"""Where the notes of a tune are written in its text."""

from itertools import chain
from re import finditer

from model.abc.tokens import TOKEN
from model.abc.tune import Tune
from model.deadline import checked

_LONGEST = 200  # characters of a note or a chord


def note_ranges(text: str, tune: Tune) -> list[tuple[int, int]]:
    """Offsets in a text at which each note of a tune begins and ends, in code points.

    A chord counts as a whole. Of tied notes it is the first.

    Parameters
    ----------
    text : what the tune was read from
    tune : the tune
    """
    lines = [0, *chain(match.end() for match in finditer("\n", text))]
    return [_range(text, lines[note.line - 1] + note.column - 1) for note in checked(tune.notes)]


def _range(text: str, start: int) -> tuple[int, int]:
    end = start + 1  # where the reader has repaired the text, its symbols may be no symbols of a note
    written = text[start : start + _LONGEST]
    token = TOKEN.match(written)
    if token and token["note"]:
        end = start + token.end("note")
    elif token and token["old_chord"]:
        end = start + token.end("old_chord") + 1
    elif token and token.lastgroup == "chord":
        close = TOKEN.match(written, written.index("]"))
        end = start + (close.end("close") if close else 1)
    return start, end
