from collections import Counter

import numpy as np
import pytest

from index.alignment import Melody
from index.shared_runs import SharedRuns, interval_runs
from model.abc import Tune, read_tune
from model.grams import Ints
from training.corpora.curate import Curated


@pytest.fixture(scope="module")
def pitches(small_curated: Curated) -> list[Ints]:
    short = [read_tune(f"K:C\n{notes}") for notes in ("C", "CD", "CDE", "CDEF")]
    tunes: list[Tune] = [*short, *small_curated.library.tunes[:8], *short]
    return [Melody.of(tune).pitches.astype(np.int64) for tune in tunes]


def found(query: Ints, candidates: list[Ints]) -> SharedRuns:
    first = np.cumsum([0, *map(len, candidates)])
    return SharedRuns.find(query, np.concatenate(candidates), first)


def test_the_runs_are_those_that_a_search_by_hand_finds(pitches: list[Ints]) -> None:
    query = pitches[5]
    runs = found(query, pitches)
    expected = {
        (number, i, j, query[i] - candidate[j])
        for number, candidate in enumerate(pitches)
        for i in range(len(query) - 3)
        for j in range(len(candidate) - 3)
        if np.array_equal(np.diff(query[i : i + 4]), np.diff(candidate[j : j + 4]))
    }
    assert set(zip(*(column.tolist() for column in runs), strict=True)) == expected
    assert len(runs.candidate) == len(expected)
    assert np.all(np.diff(runs.candidate) >= 0)


def test_a_drone_has_few_runs() -> None:
    drone = np.full(2048, 60)
    assert len(found(drone, [drone]).candidate) == 16 * 2045


def test_the_most_frequent_values_come_first(pitches: list[Ints]) -> None:
    runs = found(pitches[5], pitches)
    numbers, values = runs.most_frequent(runs.transposition, 3)
    for number in range(len(pitches)):
        counts = Counter(runs.transposition[runs.candidate == number].tolist())
        chosen = values[numbers == number].tolist()
        assert len(chosen) == len(set(chosen)) == min(3, len(counts))
        ranked = [count for _, count in counts.most_common(3)]
        assert [counts[value] for value in chosen] == ranked
    assert values[numbers == 5][0] == 0


def test_the_coverage_is_the_share_of_notes_in_runs_at_a_transposition() -> None:
    query = np.array([60, 62, 64, 65, 67, 66, 60])
    fourth_higher, other = query[:5] + 5, np.array([60, 61, 60, 61, 60])
    runs = found(query, [query, fourth_higher, other])
    assert runs.coverage(7, 3).tolist() == pytest.approx([1, 5 / 7, 0])
    assert runs.at(np.array([0, -5, 0])).coverage(7, 3).tolist() == pytest.approx([1, 5 / 7, 0])
    assert runs.at(np.array([0, 7, 0])).coverage(7, 3).tolist() == [1, 0, 0]
    assert runs.at(np.array([2, -5, 0])).candidate.tolist() == [1, 1]


def test_without_a_run_there_are_no_values(pitches: list[Ints]) -> None:
    for query, candidates in ((pitches[0], pitches), (pitches[5], pitches[:3]), (pitches[5], pitches[:1])):
        runs = found(query, candidates)
        assert [len(values) for values in runs.most_frequent(runs.transposition, 2)] == [0, 0]
    assert len(interval_runs(pitches[2])) == 0
