"""The melody index: which settings a tune resembles, in any key, and in what ways.

Candidates come from n-grams of intervals, from n-grams of pulses, and from the encoder's vectors. Each
candidate is then compared with the tune note by note.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from index.alignment import similarities
from index.cosine_index import CosineIndex
from index.melody_texts import MelodyText, MelodyTexts, TextArrays
from index.ngram_index import GRAM, NgramIndex, Postings
from model.abc import Tune
from model.arrays import map_arrays, save_arrays
from model.checkpoint import under
from model.encoder import Vectors
from model.grams import MAX_NOTES, Floats, Ints, interval_grams, pulse, pulse_grams

# What is measured for each candidate; all but the last are 0 to 1.
FEATURES = (
    "interval n-grams",  # cosine
    "pulse n-grams",  # cosine
    "substring",  # best match of the shorter melody's intervals in the longer's
    "beginning",  # whether that match begins the setting
    "rhythm",  # how similar the lengths of the notes are within that match
    "pulse substring",  # as substring, of pulses
    "similarity",  # longest common subsequence of pitches over the mean length
    "coverage",  # longest common subsequence of pitches over the query's length
    "meter",  # whether both have the same
    "dance",  # whether both are jigs, reels, ...
    "length",  # ln(notes of the setting / notes of the query), which counts as at most `_LONGEST` notes
)
_PULSE_GRAM = 6  # steps
_BEGINNING = 4  # a match from before this note begins the setting; there may be a pickup
_LONGEST = 160  # notes; the ranking is fitted on few queries that are longer
_NOTES_COMPARED = 4000  # notes of the query, times candidates from each source
_DEPTHS = 32, 150  # fewest and most candidates from each source
_COMPARED = 2  # how many times the depth is the number of candidates that are compared in full


class Likenesses(NamedTuple):
    """Candidates for a query, and how each resembles it.

    Attributes
    ----------
    settings : numbers of settings, shape = (candidates,)
    features : `FEATURES` of each, shape = (candidates, features)
    notes : number of notes of the query, at most 160
    variety : effective number of different pairs of successive intervals in the query: exp of their entropy
    """

    settings: Ints
    features: Floats
    notes: int
    variety: float


class Candidates(NamedTuple):
    """Settings to compare a query with.

    Attributes
    ----------
    settings : numbers of settings, shape = (candidates,)
    cosines : the first two of `FEATURES`, shape = (candidates, 2)
    """

    settings: Ints
    cosines: Floats


class MelodyIndex:
    """The settings of a catalogue, indexed by melody.

    Parameters
    ----------
    tunes : the settings, read
    vectors : a row for each setting, with its title

    Raises
    ------
    ValueError
        When there are not as many tunes as vectors.
    """

    def __init__(self, tunes: Iterable[Tune], vectors: CosineIndex) -> None:
        interval_runs, pulse_runs = [], []

        def texts() -> Iterator[MelodyText]:
            for tune in tunes:
                interval_runs.append(interval_grams(tune, GRAM))
                pulse_runs.append(pulse_grams(pulse(tune), _PULSE_GRAM))
                yield MelodyText.of(tune)

        self.vectors = vectors
        self._texts = MelodyTexts(texts())
        self._intervals = NgramIndex(interval_runs)
        self._pulses = NgramIndex(pulse_runs)
        if len(self._texts) != len(vectors):
            raise ValueError(f"there are {len(self._texts)} tunes and {len(vectors)} vectors")

    def save(self, path: Path) -> None:
        """Write everything but the vectors."""
        parts = {
            "lines": self._texts.arrays._asdict(),
            "intervals": self._intervals.postings._asdict(),
            "pulses": self._pulses.postings._asdict(),
        }
        save_arrays(
            {f"{part}/{name}": array for part, arrays in parts.items() for name, array in arrays.items()},
            path,
        )

    @classmethod
    def load(cls, path: Path, vectors: CosineIndex) -> "MelodyIndex":
        """Read what `save` wrote.

        Raises OSError when the file cannot be read, ValueError when it is not a melody index or does not have
        one setting for each vector.
        """
        try:
            arrays, _ = map_arrays(path)
            index = cls.__new__(cls)
            index.vectors = vectors
            index._texts = MelodyTexts.restore(TextArrays(**under("lines/", arrays)))
            index._intervals = NgramIndex.restore(Postings(**under("intervals/", arrays)), len(index._texts))
            index._pulses = NgramIndex.restore(Postings(**under("pulses/", arrays)), len(index._texts))
        except TypeError as error:
            raise ValueError(f"{path.name} is not a melody index: {error!r}") from error
        if len(index._texts) != len(vectors):
            raise ValueError(
                f"{path.name} has {len(index._texts)} settings, but there are {len(vectors)} vectors"
            )
        return index

    @property
    def title_of_setting(self) -> Ints:
        """The title that each setting belongs to. shape = (settings,)"""
        return self.vectors.title_of_row

    def compare(self, query: Tune, vector: Vectors, without: int | None = None) -> Likenesses:
        """The settings that may be the query, and how each resembles it.

        Parameters
        ----------
        vector : the query's vector, shape = (1, dim)
        without : number of a setting to leave out
        """
        candidates = self.candidates(query, vector)
        kept = np.flatnonzero(candidates.settings != (-1 if without is None else without))
        text = MelodyText.of(query)
        notes, variety = min(len(text.melody.pitches), _LONGEST), _variety(query)
        settings = [self._texts[setting] for setting in candidates.settings[kept].tolist()]
        if not settings:
            return Likenesses(np.zeros(0, np.int64), np.zeros((0, len(FEATURES))), notes, variety)
        cosines = candidates.cosines[kept]
        similarity = similarities(text.melody, [setting.melody for setting in settings])
        # Finding the best substring takes most of the time, so only the likelier candidates get it.
        likely = np.sort(_highest(cosines.sum(axis=1) + similarity, _COMPARED * _depth(query)))
        settings = [settings[row] for row in likely.tolist()]
        columns = (
            *cosines[likely].T,
            *_substring_features(text, settings),
            *_whole_features(text, settings, similarity[likely]),
        )
        return Likenesses(candidates.settings[kept[likely]], np.stack(columns, axis=1), notes, variety)

    def candidates(self, query: Tune, vector: Vectors) -> Candidates:
        """The settings to compare the query with. `vector` is the query's, shape = (1, dim)."""
        by_interval = self._intervals.cosines(interval_grams(query, GRAM))
        by_pulse = self._pulses.cosines(pulse_grams(pulse(query), _PULSE_GRAM))
        depth = _depth(query)
        by_vector = np.array([hit.row for hit in self.vectors.search(vector, depth)[0]], dtype=np.int64)
        settings = np.unique(
            np.concatenate([_best(by_interval, 2 * depth), _best(by_pulse, depth), by_vector])
        )
        return Candidates(settings, np.stack([by_interval[settings], by_pulse[settings]], axis=1))


