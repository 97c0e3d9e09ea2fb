import numpy as np
import pytest

from index.cosine_index import CosineIndex
from index.ranking import rank
from model.encoder import Vectors


def vectors(*rows: list[float]) -> Vectors:
    made = np.array(rows, np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


QUERY = vectors([1, 0, 0])


def test_a_title_scores_the_higher_of_its_two_cosines() -> None:
    names = CosineIndex(vectors([1, 1, 0], [1, 0, 1]), np.array([0, 1]))
    settings = CosineIndex(vectors([0, 1, 0], [1, 0, 0.1]), np.array([0, 1]))
    first, second = rank(QUERY, names, settings, 2)[0]
    assert (first.title, second.title) == (1, 0)
    assert first.setting is not None
    assert first.score == first.setting.score == pytest.approx(1 / np.sqrt(1.01), abs=1e-5)
    assert second.name is not None
    assert second.score == second.name.score == pytest.approx(1 / np.sqrt(2), abs=1e-5)


def test_a_title_that_one_index_does_not_reach_is_ranked_by_the_other() -> None:
    rng = np.random.default_rng(0)
    others = vectors(*rng.normal(size=(300, 3)).tolist())
    names = CosineIndex(np.concatenate([others, vectors([-1, 0, 0])]), np.arange(301))
    settings = CosineIndex(np.concatenate([others, QUERY]), np.arange(301))
    best = rank(QUERY, names, settings, 3)[0][0]
    assert best.title == 300
    assert best.name is None


def test_no_title_comes_twice_and_as_many_as_asked() -> None:
    rng = np.random.default_rng(0)
    rows = vectors(*rng.normal(size=(500, 3)).tolist())
    index = CosineIndex(rows, np.repeat(np.arange(250), 2))
    for k in (1, 10, 200, 250, 400):
        ranked = rank(QUERY, index, index, k)[0]
        assert len({found.title for found in ranked}) == len(ranked) == min(k, 250)
        assert [found.score for found in ranked] == sorted((found.score for found in ranked), reverse=True)


def test_equal_scores_keep_the_order_of_the_catalogue() -> None:
    index = CosineIndex(np.repeat(QUERY, 4, axis=0), np.arange(4))
    assert [found.title for found in rank(QUERY, index, index, 4)[0]] == [0, 1, 2, 3]
