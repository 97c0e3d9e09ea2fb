"""The melody index: which known settings a tune resembles, in any key, and in what ways.

Candidates come from n-grams of intervals and of pulses, and from the vectors of the encoder; each is then
compared with the tune, note by note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from index.alignment import Melody, similarity
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.ngram_index import GRAM, Floats, NgramIndex
from index.titles import rhythm_family
from model.abc import Tune
from model.encoder import Vectors
from model.grams import MAX_NOTES, Ints, interval_grams, pulse, pulse_grams

# What is measured of each candidate; all but the last are 0 to 1.
FEATURES = (
    "interval n-grams",  # cosine
    "pulse n-grams",  # cosine
    "substring",  # best match of the shorter melody's intervals in the longer's
    "beginning",  # whether that match begins the known setting
    "rhythm",  # how alike the lengths of the notes are where they match
    "pulse substring",  # as substring, of pulses
    "similarity",  # longest common subsequence of pitches, over both
    "coverage",  # the same, over the tune that is asked
    "meter",  # whether both have the same
    "dance",  # whether both are jigs, reels, ...
    "length",  # ln of the known setting's notes over those asked
)
_PULSE_GRAM = 6  # steps
_BEGINNING = 4  # notes; a pickup may stand before
_LETTER = 256  # middle of the letters that stand for intervals
_COMPARED = 4000  # notes of the tune, times candidates from each source
_DEPTHS = 32, 150  # fewest and most candidates from each source


@dataclass(frozen=True)
class _Line:
    """A tune as texts, ready to be compared with many others."""

    intervals: str
    pulses: str
    lengths: str
    melody: Melody
    meter: str
    dance: str

    @classmethod
    def of(cls, tune: Tune, pulses: Ints) -> "_Line":
        notes = tune.notes[:MAX_NOTES]
        melody = Melody.of(tune)
        length = np.array([max(float(note.duration), 1e-3) for note in notes])
        return cls(
            text_of(np.diff(melody.pitches)),
            text_of(np.diff(pulses)),
            text_of(np.rint(4 * np.diff(np.log2(length))).astype(np.int64)),
            melody,
            tune.meter,
            rhythm_family(tune.rhythm),
        )


class Likenesses(NamedTuple):
    """Candidates for a tune.

    Attributes
    ----------
    settings : numbers of known settings, shape = (candidates,)
    features : `FEATURES` of each, shape = (candidates, features)
    """

    settings: Ints
    features: Floats


class MelodyIndex:
    """Known settings.

    Parameters
    ----------
    catalogue, tunes : the settings, and the same read
    vectors : a row for each setting
    """

    def __init__(self, catalogue: Catalogue, tunes: Sequence[Tune], vectors: CosineIndex) -> None:
        self.vectors = vectors
        self.title_of_setting = catalogue.title_of_setting
        pulses = [pulse(tune) for tune in tunes]
        self._intervals = NgramIndex([interval_grams(tune, GRAM) for tune in tunes])
        self._pulses = NgramIndex([pulse_grams(found, _PULSE_GRAM) for found in pulses])
        self._lines = [_Line.of(tune, found) for tune, found in zip(tunes, pulses, strict=True)]

    def compare(self, tune: Tune, vector: Vectors, without: int = -1) -> Likenesses:
        """The settings that may be the tune, and how each is like it.

        Parameters
        ----------
        vector : of the tune, shape = (1, dim)
        without : a setting to leave out, as if it were not known
        """
        pulses = pulse(tune)
        intervals = self._intervals.cosines(interval_grams(tune, GRAM))
        by_pulse = self._pulses.cosines(pulse_grams(pulses, _PULSE_GRAM))
        line = _Line.of(tune, pulses)
        found = self._candidates(intervals, by_pulse, vector, _depth(len(line.intervals)))
        found = found[found != without]
        if not len(found):
            return Likenesses(found, np.zeros((0, len(FEATURES))))
        known = [self._lines[setting] for setting in found]
        compared = [(*_match(line, other), *_along(line, other)) for other in known]
        pulse_match = process.cdist(
            [line.pulses], [other.pulses for other in known], scorer=fuzz.partial_ratio
        )
        columns = (intervals[found], by_pulse[found], *np.reshape(compared, (len(found), -1)).T)
        features = np.stack([*columns[:5], pulse_match[0] / 100, *columns[5:]], axis=1)
        return Likenesses(found, features)

    def _candidates(self, intervals: Floats, by_pulse: Floats, vector: Vectors, depth: int) -> Ints:
        near = [hit.row for hit in self.vectors.search(vector, depth)[0]]
        best = (_best(intervals, 2 * depth), _best(by_pulse, depth), np.array(near, dtype=np.int64))
        return np.unique(np.concatenate(best))


def _depth(notes: int) -> int:
    """Candidates from each source. The shorter the tune, the more are worth looking at, and the cheaper."""
    return int(np.clip(_COMPARED // max(notes, 1), *_DEPTHS))


def _best(scores: Floats, count: int) -> Ints:
    """Numbers of the highest scores above 0, at most so many."""
    count = min(count, len(scores))
    best = np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, np.int64)
    return best[scores[best] > 0]


def _match(asked: _Line, known: _Line) -> tuple[float, float, float]:
    """The features "substring", "beginning" and "rhythm"."""
    found = fuzz.partial_ratio_alignment(asked.intervals, known.intervals)
    if found is None or not found.score:
        return 0, 0, 0
    lengths = asked.lengths[found.src_start : found.src_end], known.lengths[found.dest_start : found.dest_end]
    rhythm = Levenshtein.normalized_similarity(*lengths)
    return found.score / 100, found.dest_start < _BEGINNING, rhythm


def _along(asked: _Line, known: _Line) -> tuple[float, float, float, float, float]:
    """The features from "similarity" on."""
    a, b = len(asked.melody.pitches), len(known.melody.pitches)
    alike = similarity(asked.melody, known.melody)
    meter = asked.meter != "" and asked.meter == known.meter
    dance = asked.dance != "" and asked.dance == known.dance
    return alike, alike * (a + b) / (2 * a), meter, dance, float(np.log(b / a))


def text_of(steps: Ints) -> str:
    """A letter for each step, as from note to note, so that tunes can be compared as texts."""
    return "".join(map(chr, (steps + _LETTER).tolist()))
