"""What every encoder is: a network that turns items (tunes or names) into unit vectors.

An encoder works in two steps. Its featurizer, which has no weights, reads an item once into arrays. `forward`
turns those features into vectors; training repeats only this step. In training, the featurizer's `view` comes
in between: it changes features the way players change tunes.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Item = TypeVar("Item")
Features = TypeVar("Features")
Vectors = NDArray[np.float32]

_BATCH = 512  # items encoded at a time: bounds memory, changes no vector


class Featurizer(ABC, Generic[Item, Features]):
    """Reads items into features. It is built from an encoder's config alone and has no weights."""

    @abstractmethod
    def features(self, item: Item) -> Features:
        """Read one item."""

    @abstractmethod
    def view(self, features: Features, rng: np.random.Generator) -> Features:
        """The features as another player or editor might have left them: an augmentation for training."""


class Encoder(nn.Module, ABC, Generic[Item, Features]):
    """Base of both towers.

    Attributes
    ----------
    config_type, featurizer_type : classes of the config and of the featurizer, both built from keywords or
        from a config
    config : dataclass with everything needed to build the encoder again, including its `name`; saved with the
        weights
    dim : length of the vectors
    featurizer : reads items for this encoder
    """

    config_type: ClassVar[type[Any]]
    featurizer_type: ClassVar[type[Any]]
    config: Any
    dim: int
    featurizer: Featurizer[Item, Features]

    @abstractmethod
    def forward(self, batch: Sequence[Features]) -> Tensor:
        """Unit vectors. shape = (len(batch), dim)"""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def encode_features(self, features: Sequence[Features]) -> Vectors:
        """Unit vectors of items already read. shape = (len(features), dim)"""
        return self._encode(features)

    def encode(self, items: Iterable[Item]) -> Vectors:
        """Unit vectors of items. shape = (items, dim)"""
        return self._encode(self.featurizer.features(item) for item in items)

    @torch.no_grad()
    def _encode(self, features: Iterable[Features]) -> Vectors:
        self.eval()
        parts = [self(batch).cpu().numpy() for batch in _batches(features)]
        return np.concatenate([np.zeros((0, self.dim), np.float32), *parts])


def _batches(features: Iterable[Features]) -> Iterator[list[Features]]:
    rest = iter(features)
    while batch := list(islice(rest, _BATCH)):
        yield batch
