"""The n-gram title encoder: a name as a bag of words and runs of letters.

It reads folded names (`model.names.fold`), so spellings that differ only in case, accents or the place of the
article have the same vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from model.bag import Bag, damped
from model.encoder import Encoder, Featurizer
from model.grams import Ints, name_grams


@dataclass(frozen=True)
class NgramTitleConfig:
    """A bag of hashed words, word pairs and letter n-grams.

    Attributes
    ----------
    buckets : rows of the embedding table, > 0
    dim : length of the vectors, > 0; must equal the tune encoder's
    gram_dropout : share of the grams that a training view drops, 0 <= x < 1
    """

    name: str = "ngram"
    buckets: int = 2**16
    dim: int = 512
    gram_dropout: float = 0.1


class NgramTitleFeaturizer(Featurizer[str, Ints]):
    """Reads the hashed grams of a name."""

    def __init__(self, config: NgramTitleConfig) -> None:
        self._config = config

    def features(self, item: str) -> Ints:
        """The grams of a name."""
        return name_grams(item, self._config.buckets)

    def view(self, features: Ints, rng: np.random.Generator) -> Ints:
        """Drop grams at random."""
        kept = rng.random(len(features)) >= self._config.gram_dropout
        return features[kept] if kept.any() else features


class NgramTitleEncoder(Encoder[str, Ints]):
    """Words and letter n-grams, hashed, embedded and summed. It reads any language and any spelling."""

    config_type = NgramTitleConfig
    featurizer_type = NgramTitleFeaturizer

    def __init__(self, config: NgramTitleConfig) -> None:
        super().__init__()
        self.config = config
        self.dim = config.dim
        self.featurizer = NgramTitleFeaturizer(config)
        self.bag = Bag(config.buckets, config.dim)

    def forward(self, batch: Sequence[Ints]) -> Tensor:
        """Unit vectors. shape = (len(batch), dim)"""
        vectors: Tensor = self.bag(batch, [damped(grams) for grams in batch])
        return vectors
