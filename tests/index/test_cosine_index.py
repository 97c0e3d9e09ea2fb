from pathlib import Path

import faiss
import numpy as np
import pytest

from index.cosine_index import CosineIndex
from model.encoder import Vectors


def unit(rows: int, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_search_is_exact_and_returns_no_title_twice() -> None:
    vectors, queries = unit(300), unit(40, seed=1)
    title_of_row = np.repeat(np.arange(100), 3)
    results = CosineIndex(vectors, title_of_row).search(queries, 7)
    for query, hits in zip(queries, results, strict=True):
        best = (vectors @ query).reshape(100, 3).max(axis=1)
        expected = np.argsort(-best)[:7]
        assert [hit.title for hit in hits] == expected.tolist()
        assert [hit.score for hit in hits] == pytest.approx(best[expected].tolist(), abs=1e-5)
        assert all(title_of_row[hit.row] == hit.title for hit in hits)


def test_titles_with_many_rows_do_not_crowd_out_others() -> None:
    vectors = np.repeat(unit(2), [9, 1], axis=0)
    hits = CosineIndex(vectors, np.array([0] * 9 + [1])).search(vectors[:1], 2)[0]
    assert [hit.title for hit in hits] == [0, 1]


def test_titles_of_rows_must_be_in_order() -> None:
    with pytest.raises(ValueError, match="not in order"):
        CosineIndex(unit(3), np.array([0, 2, 1]))


def test_rows_with_equal_scores_keep_their_order() -> None:
    vectors = np.repeat(unit(1), 5, axis=0)
    hits = CosineIndex(vectors, np.arange(5)).search(vectors[:1], 3)[0]
    assert [hit.title for hit in hits] == [0, 1, 2]


def test_a_search_for_more_titles_than_there_are_returns_all() -> None:
    vectors = unit(3)
    assert len(CosineIndex(vectors, np.arange(3)).search(vectors[:1], 100)[0]) == 3
    assert CosineIndex(unit(0), np.arange(0)).search(vectors[:1], 5) == [[]]


def test_an_index_is_the_same_after_saving_and_loading(tmp_path: Path) -> None:
    index = CosineIndex(unit(20), np.arange(20))
    index.save(tmp_path / "x.faiss")
    loaded = CosineIndex.load(tmp_path / "x.faiss", np.arange(20))
    assert np.array_equal(loaded.vectors, index.vectors)
    assert loaded.search(unit(3, seed=2), 5) == index.search(unit(3, seed=2), 5)


def test_an_index_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    CosineIndex(unit(20), np.arange(20)).save(tmp_path / "x.faiss")
    with pytest.raises(ValueError, match="20 rows, the catalogue 21"):
        CosineIndex.load(tmp_path / "x.faiss", np.arange(21))
    (tmp_path / "y.faiss").write_bytes(b"no index")
    with pytest.raises(ValueError, match=r"y\.faiss is not a FAISS index"):
        CosineIndex.load(tmp_path / "y.faiss", np.arange(20))


def test_a_large_index_finds_nearly_all_of_the_nearest_reproducibly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vectors, queries = unit(6000), unit(50, seed=1)
    exact = CosineIndex(vectors, np.arange(6000)).search(queries, 10)
    monkeypatch.setattr("index.cosine_index._EXACT", 2000)
    index = CosineIndex(vectors, np.arange(6000))
    assert index.search(queries, 10) == CosineIndex(vectors, np.arange(6000)).search(queries, 10)
    results = index.search(queries, 10)
    shared = [len(set(hits) & set(expected)) for hits, expected in zip(results, exact, strict=True)]
    assert np.mean(shared) >= 9.8
    assert np.array_equal(index.vectors, vectors)
    index.save(tmp_path / "x.faiss")
    loaded = CosineIndex.load(tmp_path / "x.faiss", np.arange(6000))
    assert (tmp_path / "x.faiss").stat().st_size > 1.06 * vectors.nbytes, "there are no sketches"
    assert np.array_equal(loaded.vectors, vectors)
    assert loaded.search(queries, 10) == results


def test_another_kind_of_index_is_refused(tmp_path: Path) -> None:
    faiss.write_index(faiss.IndexFlatL2(16), str(tmp_path / "x.faiss"))
    with pytest.raises(ValueError, match="is a IndexFlatL2, not an IndexFlatIP or an IndexRefineFlat"):
        CosineIndex.load(tmp_path / "x.faiss", np.arange(0))


@pytest.mark.parametrize("exact", [1000, 50])
def test_the_nearest_rows_may_be_of_one_title(exact: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.cosine_index._EXACT", exact)
    vectors, query = unit(60), unit(1, seed=1)
    index = CosineIndex(vectors, np.repeat(np.arange(3), 20))
    order = np.argsort(-(vectors @ query[0])).tolist()
    assert set(index.nearest_rows(query, 7).tolist()) == set(order[:7])
    assert set(index.nearest_rows(query, 100).tolist()) == set(order)
    assert CosineIndex(vectors[:0], np.zeros(0, np.int64)).nearest_rows(query, 7).tolist() == []


@pytest.mark.parametrize("exact", [1000, 50])
def test_the_nearest_of_some_titles(exact: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.cosine_index._EXACT", exact)
    vectors, query = unit(60), unit(1, seed=1)
    index = CosineIndex(vectors, np.repeat(np.arange(20), 3))
    best = (vectors @ query[0]).reshape(20, 3).max(axis=1)
    titles = np.array([3, 5, 8, 19])
    hits = index.nearest_of(titles, query, 3)
    assert [hit.title for hit in hits] == titles[np.argsort(-best[titles])][:3].tolist()
    assert [hit.score for hit in hits] == pytest.approx(best[[hit.title for hit in hits]].tolist(), abs=1e-6)
    assert [hit.row for hit in hits] == [
        3 * hit.title + int((vectors @ query[0])[3 * hit.title :][:3].argmax()) for hit in hits
    ]
    assert len(index.nearest_of(titles, query, 10)) == 4
    assert index.nearest_of(np.array([], dtype=np.int64), query, 10) == []


def test_the_neighbours_of_a_title_are_near_the_mean_of_its_rows() -> None:
    vectors = unit(60)
    index = CosineIndex(vectors, np.repeat(np.arange(20), 3))
    mean = vectors[21:24].sum(axis=0)
    best = (vectors @ (mean / np.linalg.norm(mean))).reshape(20, 3).max(axis=1)
    expected = [title for title in np.argsort(-best).tolist() if title != 7]
    hits = index.neighbours(7, 5)
    assert [hit.title for hit in hits] == expected[:5]
    assert [hit.score for hit in hits] == pytest.approx(best[expected[:5]].tolist(), abs=1e-6)
    assert len(index.neighbours(7, 100)) == 19


def test_a_title_without_rows_or_with_opposite_rows_has_no_neighbours() -> None:
    vectors = unit(2)
    index = CosineIndex(np.concatenate([vectors[:1], -vectors[:1], vectors[1:]]), np.array([0, 0, 2]))
    assert index.neighbours(0, 5) == []
    assert index.neighbours(1, 5) == []


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    index = CosineIndex(np.eye(3, dtype=np.float32), np.arange(3))
    with pytest.raises(OSError, match=r"none/x\.faiss cannot be written"):
        index.save(tmp_path / "none" / "x.faiss")
