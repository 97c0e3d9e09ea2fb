import numpy as np
import pytest

from index.alignment import Melody
from index.melodies import Melodies
from model.abc import Tune, read_tune
from model.abc.variation import cut
from model.grams import MAX_NOTES
from tests.support import KESH
from training.corpora.curate import Curated


@pytest.fixture(scope="module")
def tunes(small_curated: Curated) -> list[Tune]:
    return [read_tune("K:C\nC"), *small_curated.library.tunes[:20], read_tune(KESH)]


def same(a: Melody, b: Melody) -> bool:
    return np.array_equal(a.pitches, b.pitches) and np.array_equal(a.bars, b.bars)


def test_every_melody_is_kept_whole(tunes: list[Tune]) -> None:
    melodies = Melodies.of(tunes)
    assert len(melodies) == len(tunes)
    assert melodies.notes.tolist() == [len(tune.notes) for tune in tunes]
    assert all(same(melodies.melody(number), Melody.of(tune)) for number, tune in enumerate(tunes))


def test_some_melodies_are_those_of_some_tunes(tunes: list[Tune]) -> None:
    numbers = [7, 0, 21, 3]
    taken, expected = Melodies.of(tunes).take(np.array(numbers)), Melodies.of(tunes[i] for i in numbers)
    assert all(np.array_equal(array, vars(expected)[name]) for name, array in vars(taken).items())
    none = Melodies.of(tunes).take(np.zeros(0, np.int64))
    assert len(none) == len(Melodies.of([])) == len(none.pitches) == 0


def test_melodies_hold_pitches_spans_bars_metre_and_dance() -> None:
    tune = read_tune("M:6/8\nR:slip jig\nL:1/8\nK:C\nC2D EFG|c'3 z3|G3 G3|")
    melodies = Melodies.of([tune])
    assert melodies.pitches.tolist() == [60, 62, 64, 65, 67, 84, 67, 67]
    assert melodies.spans.tolist() == [24, 12, 12, 12, 12, 72, 36, 36]  # up to the next note
    assert melodies.bars.tolist() == [1, 1, 1, 1, 1, 2, 3, 3]
    (meter, dance), (other, none) = melodies.hashes[0], Melodies.of([read_tune("M:4/4\nK:C\nCDE")]).hashes[0]
    assert len({0, meter, other}) == 3
    assert none == 0
    assert dance == Melodies.of([read_tune("R:jig\nK:C\nCDE")]).hashes[0, 1] != 0


def test_only_the_first_notes_are_kept_and_a_tune_may_lack_bars() -> None:
    long = read_tune("K:C\n" + "CDEF|" * MAX_NOTES)
    assert Melodies.of([long]).notes.tolist() == [MAX_NOTES]
    assert set(Melody.of(cut(long, 0, 8)).bars.tolist()) == {-1}
