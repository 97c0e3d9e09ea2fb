"""Compares the MIDI reader with what music21 wrote: tunes of its ABC books, as MIDI.

From the root of the project, ``python -m tests.model.midi.agreement --count 1000`` compares as many tunes,
chosen at random with a fixed seed, and prints each difference.
"""

import argparse
import random
import sys
import warnings
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from model.conversion import ConversionError
from model.midi import read_midi
from tests.model.abc.agreement import Notes, Sample, first_difference, samples, without_known_differences

_TOLERANCE = Fraction(1, 100)  # quarter notes; a MIDI file has whole ticks


def sample(count: int, seed: int) -> list[Sample]:
    """Tunes without grace notes, because music21 writes those as notes that never end."""
    usable = [tune for tune in samples() if "{" not in tune.text]
    return random.Random(seed).sample(usable, count)


def by_music21(sample: Sample) -> tuple[bytes, Notes]:
    """A tune as MIDI, and its notes as music21 reads this MIDI: top notes, from the first note on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from music21 import converter, stream
        from music21.midi import translate

        score: Any = converter.parse(without_known_differences(sample.text), format="abc")
        if isinstance(score, stream.Opus):
            score = score.scores[0]
        to_file: Any = translate.streamToMidiFile
        to_stream: Any = translate.midiStringToStream
        data = to_file(score).writestr()
        read: Any = to_stream(data, quantizePost=False).stripTies()
        tops: dict[Fraction, tuple[int, Fraction]] = {}
        for item in read.parts[0].flatten().notes:
            if not item.quarterLength:  # a grace note
                continue
            onset = Fraction(item.offset)
            pitch = max(pitch.midi for pitch in item.pitches)
            tops[onset] = max(tops.get(onset, (0, Fraction(0))), (pitch, Fraction(item.quarterLength)))
    first = min(tops, default=Fraction(0))
    return data, [(pitch, onset - first, length) for onset, (pitch, length) in sorted(tops.items())]


def difference(sample: Sample) -> str | None:
    """The first difference between the two readings; "" if they agree, None if music21 writes no MIDI."""
    try:
        data, theirs = by_music21(sample)
    except Exception:
        return None
    try:
        ours = [(note.pitch, note.onset, note.duration) for note in read_midi(data).tune.notes]
    except ConversionError as error:
        ours = []
        if theirs:
            return f"{error}"
    return first_difference(ours, theirs, _TOLERANCE)


def report(tunes: list[Sample]) -> Iterator[str]:
    """A line for each difference, and one with the share of tunes that agree."""
    agreeing = written = 0
    for tune in tunes:
        description = difference(tune)
        written += description is not None
        agreeing += description == ""
        if description:
            yield f"{tune.name}\t{description}"
    yield f"{agreeing} of {written} agree ({100 * agreeing / written:.2f} %)"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=40)
    for line in report(sample(parser.parse_args().count, seed=1)):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
