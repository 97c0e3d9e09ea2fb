"""What every encoder is: a module that turns items (tunes or names) into vectors of unit length.

An encoder works in two steps. `features` reads an item once, into arrays; `forward` turns features into
vectors and is what training repeats. `view` stands between them in training only: it changes features as
players change tunes.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Item = TypeVar("Item")
Features = TypeVar("Features")
Vectors = NDArray[np.float32]

_BATCH = 512  # items encoded at a time: bounds memory, changes no vector


class Encoder(nn.Module, ABC, Generic[Item, Features]):
    """Base of both towers.

    Attributes
    ----------
    config : dataclass
        All that is needed to build the encoder again, with its `name`; saved with the weights.
    dim : int
        Length of the vectors.
    """

    config: Any
    dim: int

    @abstractmethod
    def features(self, item: Item) -> Features:
        """Read one item."""

    @abstractmethod
    def view(self, features: Features, rng: np.random.Generator) -> Features:
        """The features as another player or editor might have left them."""

    @abstractmethod
    def forward(self, batch: Sequence[Features]) -> Tensor:
        """Vectors of unit length. shape = (len(batch), dim)"""

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @torch.no_grad()
    def encode_features(self, features: Sequence[Features]) -> Vectors:
        """Vectors of items that are already read. shape = (len(features), dim)"""
        self.eval()
        parts = [self(features[i : i + _BATCH]).cpu().numpy() for i in range(0, len(features), _BATCH)]
        return np.concatenate([np.zeros((0, self.dim), np.float32), *parts])

    def encode(self, items: Sequence[Item]) -> Vectors:
        """Vectors of items. shape = (len(items), dim)"""
        return self.encode_features([self.features(item) for item in items])
