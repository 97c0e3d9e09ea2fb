"""The n-gram tune encoder: a tune as a bag of short runs of intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from model.abc import Tune
from model.bag import Bag, Weights, damped
from model.encoder import Encoder, Featurizer
from model.grams import Grams, melody_grams

_FEWEST_GRAMS = 4  # a view with fewer would say nothing about the tune


@dataclass(frozen=True)
class NgramTuneConfig:
    """A bag of hashed interval n-grams.

    Attributes
    ----------
    buckets : rows of the embedding table, > 0
    dim : length of the vectors, > 0
    gram_dropout : share of the grams that a training view drops, 0 <= x < 1
    crop : share of training views that are a fragment of the tune, 0 <= x <= 1
    shortest_crop : notes of the shortest fragment, > 0
    header_dropout : share of training views without R:, and without M:, 0 <= x <= 1
    header_weight : weight of R:, and of M:; all grams of the notes together weigh 1; >= 0. The two fields
        say little about which tune it is, but they hold most of what its title says about its kind
    """

    name: str = "ngram"
    buckets: int = 2**16
    dim: int = 512
    gram_dropout: float = 0.5
    crop: float = 0.2
    shortest_crop: int = 16
    header_dropout: float = 0.2
    header_weight: float = 3.0


class NgramTuneFeaturizer(Featurizer[Tune, Grams]):
    """Reads the hashed grams of a tune."""

    def __init__(self, config: NgramTuneConfig) -> None:
        self._config = config

    def features(self, item: Tune) -> Grams:
        """The grams of a tune."""
        return melody_grams(item, self._config.buckets)

    def view(self, features: Grams, rng: np.random.Generator) -> Grams:
        """Drop grams at random, mask header fields, sometimes keep only a fragment (often the beginning)."""
        config = self._config
        kept = rng.random(len(features)) >= config.gram_dropout
        kept[: features.header] = rng.random(features.header) >= config.header_dropout
        if rng.random() < config.crop:
            notes = int(features.stop.max(initial=0))
            length = int(rng.integers(config.shortest_crop, max(notes, config.shortest_crop) + 1))
            first = 0 if rng.random() < 0.5 else int(rng.integers(0, max(notes - length, 0) + 1))
            kept &= (features.start >= first) & (features.stop <= first + length) | (features.stop == 0)
        return features[kept] if kept.sum() >= _FEWEST_GRAMS else features


class NgramTuneEncoder(Encoder[Tune, Grams]):
    """Interval n-grams, hashed, embedded and summed. The vector is the same in every key."""

    config_type = NgramTuneConfig
    featurizer_type = NgramTuneFeaturizer

    def __init__(self, config: NgramTuneConfig) -> None:
        super().__init__()
        self.config = config
        self.dim = config.dim
        self.featurizer = NgramTuneFeaturizer(config)
        self.bag = Bag(config.buckets, config.dim)

    def forward(self, batch: Sequence[Grams]) -> Tensor:
        """Unit vectors. shape = (len(batch), dim)"""
        vectors: Tensor = self.bag([grams.ids for grams in batch], [self._weights(grams) for grams in batch])
        return vectors

    def _weights(self, grams: Grams) -> Weights:
        header = np.full(grams.header, self.config.header_weight, dtype=np.float32)
        return np.concatenate([header, damped(grams.ids[grams.header :])])
