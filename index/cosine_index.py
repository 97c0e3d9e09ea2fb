"""The cosine index: searches unit vectors by cosine, with FAISS.

Up to 10,000 rows it compares the query with every row. In a larger index it compares sketches of all rows,
four bits for two numbers (product quantisation, Jégou, Douze and Schmid 2011, scanned in registers, André,
Kermarrec and Le Scouarnec 2015), and then only the best exactly: five times as many as the search wants, at
least 300, or one row in 400 if that is more. The results are nearly always the same.

An artifact has two of these indexes: the title index (a row for each name) and the vectors of the melody
index (a row for each setting). In both, a title may have several rows. `search` returns no title twice,
`nearest_rows` may return several rows of one.

Set OMP_NUM_THREADS=1 for a server: from 10,000 rows on, FAISS splits a single query over threads and gets
slower.
"""

from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.ragged import laid_end_to_end
from model.encoder import Vectors

_EXACT = 10_000  # rows; above this, sketches are faster, and FAISS would split a query over threads
_BITS = 4  # of a sketch, for every two numbers of the vector
_FIRST_ROWS, _MORE_ROWS = 2, 4  # rows searched for each title; factor by which they grow if titles have more
# Rows compared exactly after the sketches. Of 15,000 rows, these many miss .0004 of the nearest 200.
_RESCORED = 5  # for each row that the search wants
_FEWEST_RESCORED = 300
# In a large index, one row in 400: a thousand of a million missed .002 of the nearest rows.
_ROWS_FOR_EACH_RESCORED = 400


@dataclass(frozen=True, slots=True)
class Hit:
    """A title in the result of a search: its number, its best row, and that row's cosine (-1 to 1)."""

    title: int
    row: int
    score: float


