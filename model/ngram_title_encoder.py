"""The n-gram title encoder: a name as a bag of words and runs of letters.

It reads folded names (`model.names.fold`), so spellings that differ in case, accents or the
place of the article have one vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from model.bag import Bag, damped
from model.encoder import Encoder
from model.grams import Ints, name_grams


@dataclass(frozen=True)
class NgramTitleConfig:
    """A bag of hashed words, word pairs and letter n-grams.

    Attributes
    ----------
    buckets : rows of the embedding table, > 0
    dim : length of the vectors, > 0; the tune encoder's must be the same
    gram_dropout : share of grams that a training view leaves out, 0 <= x < 1
    """

    name: str = "ngram"
    buckets: int = 2**16
    dim: int = 512
    gram_dropout: float = 0.1


class NgramTitleEncoder(Encoder[str, Ints]):
    """Words and letter n-grams, hashed, embedded and summed: reads any language and any spelling."""

    def __init__(self, config: NgramTitleConfig) -> None:
        super().__init__()
        self.config = config
        self.dim = config.dim
        self.bag = Bag(config.buckets, config.dim)

    def features(self, item: str) -> Ints:
        """The grams of a name."""
        return name_grams(item, self.config.buckets)

    def view(self, features: Ints, rng: np.random.Generator) -> Ints:
        """Grams lost at random."""
        kept = rng.random(len(features)) >= self.config.gram_dropout
        return features[kept] if kept.any() else features

    def forward(self, batch: Sequence[Ints]) -> Tensor:
        """Vectors of unit length. shape = (len(batch), dim)"""
        vectors: Tensor = self.bag(batch, [damped(grams) for grams in batch])
        return vectors
