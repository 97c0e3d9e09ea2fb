import numpy as np
import pytest

from index.melody_texts import MelodyText, MelodyTexts
from model.abc import Tune, read_tune
from tests.support import KESH
from training.corpora.curate import Curated


@pytest.fixture(scope="module")
def tunes(small_curated: Curated) -> list[Tune]:
    return [read_tune("K:C\nC"), *small_curated.library.tunes[:20], read_tune(KESH)]


def same(a: MelodyText, b: MelodyText) -> bool:
    return np.array_equal(a.melody.pitches, b.melody.pitches) and a[1:] == b[1:]


def test_the_arrays_restore_every_text(tunes: list[Tune]) -> None:
    texts = MelodyTexts(MelodyText.of(tune) for tune in tunes)
    restored = MelodyTexts.restore(texts.arrays)
    assert len(texts) == len(restored) == len(tunes)
    for number, tune in enumerate(tunes):
        assert same(texts[number], MelodyText.of(tune))
        assert same(restored[number], MelodyText.of(tune))
    assert len(MelodyTexts([])) == 0


def test_a_text_holds_pitches_steps_metre_and_dance() -> None:
    text = MelodyText.of(read_tune("M:6/8\nR:slip jig\nL:1/8\nK:C\nC2DC'|"))
    assert text.melody.pitches.tolist() == [60, 62, 72]
    assert list(text.intervals) == [2, 10]
    assert list(text.lengths) == [256 - 4, 0]  # half as long, then the same
    assert list(text.pulses) == [0, 2, 10]
    assert text.meter not in (0, MelodyText.of(read_tune("M:4/4\nK:C\nCDE")).meter)
    assert text.dance == MelodyText.of(read_tune("R:jig\nK:C\nCDE")).dance != 0
    assert MelodyText.of(read_tune("K:C\nCDE")).dance == 0
