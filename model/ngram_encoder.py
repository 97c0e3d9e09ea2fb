"""The n-gram encoders in NumPy: a tune or a name as a weighted sum of gram embeddings.

They map the weights of a checkpoint instead of copying them. `model/ngram_network.py` has the same encoders
for training and for a GPU.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np

from model.abc import Tune
from model.arrays import Array
from model.bags import Bags
from model.encoder import Encoder, Features, Item, Vectors
from model.grams import GramIds, Grams
from model.ngram_titles import NgramTitleConfig, NgramTitleFeaturizer
from model.ngram_tunes import NgramTuneConfig, NgramTuneFeaturizer
from model.vocabulary import Rows, as_rows, row_of_each

VOCABULARY, TABLE, MATRIX, BIAS = "vocabulary", "embedding.weight", "linear.weight", "linear.bias"
_LEAST_LENGTH = 1e-12
_SIGN_EXPONENT_FRACTION = np.int32(0x8FFFE000 - 2**32)  # the bits of a shifted half
_BIAS = np.float32(2.0**112)


class NgramEncoder(Encoder[Item, Features]):
    """Sums the embeddings of an item's grams, maps the sum linearly and scales it to unit length.

    Parameters
    ----------
    config : with `vocabulary_size` and `dim`
    vocabulary : grams in rising order (`model.vocabulary.most_common`), shape = (vocabulary_size,)
    table : an embedding for each of them, shape = (vocabulary_size, dim); may be of half precision and mapped
    matrix, bias : the linear map, shapes = (dim, dim) and (dim,)
    """

    def __init__(self, config: Any, vocabulary: GramIds, table: Array, matrix: Array, bias: Array) -> None:
        self.config = config
        self.dim = config.dim
        self.featurizer = self.featurizer_type(config)
        self._vocabulary = vocabulary
        self._table, self._matrix, self._bias = table, matrix.astype(np.float32), bias.astype(np.float32)

    @cached_property
    def _row_of_each(self) -> Rows:
        """Made when it is first needed: no answer needs the title encoder's, which takes 4 MB."""
        return row_of_each(self._vocabulary)

    @classmethod
    def restore(cls, config: Any, weights: Mapping[str, Array]) -> Self:
        """The encoder with these weights, which may be mapped."""
        shapes = {name: array.shape for name, array in weights.items()}
        size, dim = config.vocabulary_size, config.dim
        expected = {VOCABULARY: (size,), TABLE: (size, dim), MATRIX: (dim, dim), BIAS: (dim,)}
        if shapes != expected:
            raise ValueError(f"weights do not fit the config: {shapes}, expected {expected}")
        return cls(config, weights[VOCABULARY], weights[TABLE], weights[MATRIX], weights[BIAS])

    def weights(self) -> dict[str, Array]:
        """The vocabulary, the table, the matrix and the bias."""
        return {VOCABULARY: self._vocabulary, TABLE: self._table, MATRIX: self._matrix, BIAS: self._bias}

    def vectors(self, batch: Bags) -> Vectors:
        """Unit vectors of bags. shape = (len(batch), dim)

        All items without a known gram have the same vector.
        """
        bags = as_rows(batch, self._row_of_each)
        vectors = np.empty((len(bags), self.dim), np.float32)
        for number, (first, end) in enumerate(zip(bags.first[:-1], bags.first[1:], strict=True)):
            rows = _as_float32(self._table[bags.ids[first:end]])
            vectors[number] = self._matrix @ (bags.weights[first:end] @ rows) + self._bias
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), _LEAST_LENGTH)
        return vectors


def _as_float32(rows: Array) -> Array:
    """Rows of finite numbers in single precision; five times as fast as NumPy if they have half precision.

    Shifting the bits of a half by 13 gives a float that is 2^112 times too small, because the two formats
    bias their exponents by 15 and 127. This holds for subnormal numbers, too.
    """
    if rows.dtype != np.float16:
        return rows.astype(np.float32)
    bits = rows.view(np.int16).astype(np.int32)  # which spreads the sign over the upper bits
    bits <<= 13
    bits &= _SIGN_EXPONENT_FRACTION
    floats = bits.view(np.float32)
    floats *= _BIAS
    return floats


class NgramTuneEncoder(NgramEncoder[Tune, Grams]):
    """Encodes tunes. The vector is the same in every key."""

    config_type = NgramTuneConfig
    featurizer_type = NgramTuneFeaturizer


class NgramTitleEncoder(NgramEncoder[str, GramIds]):
    """Encodes names."""

    config_type = NgramTitleConfig
    featurizer_type = NgramTitleFeaturizer
