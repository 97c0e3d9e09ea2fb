"""Passages: how similar the shorter of two melodies is to the most similar passage of the longer."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel, Levenshtein

from index.melodies import LONGEST_SPAN, Melodies
from index.ragged import highest_of_each
from index.shared_runs import SharedRuns, as_bytes
from model.grams import Floats, Ints

_PASSAGES = 4  # compared with the query in each candidate
_BEGINNING = 4  # a passage from before this note begins the setting; there may be a pickup
_OCTAVES = np.rint(4 * np.log2(np.maximum(np.arange(LONGEST_SPAN + 1), 1))).astype(np.int8)


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
    lengths = as_bytes(_length_steps(query)), as_bytes(_length_steps(candidates))
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


def _length_steps(melodies: Melodies) -> NDArray[np.int8]:
    """The length of each note over that of the note before, in quarter octaves."""
    steps: NDArray[np.int8] = np.diff(_OCTAVES[melodies.spans])
    return steps
