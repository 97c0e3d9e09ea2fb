"""What the n-gram title encoder reads: a name as a bag of words and runs of letters.

It reads folded names (`model.names.fold`), so spellings that differ only in case, accents or the place of the
article have the same vector.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.bags import Bags, damped
from model.encoder import Featurizer
from model.grams import GramIds, name_grams


@dataclass(frozen=True)
class NgramTitleConfig:
    """A bag of words, word pairs and letter n-grams.

    Attributes
    ----------
    vocabulary_size : number of grams with an embedding, those that occur in the most training titles,
        1 to 2^20
    dim : length of the vectors, > 0; must equal the tune encoder's
    gram_dropout : share of the grams that a training view drops, 0 <= x < 1
    """

    name: str = "ngram"
    vocabulary_size: int = 20_480
    dim: int = 128
    gram_dropout: float = 0.1


class NgramTitleFeaturizer(Featurizer[str, GramIds]):
    """Reads the grams of names."""

    def __init__(self, config: NgramTitleConfig) -> None:
        self._config = config

    def features(self, item: str) -> GramIds:
        """The grams of a name."""
        return name_grams(item)

    def batch(self, features: Sequence[GramIds]) -> Bags:
        """The bags of names."""
        return damped(np.concatenate(features), _owners(features), len(features))

    def views(self, features: Sequence[GramIds], rng: np.random.Generator) -> Bags:
        """Drop grams at random, but never all of a name."""
        ids, owner = np.concatenate(features), _owners(features)
        kept = rng.random(len(ids)) >= self._config.gram_dropout
        kept |= (np.bincount(owner, kept, len(features)) == 0)[owner]
        return damped(ids[kept], owner[kept], len(features))


def _owners(features: Sequence[GramIds]) -> NDArray[np.int32]:
    return np.repeat(np.arange(len(features), dtype=np.int32), [len(grams) for grams in features])