class CosineIndex:
    """Unit vectors, each with the title it belongs to.

    Parameters
    ----------
    vectors : float32, shape = (rows, dim), of unit length
    title_of_row : numbers of titles in rising order, shape = (rows,); also an attribute

    Raises
    ------
    ValueError
        When there are not as many vectors as titles, or the titles are not in rising order.
    """

    def __init__(self, vectors: Vectors, title_of_row: NDArray[np.int64]) -> None:
        self._set(_build(np.ascontiguousarray(vectors)), title_of_row)

    def _set(self, faiss_index: faiss.Index, title_of_row: NDArray[np.int64]) -> None:
        if faiss_index.ntotal != len(title_of_row):
            raise ValueError(f"the index has {faiss_index.ntotal} rows, the catalogue {len(title_of_row)}")
        if np.any(np.diff(title_of_row) < 0):
            raise ValueError("the titles of the rows are not in order")
        self._faiss = faiss_index
        self.title_of_row = title_of_row
        self._most_rows_of_a_title = int(np.bincount(title_of_row).max(initial=1))

    def __len__(self) -> int:
        return len(self.title_of_row)

    @property
    def dim(self) -> int:
        """Length of the vectors."""
        return int(self._faiss.d)

    @property
    def vectors(self) -> Vectors:
        """All rows. shape = (rows, dim)"""
        rows: Vectors = self._faiss.reconstruct_n(0, len(self))
        return rows

    def search(self, queries: Vectors, k: int) -> list[list[Hit]]:
        """For each query the `k` titles with the best rows, best first, or all titles if there are fewer.

        Rows with the same score keep the order of the index, so results are reproducible.

        Parameters
        ----------
        queries : float32, shape = (queries, dim), of unit length
        """
        most = min(k * self._most_rows_of_a_title, len(self))
        if most == 0:
            return [[] for _ in queries]
        rows = min(_FIRST_ROWS * k, most)
        while True:
            best = zip(*self._best_rows(queries, rows), strict=True)
            hits = [self._best(*rows_of_query, k) for rows_of_query in best]
            if rows == most or all(len(found) == k for found in hits):
                return hits
            rows = min(_MORE_ROWS * rows, most)

    def nearest_rows(self, query: Vectors, count: int) -> NDArray[np.int64]:
        """The `count` best rows, several of a title too, in any order, or all rows if there are fewer.

        Parameters
        ----------
        query : of unit length, shape = (1, dim)
        """
        count = min(count, len(self))
        if count == 0:
            return np.zeros(0, dtype=np.int64)
        best: NDArray[np.int64] = self._best_rows(query, count)[1][0]
        return best

    def _best_rows(self, queries: Vectors, count: int) -> tuple[Vectors, NDArray[np.int64]]:
        """The cosines of the `count` best rows, best first, and their numbers. shapes = (queries, count)"""
        parameters = None
        if isinstance(self._faiss, faiss.IndexRefineFlat):
            parameters = faiss.IndexRefineSearchParameters()
            rescored = max(_RESCORED * count, _FEWEST_RESCORED, len(self) // _ROWS_FOR_EACH_RESCORED)
            parameters.k_factor = min(rescored, len(self)) / count
        scores, rows = self._faiss.search(np.ascontiguousarray(queries), count, params=parameters)
        return scores, rows

    def nearest_of(self, titles: NDArray[np.int64], query: Vectors, k: int) -> list[Hit]:
        """The `k` of these titles with the best rows, best first, or all if there are fewer.

        Parameters
        ----------
        titles : their numbers, which may have no rows, shape = (titles,)
        query : of unit length, shape = (1, dim)
        """
        rows = self._rows_of(titles)
        return self._best(self._faiss.reconstruct_batch(rows) @ query[0], rows, k)

    def neighbours(self, title: int, k: int) -> list[Hit]:
        """The `k` other titles with the rows nearest to the mean of this title's rows, nearest first.

        Empty for a title without rows.
        """
        rows = self._rows_of(np.array([title]))
        mean = self._faiss.reconstruct_batch(rows).sum(axis=0, keepdims=True)
        length = np.linalg.norm(mean)
        hits = self.search(mean / length, k + 1)[0] if length > 0 else []
        return [hit for hit in hits if hit.title != title][:k]

    def _rows_of(self, titles: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of all rows of some titles."""
        first, end = (np.searchsorted(self.title_of_row, titles, side) for side in ("left", "right"))
        return laid_end_to_end(first, end - first)

    def _best(self, scores: Vectors, rows: NDArray[np.int64], k: int) -> list[Hit]:
        order = np.lexsort((rows, -scores))
        rows, scores = rows[order], scores[order]
        best: dict[int, int] = {}
        for rank, title in enumerate(self.title_of_row[rows].tolist()):
            best.setdefault(title, rank)
            if len(best) == k:
                break
        row_of, score_of = rows.tolist(), scores.tolist()
        return [Hit(title, row_of[rank], score_of[rank]) for title, rank in best.items()]

    def save(self, path: Path) -> None:
        """Write the FAISS index. The titles of its rows are not saved: they follow from the catalogue.

        Raises OSError when the file cannot be written.
        """
        try:
            faiss.write_index(self._faiss, str(path))
        except RuntimeError as error:
            raise OSError(f"{path} cannot be written: {error}") from error

    @classmethod
    def load(cls, path: Path, title_of_row: NDArray[np.int64]) -> "CosineIndex":
        """Map what `save` wrote: rows are read when a search needs them, and processes share them.

        Raises ValueError when the file is not such an index or does not have as many rows as `title_of_row`.
        """
        try:
            faiss_index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise ValueError(f"{path.name} is not a FAISS index: {error}") from error
        if not isinstance(faiss_index, faiss.IndexFlatIP | faiss.IndexRefineFlat):
            kind = type(faiss_index).__name__
            raise ValueError(f"{path.name} is a {kind}, not an IndexFlatIP or an IndexRefineFlat")
        index = cls.__new__(cls)
        index._set(faiss_index, title_of_row)
        return index


def _build(vectors: Vectors) -> faiss.Index:
    """The FAISS index of these vectors: exact, or with sketches."""
    rows, dim = vectors.shape
    index: faiss.Index = faiss.IndexFlatIP(dim)
    if rows > _EXACT:
        sketches = faiss.IndexPQFastScan(dim, dim // 2, _BITS, faiss.METRIC_INNER_PRODUCT)
        index = faiss.IndexRefineFlat(sketches)
        index.train(vectors[:: rows // _EXACT])  # k-means with a fixed seed
    index.add(vectors)
    return index
