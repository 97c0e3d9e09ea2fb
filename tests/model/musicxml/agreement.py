"""Compares the MusicXML reader with music21's on the scores that music21 ships.

From the root of the project, ``python -m tests.model.musicxml.agreement --all`` compares every score, which
takes some minutes, and prints each difference. Without ``--all`` it compares the scores of the quick test.
"""

import random
import sys
import warnings
from collections.abc import Iterator
from fractions import Fraction
from math import fmod
from pathlib import Path
from typing import Any

from model.conversion import MOST_NOTES, ConversionError
from model.musicxml import read_musicxml
from tests.model.abc.agreement import Notes, first_difference

_TOLERANCE = Fraction(1, 64)  # quarter notes; music21 keeps the rounded durations of tuplets
_SMALL = 12_000  # bytes of a score of the quick test


def scores() -> list[Path]:
    """Every MusicXML file of music21's corpus."""
    import music21

    corpus = Path(music21.__file__).parent / "corpus"
    found = (path for path in corpus.rglob("*") if path.suffix in (".mxl", ".xml", ".musicxml"))
    return sorted(path for path in found if path.name != "container.xml")


def sample(count: int, seed: int) -> list[Path]:
    """Some of the small ones; the same seed gives the same."""
    small = [path for path in scores() if path.suffix == ".mxl" and path.stat().st_size < _SMALL]
    return random.Random(seed).sample(small, count)


def read_by_us(path: Path) -> Notes:
    """Pitch, onset and duration of every note, as this reader reads them."""
    try:
        tune = read_musicxml(path.read_bytes()).tune
    except ConversionError:
        return []
    return [(note.pitch, note.onset, note.duration) for note in tune.notes]


def read_by_music21(path: Path) -> Notes:
    """The first voice of the first part with notes, top notes of chords, ties joined, no grace notes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from music21 import converter, stream

        score = converter.parse(path, forceSource=True)
        if isinstance(score, stream.Opus):
            score = score.scores[0]
        parts: Any = getattr(score, "parts", ())
        for part in parts:
            if melody := _melody(part):
                return melody
    return []


def _melody(part: Any) -> Notes:
    voices: dict[str, Notes] = {}
    held: dict[str, bool] = {}
    for measure in part.getElementsByClass("Measure"):
        for voice in measure.voices or [measure]:
            name = str(voice.id) if measure.voices else next(iter(voices), "1")
            melody = voices.setdefault(name, [])
            for item in voice.notesAndRests:
                if item.duration.isGrace or "ChordSymbol" in item.classes or not item.duration.quarterLength:
                    continue
                pitches = getattr(item, "pitches", ())
                if item.isRest or not pitches:
                    held[name] = False
                    continue
                top = max(item.notes if item.isChord else [item], key=lambda note: note.pitch.ps)
                instrument = item.getContextByClass("Instrument")
                moved = instrument.transposition.semitones if instrument and instrument.transposition else 0
                pitch = int(top.pitch.midi + fmod(moved, 12))
                onset = Fraction(measure.offset + (voice.offset if measure.voices else 0) + item.offset)
                length = Fraction(item.duration.quarterLength)
                if held.get(name) and melody[-1][0] == pitch:
                    melody[-1] = (pitch, melody[-1][1], melody[-1][2] + length)
                else:
                    melody.append((pitch, onset, length))
                tie = top.tie or item.tie
                held[name] = tie is not None and tie.type in ("start", "continue")
    return next((melody for melody in voices.values() if melody), [])[:MOST_NOTES]


def difference(path: Path) -> str:
    """The first difference between the two readings; "" if they agree."""
    ours = read_by_us(path)
    try:
        theirs = read_by_music21(path)
    except Exception as error:
        return f"music21 fails: {type(error).__name__}: {error}"[:120]
    return first_difference(ours, theirs, _TOLERANCE)


def _report(paths: list[Path]) -> Iterator[str]:
    agreeing = 0
    for path in paths:
        description = difference(path)
        agreeing += not description
        if description:
            yield f"{path.parent.name}/{path.name}\t{description}"
    yield f"{agreeing} of {len(paths)} agree ({100 * agreeing / len(paths):.2f} %)"


if __name__ == "__main__":
    for line in _report(scores() if "--all" in sys.argv[1:] else sample(20, seed=1)):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
