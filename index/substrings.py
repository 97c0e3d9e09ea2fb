"""Substrings: how similar the shorter of two melodies is to the most similar passage of the longer."""

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Indel

from index.melodies import Melodies
from index.shared_runs import as_bytes
from model.grams import Floats, Ints


def substring_similarities(query: Melodies, candidates: Melodies, places: tuple[Ints, Ints]) -> Floats:
    """How similar the intervals of a query and of a passage of each candidate are, or the reverse, 0 to 1.

    The shorter melody is compared with passages of the longer that are as long as it, or less at the ends.
    They begin at the `places` of the runs that both share (`SharedRuns`). The most similar passage counts.
    """
    number, offset = places
    # First interval of each passage, and one past its last.
    intervals, others = query.notes[0] - 1, candidates.notes[number] - 1
    is_longer = intervals > others
    start = np.where(is_longer, np.maximum(-offset, 0), 0)
    stop = np.where(is_longer, np.minimum(intervals, others - offset), intervals)
    other_start = np.where(is_longer, 0, np.maximum(offset, 0))
    other_stop = np.where(is_longer, others, np.minimum(others, intervals + offset))
    place = candidates.first[number]
    rows = np.stack([start, stop, place + other_start, place + other_stop], axis=1).tolist()
    steps, other_steps = as_bytes(np.diff(query.pitches)), as_bytes(np.diff(candidates.pitches))
    scores = process.cpdist(
        [steps[start:stop] for start, stop, _, _ in rows],
        [other_steps[start:stop] for _, _, start, stop in rows],
        scorer=Indel.normalized_similarity,
        dtype=np.float64,
    )
    similarities = np.zeros(len(candidates))
    np.maximum.at(similarities, number, scores)
    return similarities
