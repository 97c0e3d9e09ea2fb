"""The n-gram encoders in NumPy: a tune or a name as a weighted sum of gram embeddings.

They map the weights of a checkpoint instead of copying them. `model/ngram_network.py` has the same encoders
for training and for a GPU.
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from model.abc import Tune
from model.arrays import Array
from model.bags import Bags
from model.encoder import Encoder, Features, Item, Vectors
from model.grams import Buckets, Grams
from model.ngram_titles import NgramTitleConfig, NgramTitleFeaturizer
from model.ngram_tunes import NgramTuneConfig, NgramTuneFeaturizer

TABLE, MATRIX, BIAS = "embedding.weight", "linear.weight", "linear.bias"
_LEAST_LENGTH = 1e-12


class NgramEncoder(Encoder[Item, Features]):
    """Sums the embeddings of an item's grams, maps the sum linearly and scales it to unit length.

    Parameters
    ----------
    config : with `buckets` and `dim`
    table : an embedding for each bucket, shape = (buckets, dim); may be of half precision and mapped
    matrix, bias : the linear map, shapes = (dim, dim) and (dim,)
    """

    def __init__(self, config: Any, table: Array, matrix: Array, bias: Array) -> None:
        self.config = config
        self.dim = config.dim
        self.featurizer = self.featurizer_type(config)
        self._table, self._matrix, self._bias = table, matrix.astype(np.float32), bias.astype(np.float32)

    @classmethod
    def restore(cls, config: Any, weights: Mapping[str, Array]) -> Self:
        """The encoder with these weights, which may be mapped."""
        shapes = {name: array.shape for name, array in weights.items()}
        dim = config.dim
        expected = {TABLE: (config.buckets, dim), MATRIX: (dim, dim), BIAS: (dim,)}
        if shapes != expected:
            raise ValueError(f"weights do not fit the config: {shapes}, expected {expected}")
        return cls(config, weights[TABLE], weights[MATRIX], weights[BIAS])

    def weights(self) -> dict[str, Array]:
        """The table, the matrix and the bias."""
        return {TABLE: self._table, MATRIX: self._matrix, BIAS: self._bias}

    def vectors(self, batch: Bags) -> Vectors:
        """Unit vectors of bags. shape = (len(batch), dim)"""
        vectors = np.empty((len(batch), self.dim), np.float32)
        for number, (first, end) in enumerate(zip(batch.first[:-1], batch.first[1:], strict=True)):
            rows = self._table[batch.ids[first:end]].astype(np.float32)
            vectors[number] = self._matrix @ (batch.weights[first:end] @ rows) + self._bias
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _LEAST_LENGTH)
        return vectors


class NgramTuneEncoder(NgramEncoder[Tune, Grams]):
    """Encodes tunes. The vector is the same in every key."""

    config_type = NgramTuneConfig
    featurizer_type = NgramTuneFeaturizer


class NgramTitleEncoder(NgramEncoder[str, Buckets]):
    """Encodes names, in any language and any spelling."""

    config_type = NgramTitleConfig
    featurizer_type = NgramTitleFeaturizer
