"""The melody index: which settings a tune resembles, in any key, and in what ways.

Candidates come from n-grams of intervals, from n-grams of pulses, and from the encoder's vectors. Each
candidate is then compared with the tune note by note.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel, Levenshtein

from index.alignment import Melody, best_transpositions
from index.contents import PULSE_GRAM, Contents
from index.cosine_index import CosineIndex
from index.melodies import Melodies
from index.ngram_index import GRAM, NgramIndex, Postings
from index.ragged import highest_of_each
from index.shared_runs import Pitches, SharedRuns, as_bytes
from model.abc import Tune
from model.arrays import map_arrays, save_arrays, under
from model.deadline import check_deadline
from model.encoder import Vectors
from model.grams import MAX_NOTES, Floats, Ints, interval_grams, pulse, pulse_grams
from model.stopwatch import lap

# What is measured for each candidate; all but the last are 0 to 1.
FEATURES = (
    "interval n-grams",  # cosine
    "pulse n-grams",  # cosine
    "substring",  # how similar the shorter melody's intervals are to those of a passage of the longer
    "beginning",  # whether that passage begins the setting
    "rhythm",  # how similar the lengths of the notes are in that passage
    "similarity",  # longest common subsequence of pitches over the mean length
    "coverage",  # longest common subsequence of pitches over the query's length
    "meter",  # whether both have the same
    "dance",  # whether both are jigs, reels, ...
    "length",  # ln(notes of the setting / notes of the query), which counts as at most `_LONGEST` notes
)
_PASSAGES = 4  # compared with the query in each candidate
_BEGINNING = 4  # a passage from before this note begins the setting; there may be a pickup
_LONGEST = 160  # notes; the ranking is fitted on few queries that are longer
_NOTES_COMPARED = 6000  # notes of the query, times candidates by n-grams
_BY_NGRAMS = 48, 225  # fewest and most candidates by n-grams
_BY_VECTOR = 3  # so many times fewer candidates come by vector


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
        self._set(Contents.of(tunes), vectors)

    @classmethod
    def of(cls, contents: Contents, vectors: CosineIndex) -> "MelodyIndex":
        """The index of settings with these contents. Raises ValueError as the class does."""
        index = cls.__new__(cls)
        index._set(contents, vectors)
        return index

    def _set(self, contents: Contents, vectors: CosineIndex) -> None:
        if len(contents) != len(vectors):
            raise ValueError(f"there are {len(contents)} tunes and {len(vectors)} vectors")
        self.vectors = vectors
        self._melodies = contents.melodies
        self._intervals, self._pulses = NgramIndex.of(contents.intervals), NgramIndex.of(contents.pulses)

    @property
    def has_contents(self) -> bool:
        """Whether `contents` is not None."""
        return all(index.postings.occurrences is not None for index in (self._intervals, self._pulses))

    @property
    def contents(self) -> Contents | None:
        """What the index keeps of its settings; None if an older version wrote it and left out a part."""
        intervals, pulses = self._intervals.counts, self._pulses.counts
        if intervals is None or pulses is None:
            return None
        return Contents(self._melodies, intervals, pulses)

    def save(self, path: Path) -> None:
        """Write everything but the vectors."""
        parts = {
            "melodies": vars(self._melodies),
            "intervals": self._intervals.postings._asdict(),
            "pulses": self._pulses.postings._asdict(),
        }
        save_arrays(
            {
                f"{part}/{name}": array
                for part, arrays in parts.items()
                for name, array in arrays.items()
                if array is not None
            },
            path,
        )

    @classmethod
    def load(cls, path: Path, vectors: CosineIndex) -> "MelodyIndex":
        """Map what `save` wrote.

        Raises OSError when the file cannot be read, ValueError when it is not a melody index or does not have
        one setting for each vector.
        """
        arrays, _ = map_arrays(path)
        index = cls.__new__(cls)
        index.vectors = vectors
        try:
            index._melodies = Melodies(**under("melodies/", arrays))
            index._intervals = NgramIndex.restore(Postings(**under("intervals/", arrays)), len(vectors))
            index._pulses = NgramIndex.restore(Postings(**under("pulses/", arrays)), len(vectors))
        except TypeError as error:
            raise ValueError(f"{path.name} is not a melody index: {error!r}") from error
        if len(index._melodies) != len(vectors):
            raise ValueError(
                f"{path.name} has {len(index._melodies)} settings, but there are {len(vectors)} vectors"
            )
        return index

    @property
    def title_of_setting(self) -> Ints:
        """The title that each setting belongs to. shape = (settings,)"""
        return self.vectors.title_of_row

    def melody(self, setting: int) -> Melody:
        """The melody of a setting, by its number."""
        return self._melodies.melody(setting)

    def compare(self, query: Tune, vector: Vectors, without: int | Ints | None = None) -> Likenesses:
        """The settings that may be the query, and how each resembles it.

        Parameters
        ----------
        vector : the query's vector, shape = (1, dim)
        without : number of a setting to leave out, or numbers of several
        """
        settings, cosines = self.candidates(query, vector)
        lap("candidates")
        if without is not None:
            kept = ~np.isin(settings, without)
            settings, cosines = settings[kept], cosines[kept]
        melody, melodies = Melodies.of([query]), self._melodies.take(settings)
        check_deadline()
        shared = SharedRuns.find(melody.pitches, melodies.pitches, melodies.first)
        check_deadline()
        _, common = best_transpositions(melody.pitches, melodies.pitches, melodies.first, shared)
        check_deadline()
        columns = (
            *cosines.T,
            *passage_features(melody, melodies, shared),
            *_whole_features(melody, melodies, common),
        )
        notes = min(len(melody.pitches), _LONGEST)
        return Likenesses(settings, np.stack(columns, axis=1), notes, _variety(melody.pitches))

    def candidates(self, query: Tune, vector: Vectors) -> Candidates:
        """The settings to compare the query with. `vector` is the query's, shape = (1, dim)."""
        by_interval = self._intervals.cosines(interval_grams(query, GRAM))
        by_pulse = self._pulses.cosines(pulse_grams(pulse(query), PULSE_GRAM))
        count = _count(query)
        hits = self.vectors.search(vector, count // _BY_VECTOR)[0]
        by_vector = np.array([hit.row for hit in hits], dtype=np.int64)
        settings = np.union1d(_best(by_interval + by_pulse, count), by_vector)
        return Candidates(settings, np.stack([by_interval[settings], by_pulse[settings]], axis=1))


def _count(query: Tune) -> int:
    """Candidates by n-grams. A shorter query needs more, and each is cheaper to compare."""
    notes = max(min(len(query.notes), MAX_NOTES) - 1, 1)
    return int(np.clip(_NOTES_COMPARED // notes, *_BY_NGRAMS))


def _variety(pitches: Pitches) -> float:
    """The effective number of different pairs of successive intervals (Hill 1973), 1 if there are none."""
    intervals = np.diff(pitches.astype(np.int64))
    _, counts = np.unique(intervals[:-1] * 2**16 + intervals[1:], return_counts=True)
    share = counts / counts.sum()
    return float(np.exp(-np.sum(share * np.log(share))))


def _best(scores: Floats, count: int) -> Ints:
    """Positions of the `count` highest scores above 0, or of all where there are fewer, in any order."""
    above = np.flatnonzero(scores)
    if len(above) <= count:
        return above
    return above[np.argpartition(-scores[above], count - 1)[:count]]


def passage_features(
    query: Melodies, candidates: Melodies, shared: SharedRuns
) -> tuple[Floats, Floats, Floats]:
    """The features "substring", "beginning" and "rhythm" of each candidate.

    The shorter melody is compared with passages of the longer that are as long as it, or less at the ends.
    They begin where the most shared runs say that it begins. The most similar passage counts.
    """
    number, offset = shared.most_frequent(shared.in_candidate - shared.in_query, _PASSAGES)
    # First interval of each passage, and one past its last.
    intervals, others = query.notes[0] - 1, candidates.notes[number] - 1
    is_longer = intervals > others
    start = np.where(is_longer, np.maximum(-offset, 0), 0)
    stop = np.where(is_longer, np.minimum(intervals, others - offset), intervals)
    other_start = np.where(is_longer, 0, np.maximum(offset, 0))
    other_stop = np.where(is_longer, others, np.minimum(others, intervals + offset))
    place = candidates.first[number]
    passages = np.stack([start, stop, place + other_start, place + other_stop], axis=1)
    steps = as_bytes(np.diff(query.pitches)), as_bytes(np.diff(candidates.pitches))
    substring = _compared(Indel.normalized_similarity, steps, passages)
    best = highest_of_each(number, substring)
    lengths = as_bytes(query.lengths[1:]), as_bytes(candidates.lengths[1:])
    features = np.zeros((3, len(candidates)))
    features[:, number[best]] = (
        substring[best],
        other_start[best] < _BEGINNING,
        _compared(Levenshtein.normalized_similarity, lengths, passages[best]),
    )
    return features[0], features[1], features[2]


def _compared(scorer: Callable[..., float], texts: tuple[bytes, bytes], passages: Ints) -> Floats:
    """Compare passages of two texts. `passages` has start and end in each, shape = (passages, 4)."""
    rows = passages.tolist()
    scores: Floats = process.cpdist(
        [texts[0][start:stop] for start, stop, _, _ in rows],
        [texts[1][start:stop] for _, _, start, stop in rows],
        scorer=scorer,
        dtype=np.float64,
    )
    return scores


def _whole_features(
    query: Melodies, candidates: Melodies, common: Ints
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The features from "similarity" on, of each candidate. `common` has the lengths of the subsequences."""
    notes, query_notes = candidates.notes, len(query.pitches)
    meter, dance = ((candidates.hashes == query.hashes) & (query.hashes != 0)).T.astype(np.float64)
    length = np.log(notes / min(query_notes, _LONGEST))
    return 2 * common / (query_notes + notes), common / query_notes, meter, dance, length
