"""What every encoder is: it turns items (tunes or names) into unit vectors.

An encoder works in two steps. Its featurizer, which has no weights, reads each item once. The encoder turns
batches of these features into vectors; training repeats only this step. In training, the featurizer changes
the features the way players change tunes.

Nothing here needs PyTorch; encoders that do are a `model.network.Network`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.arrays import Array
from model.deadline import check_deadline

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
    def batch(self, features: Sequence[Features]) -> Any:
        """Several items as the encoder reads them."""

    @abstractmethod
    def views(self, features: Sequence[Features], rng: np.random.Generator) -> Any:
        """The same as another player or editor might have left them: an augmentation for training."""


class Encoder(ABC, Generic[Item, Features]):
    """Base of both towers.

    Attributes
    ----------
    config_type : class of the config
    featurizer_type : class of the featurizer, which is built from the config alone
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

    @classmethod
    @abstractmethod
    def restore(cls, config: Any, weights: Mapping[str, Array]) -> Self:
        """The encoder that had these weights. Raises ValueError when they do not fit the config."""

    @abstractmethod
    def weights(self) -> dict[str, Array]:
        """Everything that `restore` needs but the config."""

    @abstractmethod
    def vectors(self, batch: Any) -> Vectors:
        """Unit vectors of a batch that the featurizer made. shape = (items, dim)"""

    def encode_features(self, features: Sequence[Features]) -> Vectors:
        """Unit vectors of items already read. shape = (len(features), dim)"""
        return self._encode(features)

    def encode(self, items: Iterable[Item]) -> Vectors:
        """Unit vectors of items. shape = (items, dim)"""
        return self._encode(self.featurizer.features(item) for item in items)

    def _encode(self, features: Iterable[Features]) -> Vectors:
        parts = [self.vectors(self.featurizer.batch(batch)) for batch in _batches(features)]
        return np.concatenate([np.zeros((0, self.dim), np.float32), *parts])


def _batches(features: Iterable[Features]) -> Iterator[list[Features]]:
    rest = iter(features)
    while batch := list(islice(rest, _BATCH)):
        check_deadline()
        yield batch
