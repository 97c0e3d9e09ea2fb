"""What the n-gram tune encoder reads: a tune as a bag of short runs of intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.abc import Tune
from model.bags import Bags, Mask, damped, joined
from model.encoder import Featurizer
from model.grams import GramIds, Grams, melody_grams

_FEWEST_GRAMS = 4  # a view with fewer would say nothing about the tune
_AT_A_TIME = 256  # tunes; their grams fit in the cache of a processor


@dataclass(frozen=True)
class NgramTuneConfig:
    """A bag of interval n-grams.

    Attributes
    ----------
    vocabulary_size : number of grams with an embedding, those that occur in the most training titles,
        1 to 2^20
    dim : length of the vectors, > 0
    gram_dropout : share of the grams that a training view drops, 0 <= x < 1
    crop : share of training views that are a fragment of the tune, 0 <= x <= 1
    shortest_crop : notes of the shortest fragment, > 0
    header_dropout : share of training views without R:, and without M:, 0 <= x <= 1
    header_weight : weight of R:, and of M:, >= 0; all grams of the notes together, known or not, weigh 1.
        The two fields say little about which tune it is, but they hold most of what its title says about its
        kind
    """

    name: str = "ngram"
    vocabulary_size: int = 49_152
    dim: int = 128
    gram_dropout: float = 0.5
    crop: float = 0.2
    shortest_crop: int = 16
    header_dropout: float = 0.2
    header_weight: float = 3.0


class NgramTuneFeaturizer(Featurizer[Tune, Grams]):
    """Reads the grams of tunes."""

    def __init__(self, config: NgramTuneConfig) -> None:
        self._config = config

    def features(self, item: Tune) -> Grams:
        """The grams of a tune."""
        return melody_grams(item)

    def batch(self, features: Sequence[Grams]) -> Bags:
        """The bags of tunes."""
        return self._bags(_together(features), len(features))

    def views(self, features: Sequence[Grams], rng: np.random.Generator) -> Bags:
        """Drop grams at random, mask header fields, sometimes keep only a fragment (often the beginning)."""
        starts = range(0, len(features), _AT_A_TIME)
        return joined([self._views(features[start : start + _AT_A_TIME], rng) for start in starts])

    def _views(self, features: Sequence[Grams], rng: np.random.Generator) -> Bags:
        config, tunes, grams = self._config, len(features), _together(features)
        is_header = grams.stop == 0
        kept = rng.random(len(grams.ids), np.float32) >= config.gram_dropout
        kept[is_header] = rng.random(int(is_header.sum())) >= config.header_dropout

        notes = np.array([each.notes for each in features])
        longest = np.maximum(notes, config.shortest_crop)
        length = rng.integers(config.shortest_crop, longest + 1)
        first = rng.integers(0, np.maximum(notes - length, 0) + 1) * (rng.random(tunes) < 0.5)
        is_whole = rng.random(tunes) >= config.crop
        first, end = np.where(is_whole, 0, first), np.where(is_whole, longest, first + length)
        is_inside = (grams.start >= first.astype(np.int16)[grams.owner]) | is_header
        kept &= is_inside & (grams.stop <= end.astype(np.int16)[grams.owner])

        too_few = np.bincount(grams.owner, kept, tunes) < _FEWEST_GRAMS
        kept |= too_few[grams.owner]
        return self._bags(grams.only(kept), tunes)

    def _bags(self, grams: "_Together", tunes: int) -> Bags:
        return damped(grams.ids, grams.owner, tunes, grams.stop == 0, self._config.header_weight)


class _Together(NamedTuple):
    """The grams of several tunes, end to end; `owner` is the number of the tune that each belongs to."""

    ids: GramIds
    start: NDArray[np.int16]
    stop: NDArray[np.int16]
    owner: NDArray[np.int32]

    def only(self, kept: Mask) -> "_Together":
        at = np.flatnonzero(kept)  # four times as fast as indexing each column with the mask
        return _Together(self.ids[at], self.start[at], self.stop[at], self.owner[at])


def _together(features: Sequence[Grams]) -> _Together:
    return _Together(
        np.concatenate([grams.ids for grams in features]),
        np.concatenate([grams.start for grams in features]),
        np.concatenate([grams.stop for grams in features]),
        np.repeat(np.arange(len(features), dtype=np.int32), [len(grams) for grams in features]),
    )
