import numpy as np
import pytest

from index.lines import Line, Lines
from model.abc import Tune, read_tune
from tests.support import KESH
from training.corpora import Corpus
from training.corpora.curate import curate


@pytest.fixture(scope="module")
def tunes(small_corpus: Corpus) -> list[Tune]:
    return [read_tune("K:C\nC"), *curate([small_corpus]).library.tunes[:20], read_tune(KESH)]


def same(a: Line, b: Line) -> bool:
    return np.array_equal(a.melody.pitches, b.melody.pitches) and a[1:] == b[1:]


def test_every_line_comes_back(tunes: list[Tune]) -> None:
    lines = Lines(Line.of(tune) for tune in tunes)
    again = Lines.of_arrays(lines.arrays)
    assert len(lines) == len(again) == len(tunes)
    for number, tune in enumerate(tunes):
        assert same(lines[number], Line.of(tune))
        assert same(again[number], Line.of(tune))
    assert len(Lines([])) == 0


def test_a_line_is_what_the_tune_has() -> None:
    line = Line.of(read_tune("M:6/8\nR:slip jig\nL:1/8\nK:C\nC2DC'|"))
    assert line.melody.pitches.tolist() == [60, 62, 72]
    assert list(line.intervals) == [2, 10]
    assert list(line.lengths) == [256 - 4, 0]  # half as long, then the same
    assert list(line.pulses) == [0, 2, 10]
    assert line.meter not in (0, Line.of(read_tune("M:4/4\nK:C\nCDE")).meter)
    assert line.dance == Line.of(read_tune("R:jig\nK:C\nCDE")).dance != 0
    assert Line.of(read_tune("K:C\nCDE")).dance == 0