def _depth(query: Tune) -> int:
    """Candidates from each source. A shorter query needs more, and each is cheaper to compare."""
    notes = max(min(len(query.notes), MAX_NOTES) - 1, 1)
    return int(np.clip(_NOTES_COMPARED // notes, *_DEPTHS))


def _variety(query: Tune) -> float:
    """The effective number of different pairs of successive intervals (Hill 1973), 1 if there are none."""
    _, counts = np.unique(interval_grams(query, 2), return_counts=True)
    share = counts / counts.sum()
    return float(np.exp(-np.sum(share * np.log(share))))


def _best(scores: Floats, count: int) -> Ints:
    """Positions of the `count` highest scores above 0, or of all where there are fewer, in any order."""
    above = np.flatnonzero(scores)
    return above[_highest(scores[above], count)]


def _highest(scores: Floats, count: int) -> Ints:
    """Positions of the `count` highest scores, or of all where there are fewer, in any order."""
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.argpartition(-scores, count - 1)[:count]


def _substring_features(
    query: MelodyText, settings: Sequence[MelodyText]
) -> tuple[Floats, Floats, Floats, Floats]:
    """The features "substring", "beginning", "rhythm" and "pulse substring" of each setting."""
    matches = np.zeros((len(settings), 3))
    for row, setting in enumerate(settings):
        match = fuzz.partial_ratio_alignment(query.intervals, setting.intervals)
        if match is not None and match.score:
            rhythm = Levenshtein.normalized_similarity(
                query.lengths[match.src_start : match.src_end],
                setting.lengths[match.dest_start : match.dest_end],
            )
            matches[row] = match.score / 100, match.dest_start < _BEGINNING, rhythm
    pulses = process.cdist(
        [query.pulses], [setting.pulses for setting in settings], scorer=fuzz.partial_ratio
    )
    return (*matches.T, pulses[0].astype(np.float64) / 100)


def _whole_features(
    query: MelodyText, settings: Sequence[MelodyText], similarity: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The features from "similarity" on, of each setting."""
    notes = np.array([len(setting.melody.pitches) for setting in settings])
    query_notes = len(query.melody.pitches)
    meter = np.array([query.meter != 0 and query.meter == setting.meter for setting in settings])
    dance = np.array([query.dance != 0 and query.dance == setting.dance for setting in settings])
    coverage = similarity * (query_notes + notes) / (2 * query_notes)
    length = np.log(notes / min(query_notes, _LONGEST))
    return similarity, coverage, meter.astype(np.float64), dance.astype(np.float64), length
