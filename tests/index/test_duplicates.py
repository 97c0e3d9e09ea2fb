from dataclasses import replace

import numpy as np
import pytest

from index.duplicates import Duplicate, find_duplicates
from model.abc import Tune, read_tune
from model.abc.variation import cut, ornamented, transposed
from model.steps import finish
from tests.nonsense import nonsense
from tests.support import KESH
from training.corpora.curate import Curated


def groups(tunes: list[Tune]) -> list[list[Duplicate]]:
    return finish(find_duplicates(tunes))


def numbers(tunes: list[Tune]) -> list[list[int]]:
    return [[duplicate.tune for duplicate in group] for group in groups(tunes)]


def walk(notes: int, seed: int) -> Tune:
    """A tune of random notes: like no other."""
    rng = np.random.default_rng(seed)
    bars = ["".join(rng.choice(list("DEFGABcdefg"), 8)) for _ in range(-(-notes // 8))]
    tune = read_tune("M:4/4\nL:1/8\nK:D\n" + "|".join(bars))
    return tune if notes % 8 == 0 else cut(tune, 0, notes)


def joined(first: Tune, second: Tune) -> Tune:
    """Both tunes, one after the other."""
    end = first.notes[-1].onset + first.notes[-1].duration
    later = tuple(replace(note, onset=note.onset + end) for note in second.notes)
    return replace(first, notes=first.notes + later)


def test_tunes_are_found_in_any_key_and_with_ornaments() -> None:
    rng = np.random.default_rng(0)
    tunes = [walk(100, seed) for seed in range(40)]
    varied = [
        ornamented(transposed(tune, semitones), 0.1, rng)
        for tune, semitones in zip(tunes[:12], range(-6, 6), strict=True)
    ]
    assert numbers(tunes + varied) == [[number, 40 + number] for number in range(12)]
    for first, second in groups(tunes + varied):
        assert first.similarity == 1
        assert 0.75 < second.similarity < 1


def test_the_transposition_is_that_of_the_tune_above_the_first() -> None:
    tune = walk(104, 0)
    for semitones in (-12, -5, 0, 3, 12):
        ((first, second),) = groups([tune, transposed(tune, semitones)])
        assert (first.transposition, second.transposition) == (0, semitones)
        assert first.bars == second.bars == tuple((bar.number, bar.number) for bar in tune.bars)


def test_printed_tunes_are_unlike_each_other_and_like_their_variations(small_curated: Curated) -> None:
    rng = np.random.default_rng(0)
    tunes = list(small_curated.library.tunes[:200])
    varied = [ornamented(transposed(tune, 2), 0.1, rng) for tune in tunes]
    found = numbers(tunes + varied)
    together = {tuple(group) for group in found}
    assert sum((number, 200 + number) in together for number in range(200)) >= 170
    assert sum({number, 200 + number} <= set(group) for number in range(200) for group in found) >= 196


def test_the_bars_that_match_are_those_of_the_tune_and_of_the_first() -> None:
    tune = read_tune(KESH)
    later = read_tune(f"{KESH.partition('D|')[0]}C|EFE EFE|CDC CDC|{KESH.partition('D|')[2]}")
    ((first, second),) = groups([tune, later])
    assert (first.tune, first.similarity, first.transposition) == (0, 1, 0)
    assert first.bars == tuple((bar.number, bar.number) for bar in tune.bars)
    assert second.bars[:3] == ((3, 1), (4, 2), (5, 3))


def test_a_part_of_a_tune_is_the_same_tune() -> None:
    tune = walk(128, 1)
    for length in (32, 48, 64):
        assert numbers([tune, walk(128, 2), cut(tune, 40, length)]) == [[0, 2]]
        assert numbers([cut(tune, 40, length), walk(128, 2), tune]) == [[0, 2]]


def test_the_tunes_of_a_medley_are_in_a_group_each() -> None:
    a, b, c = walk(80, 1), walk(100, 2), walk(120, 3)
    medley = joined(a, b)
    for tunes, expected in (
        ([a, b, medley], [[0, 2], [1, 2]]),
        ([medley, a, transposed(b, 2), b], [[0, 1], [0, 2, 3]]),
        ([a, medley, joined(c, a)], [[0, 1], [0, 2]]),
    ):
        assert numbers(tunes) == expected
        assert all(duplicate.similarity > 0.9 for group in groups(tunes) for duplicate in group)


def test_parts_of_a_tune_are_in_a_group_each_with_it() -> None:
    tune = walk(128, 1)
    tunes = [tune, cut(tune, 0, 40), transposed(tune, 1), cut(tune, 64, 48)]
    assert numbers(tunes) == [[0, 1, 2], [0, 2, 3]]


def test_more_than_two_are_one_group_in_their_order() -> None:
    tune, other = walk(80, 1), walk(80, 2)
    tunes = [other, tune, walk(80, 3), transposed(tune, 3), transposed(other, 1), tune, tune]
    assert numbers(tunes) == [[0, 4], [1, 3, 5, 6]]


def test_hundreds_of_copies_are_one_group() -> None:
    tune = walk(60, 1)
    assert numbers([transposed(tune, number % 12) for number in range(300)]) == [list(range(300))]


@pytest.mark.parametrize(("notes", "count"), [(8, 1), (7, 0), (4, 0), (1, 0)])
def test_short_tunes_must_be_identical_and_very_short_ones_are_not_compared(notes: int, count: int) -> None:
    tune = walk(notes, 1)
    assert len(groups([tune, transposed(tune, 4)])) == count


def test_short_tunes_of_random_notes_are_not_alike() -> None:
    for notes in (8, 12, 16, 24, 32):
        assert len(groups([walk(notes, seed) for seed in range(300)])) <= 2


def test_no_tunes_and_one() -> None:
    assert groups([]) == groups([walk(50, 0)]) == []


def test_any_tunes_can_be_compared() -> None:
    """Drones, scales and tunes of thousands of notes."""
    tunes = [tune for _, tune in nonsense(90, seed=5)]
    for group in groups(tunes):
        assert all(0 <= duplicate.similarity <= 1 for duplicate in group)


def test_the_work_has_a_step_for_each_tune() -> None:
    steps = find_duplicates([walk(50, seed) for seed in range(50)])
    assert sum(1 for _ in steps) >= 100
