"""How far the reader agrees with music21's on the ABC books that music21 ships.

From the root of the project, ``python -m tests.model.abc.agreement --all`` compares every tune, which takes
some minutes, and prints those that differ and how; without ``--all`` it compares the 400 of the test.
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
    """One tune of one book; its name is book, file and place within the file, from 1."""

    name: str
    text: str


Melody = list[tuple[int, Fraction, Fraction]]


def samples() -> list[Sample]:
    """Every tune of music21's ABC books."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import music21

    corpus = Path(music21.__file__).parent / "corpus"
    found = []
    for path in sorted(corpus.glob("*/*.abc")):
        tunes = re.split(r"^(?=X:)", decode(path.read_bytes()), flags=re.MULTILINE)
        for place, text in enumerate(tunes[1:], 1):
            found.append(Sample(f"{path.parent.name}/{path.stem}/{place}", text))
    return found


def drawn(count: int, seed: int) -> list[Sample]:
    """A random draw of tunes, the same for the same seed."""
    return random.Random(seed).sample(samples(), count)


def read_here(text: str) -> Melody:
    """Pitch, onset and duration of every note, as this reader has it."""
    try:
        return [(note.pitch, note.onset, note.duration) for note in read_tune(text).notes]
    except AbcError:
        return []


def prepared(text: str) -> str:
    """The text without five things that music21 is known to take otherwise than the standard says.

    Without a version it takes a tune for ABC 1.3 and ends every accidental with its note. It leaves out a
    broken rhythm that slurs, decorations or grace notes keep apart from its notes. It leaves out notes with a
    fermata ``H`` or the annotation ``">"`` before them, and the rest ``x``.
    """
    lines = ["%abc-2.1"]
    for line in text.splitlines():
        if not _FIELD_LINE.match(line):
            line = _FERMATA.sub("", _STRING.sub("", line)).replace("x", "z")
            line = _BROKEN.sub(lambda match: re.sub(r"[^<>]", "", match[0]), line)
        lines.append(line)
    return "\n".join(lines)


def read_by_music21(text: str) -> Melody:
    """The same as music21 has it: first part with notes, no grace notes, top notes of chords, ties joined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from music21 import converter, harmony, stream

        score = converter.parse(prepared(text), format="abc")
        if isinstance(score, stream.Opus):
            score = score.scores[0]
        for part in score.parts if isinstance(score, stream.Score) else [score]:
            melody: Melody = []
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
    """The first difference between the two readings, "" if there is none."""
    here = read_here(sample.text)
    try:
        there = read_by_music21(sample.text)
    except Exception as error:
        return f"music21 fails: {type(error).__name__}: {error}"[:120]
    for place, (ours, theirs) in enumerate(zip_longest(here, there)):
        if ours is None or theirs is None:
            return f"{len(here)} notes against {len(there)}"
        if ours[0] != theirs[0]:
            return f"note {place + 1}: pitch {ours[0]} against {theirs[0]}"
        for name, one, other in zip(("onset", "duration"), ours[1:], theirs[1:], strict=True):
            if abs(one - other) > _TOLERANCE:
                return f"note {place + 1}: {name} {one} against {other}"
    return ""


def _report(tunes: list[Sample]) -> Iterator[str]:
    differing = 0
    for count, sample in enumerate(tunes, 1):
        found = difference(sample)
        if found:
            differing += 1
            yield f"{sample.name}\t{found}"
        if count % 1000 == 0 or count == len(tunes):
            agreeing = count - differing
            yield f"{agreeing} of {count} agree ({100 * agreeing / count:.2f} %)"


if __name__ == "__main__":
    chosen = samples() if "--all" in sys.argv[1:] else drawn(400, seed=1)
    for line in _report(chosen):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
