import numpy as np
import pytest

from index.variation import cut, transposed
from model.abc import read_tune
from tests.support import KESH
from training.baselines import NgramIndex

TEXTS = [KESH, "X:1\nK:D\nDEFGABcdefgfedcBAGFEDEFA\n", "X:1\nK:A\nABcdefgaAcegfdBGABAGFEDC\n"]


def test_a_known_setting_is_its_own_nearest_in_any_key() -> None:
    tunes = [read_tune(text) for text in TEXTS]
    index = NgramIndex(tunes, np.array([5, 6, 7]))
    for tune, title in zip(tunes, (5, 6, 7), strict=True):
        hits = index.search([transposed(tune, 2)], 3)[0]
        assert hits[0].title == title
        assert hits[0].score == pytest.approx(1)
    assert index.search([cut(tunes[0], 10, 20)], 1)[0][0].title == 5


def test_a_title_with_several_settings_is_named_once() -> None:
    tunes = [read_tune(text) for text in TEXTS]
    hits = NgramIndex(tunes, np.array([0, 0, 1])).search([tunes[1]], 3)[0]
    assert [hit.title for hit in hits] == [0, 1]
