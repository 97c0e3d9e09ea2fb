"""The melody index: which known settings a tune resembles, in any key, and in what ways.

Candidates come from n-grams of intervals and of pulses, and from the vectors of the encoder; each is then
compared with the tune, note by note.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from index.alignment import similarities
from index.cosine_index import CosineIndex
from index.lines import Line, Lines
from index.ngram_index import GRAM, Floats, NgramIndex
from model.abc import Tune
from model.checkpoint import under
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
_LOOKED_AT = 4000  # notes of the tune, times candidates from each source
_DEPTHS = 32, 150  # fewest and most candidates from each source
_COMPARED = 2  # times as many candidates are compared in full


class Likenesses(NamedTuple):
    """Candidates for a tune.

    Attributes
    ----------
    settings : numbers of known settings, shape = (candidates,)
    features : `FEATURES` of each, shape = (candidates, features)
    """

    settings: Ints
    features: Floats


class Candidates(NamedTuple):
    """Settings to compare a tune with.

    Attributes
    ----------
    settings : numbers of known settings, shape = (candidates,)
    cosines : the first two of `FEATURES`, shape = (candidates, 2)
    """

    settings: Ints
    cosines: Floats


class MelodyIndex:
    """Known settings.

    Parameters
    ----------
    tunes : the settings, read
    vectors : a row for each setting, with its title

    Raises
    ------
    ValueError
        When the two have different lengths.
    """

    def __init__(self, tunes: Iterable[Tune], vectors: CosineIndex) -> None:
        runs, pulse_runs = [], []

        def lines() -> Iterator[Line]:
            for tune in tunes:
                runs.append(interval_grams(tune, GRAM))
                pulse_runs.append(pulse_grams(pulse(tune), _PULSE_GRAM))
                yield Line.of(tune)

        self.vectors = vectors
        self._lines = Lines(lines())
        self._intervals = NgramIndex(runs)
        self._pulses = NgramIndex(pulse_runs)
        if len(self._lines) != len(vectors):
            raise ValueError(f"there are {len(self._lines)} tunes and {len(vectors)} vectors")

    def save(self, path: Path) -> None:
        """Write everything but the vectors."""
        parts = {
            "lines": self._lines.arrays,
            "intervals": self._intervals.arrays,
            "pulses": self._pulses.arrays,
        }
        save_file({f"{part}/{name}": array for part, of in parts.items() for name, array in of.items()}, path)

    @classmethod
    def load(cls, path: Path, vectors: CosineIndex) -> "MelodyIndex":
        """Read what `save` wrote. Raises ValueError when it is no melody index or has other settings."""
        try:
            arrays = load_file(path)
            index = cls.__new__(cls)
            index.vectors = vectors
            index._lines = Lines.of_arrays(under("lines/", arrays))
            index._intervals = NgramIndex.of_arrays(under("intervals/", arrays), len(index._lines))
            index._pulses = NgramIndex.of_arrays(under("pulses/", arrays), len(index._lines))
        except (SafetensorError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name} is not a melody index: {error!r}") from error
        if len(index._lines) != len(vectors):
            raise ValueError(f"{path.name} has {len(index._lines)} settings, its vectors are {len(vectors)}")
        return index

    @property
    def title_of_setting(self) -> Ints:
        """The title that each setting belongs to. shape = (settings,)"""
        return self.vectors.title_of_row

    def compare(self, tune: Tune, vector: Vectors, without: int | None = None) -> Likenesses:
        """The settings that may be the tune, and how each is like it.

        Parameters
        ----------
        vector : of the tune, shape = (1, dim)
        without : a setting to leave out, as if it were not known
        """
        found = self.candidates(tune, vector)
        kept = np.flatnonzero(found.settings != (-1 if without is None else without))
        line = Line.of(tune)
        known = [self._lines[setting] for setting in found.settings[kept].tolist()]
        if not known:
            return Likenesses(np.zeros(0, np.int64), np.zeros((0, len(FEATURES))))
        grams = found.cosines[kept]
        alike = similarities(line.melody, [other.melody for other in known])
        # The best substring is what takes the time: only of the more likely candidates it is looked for.
        likely = np.sort(_highest(grams.sum(axis=1) + alike, _COMPARED * _depth(tune)))
        known = [known[row] for row in likely.tolist()]
        columns = (*grams[likely].T, *_match(line, known), *_along(line, known, alike[likely]))
        return Likenesses(found.settings[kept[likely]], np.stack(columns, axis=1))

    def candidates(self, tune: Tune, vector: Vectors) -> Candidates:
        """The settings to compare a tune with. `vector` is the tune's, shape = (1, dim)."""
        intervals = self._intervals.cosines(interval_grams(tune, GRAM))
        by_pulse = self._pulses.cosines(pulse_grams(pulse(tune), _PULSE_GRAM))
        depth = _depth(tune)
        near = np.array([hit.row for hit in self.vectors.search(vector, depth)[0]], dtype=np.int64)
        settings = np.unique(np.concatenate([_best(intervals, 2 * depth), _best(by_pulse, depth), near]))
        return Candidates(settings, np.stack([intervals[settings], by_pulse[settings]], axis=1))


def _depth(tune: Tune) -> int:
    """Candidates from each source. The shorter the tune, the more are worth looking at, and the cheaper."""
    notes = max(min(len(tune.notes), MAX_NOTES) - 1, 1)
    return int(np.clip(_LOOKED_AT // notes, *_DEPTHS))


def _best(scores: Floats, count: int) -> Ints:
    """Numbers of the highest scores above 0, at most so many."""
    above = np.flatnonzero(scores)
    return above[_highest(scores[above], count)]


def _highest(scores: Floats, count: int) -> Ints:
    """Places of the highest scores, at most so many, in any order."""
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.argpartition(-scores, count - 1)[:count]


def _match(asked: Line, known: Sequence[Line]) -> tuple[Floats, Floats, Floats, Floats]:
    """The features "substring", "beginning", "rhythm" and "pulse substring" of each candidate."""
    intervals = asked.intervals
    matches = np.zeros((len(known), 3))
    for row, other in enumerate(known):
        found = fuzz.partial_ratio_alignment(intervals, other.intervals)
        if found is not None and found.score:
            lengths = asked.lengths[found.src_start : found.src_end]
            others = other.lengths[found.dest_start : found.dest_end]
            rhythm = Levenshtein.normalized_similarity(lengths, others)
            matches[row] = found.score / 100, found.dest_start < _BEGINNING, rhythm
    pulses = process.cdist([asked.pulses], [other.pulses for other in known], scorer=fuzz.partial_ratio)
    return (*matches.T, pulses[0].astype(np.float64) / 100)


def _along(
    asked: Line, known: Sequence[Line], alike: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The features from "similarity" on."""
    notes = np.array([len(other.melody.pitches) for other in known])
    own = len(asked.melody.pitches)
    meter = np.array([asked.meter != 0 and asked.meter == other.meter for other in known], dtype=np.float64)
    dance = np.array([asked.dance != 0 and asked.dance == other.dance for other in known], dtype=np.float64)
    return alike, alike * (own + notes) / (2 * own), meter, dance, np.log(notes / own)
