"""Compares the reader with music21's on the ABC books that music21 ships.

From the root of the project, ``python -m tests.model.abc.agreement --all`` compares every tune, which takes
some minutes, and prints each difference. Without ``--all`` it compares the 400 tunes of the test.
"""

import random
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path

from model.abc import AbcError, decode, read_tune

_TOLERANCE = Fraction(1, 10_000)  # music21 rounds odd tuplets
_FIELD_LINE = re.compile(r"[A-Za-z]:(?![|:])|%")
_STRING = re.compile(r'"[^"]*"')
_FERMATA = re.compile(r"H(?=[\^_=A-Ga-gxz])")
_APART = r"(?:[()\-.~\`Tuv\s]|\{[^{}]*\})*"
_BROKEN = re.compile(f"{_APART}(?:<+|>+){_APART}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One tune of one book. Its name is book, file and position in the file, counted from 1."""

    name: str
    text: str


Notes = list[tuple[int, Fraction, Fraction]]


def samples() -> list[Sample]:
    """Return every tune of music21's ABC books."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import music21

    corpus = Path(music21.__file__).parent / "corpus"
    tunes = []
    for path in sorted(corpus.glob("*/*.abc")):
        parts = re.split(r"^(?=X:)", decode(path.read_bytes()), flags=re.MULTILINE)
        for position, text in enumerate(parts[1:], 1):
            tunes.append(Sample(f"{path.parent.name}/{path.stem}/{position}", text))
    return tunes


def random_samples(count: int, seed: int) -> list[Sample]:
    """Draw tunes at random; the same seed gives the same tunes."""
    return random.Random(seed).sample(samples(), count)


def read_by_us(text: str) -> Notes:
    """Return pitch, onset and duration of every note, as this reader reads them."""
    try:
        return [(note.pitch, note.onset, note.duration) for note in read_tune(text).notes]
    except AbcError:
        return []


def without_known_differences(text: str) -> str:
    """Remove five things from a text that music21 is known to read differently from the standard.

    music21 takes a tune without a version for ABC 1.3 and applies every accidental only to its own note. It
    drops a broken rhythm that slurs, decorations or grace notes separate from its notes. It drops notes after
    a fermata ``H`` or after the annotation ``">"``, and the rest ``x``.
    """
    lines = ["%abc-2.1"]
    for line in text.splitlines():
        if not _FIELD_LINE.match(line):
            line = _FERMATA.sub("", _STRING.sub("", line)).replace("x", "z")
            line = _BROKEN.sub(lambda match: re.sub(r"[^<>]", "", match[0]), line)
        lines.append(line)
    return "\n".join(lines)


def read_by_music21(text: str) -> Notes:
    """Return what music21 reads: first part with notes, no grace notes, top notes of chords, ties joined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from music21 import converter, harmony, stream

        score = converter.parse(without_known_differences(text), format="abc")
        if isinstance(score, stream.Opus):
            score = score.scores[0]
        for part in score.parts if isinstance(score, stream.Score) else [score]:
            melody: Notes = []
            held = False
            for item in part.flatten().notesAndRests:
                if isinstance(item, harmony.Harmony) or item.duration.isGrace:
                    continue
                if item.isRest:
                    held = False
                    continue
                pitch = max(p.midi for p in item.pitches) if item.pitches else None
                if pitch is None:
                    continue
                onset, length = Fraction(item.offset), Fraction(item.duration.quarterLength)
                if held and melody[-1][0] == pitch:
                    melody[-1] = (pitch, melody[-1][1], melody[-1][2] + length)
                else:
                    melody.append((pitch, onset, length))
                held = item.tie is not None and item.tie.type in {"start", "continue"}
            if melody:
                return melody
    return []


def difference(sample: Sample) -> str:
    """Describe the first difference between the two readings; "" if they agree."""
    ours = read_by_us(sample.text)
    try:
        theirs = read_by_music21(sample.text)
    except Exception as error:
        return f"music21 fails: {type(error).__name__}: {error}"[:120]
    return first_difference(ours, theirs, _TOLERANCE)


def first_difference(ours: Notes, theirs: Notes, tolerance: Fraction) -> str:
    """Describe the first difference between the notes of two readings; "" if they agree.

    `tolerance` is for onsets and durations, in quarter notes.
    """
    for number, (our, their) in enumerate(zip_longest(ours, theirs), 1):
        if our is None or their is None:
            return f"{len(ours)} notes against {len(theirs)}"
        if our[0] != their[0]:
            return f"note {number}: pitch {our[0]} against {their[0]}"
        for name, our_time, their_time in zip(("onset", "duration"), our[1:], their[1:], strict=True):
            if abs(our_time - their_time) > tolerance:
                return f"note {number}: {name} {our_time} against {their_time}"
    return ""


def _report(tunes: list[Sample]) -> Iterator[str]:
    differing = 0
    for count, sample in enumerate(tunes, 1):
        description = difference(sample)
        if description:
            differing += 1
            yield f"{sample.name}\t{description}"
        if count % 1000 == 0 or count == len(tunes):
            agreeing = count - differing
            yield f"{agreeing} of {count} agree ({100 * agreeing / count:.2f} %)"


if __name__ == "__main__":
    chosen = samples() if "--all" in sys.argv[1:] else random_samples(400, seed=1)
    for line in _report(chosen):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
