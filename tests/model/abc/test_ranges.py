"""Where the notes of a tune are written in its text."""

from itertools import pairwise

import pytest

from model.abc import note_ranges, read_tune
from model.abc.written import read_note
from training.corpora.curate import Curated


def written(text: str) -> list[str]:
    return [text[start:end] for start, end in note_ranges(text, read_tune(text))]


@pytest.mark.parametrize(
    ("music", "notes"),
    [
        ("GABc|d2e/f//|", ["G", "A", "B", "c", "d2", "e/", "f//"]),
        ("^G,,2 =A' _B/2 ^^c|", ["^G,,2", "=A'", "_B/2", "^^c"]),
        ("{g}A (3Bcd|", ["A", "B", "c", "d"]),
        ("[CEG]2 [Ac]|", ["[CEG]2", "[Ac]"]),
        ("+CEG+ A|", ["+CEG+", "A"]),
        ('"Em"E2 !trill!F|z2 G>A|', ["E2", "F", "G", "A"]),
        ("G-G A|", ["G", "A"]),
    ],
)
def test_notes_and_chords_are_found_as_written(music: str, notes: list[str]) -> None:
    assert written(f"X:1\nT:The 𝄞 Clef\nM:4/4\r\nK:C\n{music}\n") == notes


def test_each_note_of_printed_tunes_is_found(small_curated: Curated) -> None:
    for text in [setting.abc for setting in small_curated.library.catalogue.settings]:
        tune = read_tune(text)
        ranges = note_ranges(text, tune)
        assert len(ranges) == len(tune.notes)
        assert all(end <= start for (_, end), (start, _) in pairwise(ranges))
        for (start, end), note in zip(ranges, tune.notes, strict=True):
            symbol = text[start:end]
            height = read_note(symbol).height
            assert abs(note.pitch - height) <= 2, (symbol, note)
