"""The cosine index: exact search of unit vectors by cosine, on FAISS.

Two of them make an artifact: the title index (a row for each name) and the melody index (a row for each
setting). In both, several rows may stand for one title, and an answer names no title twice.

torch must be imported before faiss: each brings an OpenMP runtime, and only in this order they share one. Set
OMP_NUM_THREADS=1 for a server: from 10,000 rows on, FAISS splits a single query over threads and gets slower.
"""

from dataclasses import dataclass
from pathlib import Path

import torch  # noqa: F401, before faiss

import faiss  # isort: skip
import numpy as np
from numpy.typing import NDArray

from model.encoder import Vectors


@dataclass(frozen=True, slots=True)
class Hit:
    """A title found: its number, the best of its rows, and that row's cosine (-1 to 1)."""

    title: int
    row: int
    score: float


class CosineIndex:
    """Unit vectors and the title that each stands for.

    Parameters
    ----------
    vectors : float32, shape = (rows, dim), of unit length
    title_of_row : shape = (rows,); kept under this name

    Raises
    ------
    ValueError
        When the two have different lengths.
    """

    def __init__(self, vectors: Vectors, title_of_row: NDArray[np.int64]) -> None:
        faiss_index = faiss.IndexFlatIP(vectors.shape[1])
        faiss_index.add(np.ascontiguousarray(vectors))
        self._set(faiss_index, title_of_row)

    def _set(self, faiss_index: faiss.IndexFlatIP, title_of_row: NDArray[np.int64]) -> None:
        if faiss_index.ntotal != len(title_of_row):
            raise ValueError(f"the index has {faiss_index.ntotal} rows, the catalogue {len(title_of_row)}")
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
        """The rows. shape = (rows, dim)"""
        rows: Vectors = self._faiss.reconstruct_n(0, len(self))
        return rows

    def search(self, queries: Vectors, k: int) -> list[list[Hit]]:
        """For each query the `k` titles with the best rows, best first, or all where there are fewer.

        Rows with the same score keep the order of the index, so that answers are repeatable.

        Parameters
        ----------
        queries : float32, shape = (queries, dim), of unit length
        """
        rows_needed = min(k * self._most_rows_of_a_title, len(self))
        if rows_needed == 0:
            return [[] for _ in queries]
        scores, rows = self._faiss.search(np.ascontiguousarray(queries), rows_needed)
        return [self._best(*found, k) for found in zip(scores, rows, strict=True)]

    def _best(self, scores: Vectors, rows: NDArray[np.int64], k: int) -> list[Hit]:
        hits: dict[int, Hit] = {}
        for i in np.lexsort((rows, -scores)):
            title = int(self.title_of_row[rows[i]])
            hits.setdefault(title, Hit(title, int(rows[i]), float(scores[i])))
            if len(hits) == k:
                break
        return list(hits.values())

    def save(self, path: Path) -> None:
        """Write the FAISS index; the titles of its rows follow from the catalogue."""
        faiss.write_index(self._faiss, str(path))

    @classmethod
    def load(cls, path: Path, title_of_row: NDArray[np.int64]) -> "CosineIndex":
        """Read what `save` wrote.

        Raises ValueError when it is no flat inner-product index or has other rows.
        """
        try:
            faiss_index = faiss.read_index(str(path))
        except RuntimeError as error:
            raise ValueError(f"{path.name} is not a FAISS index: {error}") from error
        if not isinstance(faiss_index, faiss.IndexFlatIP):
            raise ValueError(f"{path.name} is a {type(faiss_index).__name__}, not an IndexFlatIP")
        index = cls.__new__(cls)
        index._set(faiss_index, title_of_row)
        return index
