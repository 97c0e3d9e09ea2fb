import numpy as np
import pytest

from index.alignment import Melody, similarity
from index.variation import cut, ornamented, transposed
from model.abc import Tune, read_tune
from tests.support import KESH

OTHER = "K:D\nDEFA BAFA|d2fd efdB|ABde fdec|dBAF E2D2|\n"


def alike(a: Tune, b: Tune) -> float:
    return similarity(Melody.of(a), Melody.of(b))


@pytest.fixture
def tune() -> Tune:
    return read_tune(KESH)


@pytest.mark.parametrize("semitones", [-40, -7, 0, 1, 12, 40])
def test_a_melody_is_all_alike_itself_in_any_key(tune: Tune, semitones: int) -> None:
    assert alike(tune, transposed(tune, semitones)) == 1


def test_it_is_the_longest_common_subsequence(tune: Tune) -> None:
    part = cut(tune, 7, 20)
    assert alike(tune, part) == alike(part, tune) == pytest.approx(2 * 20 / (len(tune.notes) + 20))
    turns = ornamented(tune, 0.2, np.random.default_rng(0))
    expected = 2 * len(tune.notes) / (len(tune.notes) + len(turns.notes))
    assert alike(tune, transposed(turns, 3)) >= expected - 1e-9


def test_other_tunes_are_less_alike_than_variants(tune: Tune) -> None:
    variant = ornamented(transposed(tune, 5), 0.15, np.random.default_rng(1))
    assert alike(tune, read_tune(OTHER)) < 0.6 < alike(tune, variant)


def test_melodies_that_share_no_run_of_intervals_are_not_alike() -> None:
    assert alike(read_tune("K:C\nCDEFG\n"), read_tune("K:C\nCcCcC\n")) == 0
    assert alike(read_tune("K:C\nC\n"), read_tune("K:C\nC\n")) == 0
