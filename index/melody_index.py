"""The melody index: which settings a tune resembles, in any key, and in what ways.

Candidates come from n-grams of intervals, from n-grams of pulses, and from the encoder's vectors. Each
candidate is then compared with the tune note by note.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.alignment import Melody, best_transpositions
from index.contents import DIATONIC_GRAM, PULSE_GRAM, Contents
from index.cosine_index import CosineIndex
from index.local_alignment import pulse_alignments
from index.melodies import Melodies
from index.ngram_index import NgramIndex, Postings
from index.shared_runs import SharedRuns
from index.substrings import substring_similarities
from model.abc import Tune
from model.arrays import map_arrays, save_arrays, under
from model.deadline import check_deadline
from model.encoder import Vectors
from model.grams import Floats, Ints, diatonic_grams, diatonic_intervals, pulse, pulse_grams
from model.stopwatch import lap

# What is measured for each candidate; all but the last are 0 to 1.
FEATURES = (
    "diatonic n-grams",  # cosine
    "pulse n-grams",  # cosine
    "substring",  # how similar the intervals of a fragment are to those of a passage, 0 for longer queries
    "coverage",  # share of a fragment's notes in runs that both share, 0 for longer queries
    "beginning",  # whether the query is most like the beginning of the setting, or has all of it
    "similarity",  # longest common subsequence of pitches over the mean length
    "pulses",  # score of the best local alignment, pulse by pulse
    "meter",  # whether both have the same
    "dance",  # whether both are jigs, reels, ...
    "length",  # ln(notes of the setting / notes of the query), which counts as at most `_LONGEST` notes
)
_BEGINNING = 4  # notes; there may be a pickup
_LONGEST = 160  # notes; the ranking is fitted on few queries that are longer
_FRAGMENT = 64  # notes of the longest query that has "substring" and "coverage"; longer ones gain nothing
_SHORT = 32  # notes of the longest query that gets the most candidates
_BY_NGRAMS = 20, 600  # fewest and most candidates by n-grams
_BY_VECTOR = 2  # so many times fewer candidates come by vector
_BY_STEP = 2  # and by diatonic intervals alone, whose n-grams do not depend on the lengths of notes


class Likenesses(NamedTuple):
    """Candidates for a query, and how each resembles it.

    Attributes
    ----------
    settings : numbers of settings, shape = (candidates,)
    features : `FEATURES` of each, shape = (candidates, features)
    transpositions : semitones to add to each, to be in the key of the query, shape = (candidates,)
    notes : number of notes of the query, at most 160
    variety : effective number of different pairs of successive intervals in the query: exp of their entropy
    diatonic_variety : the same of diatonic intervals. It is lower for figures that move along a scale
    """

    settings: Ints
    features: Floats
    transpositions: Ints
    notes: int
    variety: float
    diatonic_variety: float

    def only(self, candidates: NDArray[np.bool_]) -> "Likenesses":
        """The same with only these candidates. shape = (candidates,)"""
        return self._replace(
            settings=self.settings[candidates],
            features=self.features[candidates],
            transpositions=self.transpositions[candidates],
        )


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
        self._diatonic, self._pulses = NgramIndex.of(contents.diatonic), NgramIndex.of(contents.pulses)

    @property
    def has_contents(self) -> bool:
        """Whether `contents` is not None."""
        return all(index.postings.occurrences is not None for index in (self._diatonic, self._pulses))

    @property
    def contents(self) -> Contents | None:
        """What the index keeps of its settings; None if an older version wrote it and left out a part."""
        diatonic, pulses = self._diatonic.counts, self._pulses.counts
        if diatonic is None or pulses is None:
            return None
        return Contents(self._melodies, diatonic, pulses)

    def save(self, path: Path) -> None:
        """Write everything but the vectors."""
        parts = {
            "melodies": vars(self._melodies),
            "diatonic": self._diatonic.postings._asdict(),
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
            index._diatonic = NgramIndex.restore(Postings(**under("diatonic/", arrays)), len(vectors))
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
        # Repeated notes are one here, because players divide long notes, or join short ones, as they like.
        one, many = melody.without_repeats(), melodies.without_repeats()
        shared = SharedRuns.find(one.pitches, many.pitches, many.first, diatonic=True)
        check_deadline()
        transpositions, common = best_transpositions(melody.pitches, melodies.pitches, melodies.first, shared)
        check_deadline()
        pulses = pulse_alignments(one, many, shared)
        check_deadline()
        places = shared.places()
        notes = len(melody.pitches)
        counted = min(notes, _LONGEST)
        if notes > _FRAGMENT:
            substring = coverage = np.zeros(len(many))
        else:
            substring = substring_similarities(one, many, places)
            coverage = shared.at(transpositions).coverage(len(one.pitches), len(many))
        columns = (
            *cosines.T,
            substring,
            coverage,
            _begins(one, many, places),
            2 * common / (notes + melodies.notes),
            pulses,
            *_header_features(melody, melodies),
            np.log(melodies.notes / counted),
        )
        intervals = np.diff(melody.pitches).astype(np.int64)
        varieties = _variety(intervals), _variety(diatonic_intervals(intervals).astype(np.int64))
        return Likenesses(settings, np.stack(columns, axis=1), transpositions, counted, *varieties)

    def candidates(self, query: Tune, vector: Vectors) -> Candidates:
        """The settings to compare the query with. `vector` is the query's, shape = (1, dim)."""
        by_step = self._diatonic.cosines(diatonic_grams(query, DIATONIC_GRAM))
        by_pulse = self._pulses.cosines(pulse_grams(pulse(query), PULSE_GRAM))
        count = _count(query)
        by_vector = self.vectors.nearest_rows(vector, count // _BY_VECTOR)
        by_melody = _best(by_step, count // _BY_STEP), _best(by_step + by_pulse, count)
        settings = np.unique(np.concatenate([*by_melody, by_vector]))
        return Candidates(settings, np.stack([by_step[settings], by_pulse[settings]], axis=1))


def _count(query: Tune) -> int:
    """Candidates by n-grams. A shorter query needs more, and each is cheaper to compare."""
    return int(np.clip(_BY_NGRAMS[1] * (_SHORT / len(query.notes)) ** 2.5, *_BY_NGRAMS))


def _variety(intervals: Ints) -> float:
    """The effective number of different pairs of successive intervals (Hill 1973), 1 if there are none."""
    # Counting in Python is several times as fast as `np.unique` for some hundred notes.
    counts = Counter((intervals[:-1] * 2**16 + intervals[1:]).tolist())
    share = np.fromiter(counts.values(), np.float64, len(counts)) / max(len(intervals) - 1, 1)
    return float(np.exp(-np.sum(share * np.log(share))))


def _best(scores: Floats, count: int) -> Ints:
    """Positions of the `count` highest scores above 0, or of all where there are fewer, in any order."""
    above = np.flatnonzero(scores)
    if len(above) <= count:
        return above
    return above[np.argpartition(-scores[above], count - 1)[:count]]


def _begins(query: Melodies, candidates: Melodies, places: tuple[Ints, Ints]) -> Floats:
    """The feature "beginning", by the first of the `places` of each candidate."""
    numbers, offsets = places
    offset = np.full(len(candidates), _BEGINNING)
    offset[numbers[::-1]] = offsets[::-1]  # of several assignments to a candidate, the last one counts
    return ((len(query.pitches) > candidates.notes) | (offset < _BEGINNING)).astype(np.float64)


def _header_features(query: Melodies, candidates: Melodies) -> Floats:
    """The features "meter" and "dance". shape = (2, candidates)"""
    same: Floats = ((candidates.hashes == query.hashes) & (query.hashes != 0)).T.astype(np.float64)
    return same
