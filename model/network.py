"""Encoders that are PyTorch modules: they can be trained, and run on a GPU."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from model.arrays import Array
from model.encoder import Encoder, Features, Item, Vectors


class Network(nn.Module, Encoder[Item, Features]):
    """An encoder whose `forward` turns a batch into vectors; a subclass is built from its config alone."""

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self.dim = config.dim
        self.featurizer = self.featurizer_type(config)

    @abstractmethod
    def forward(self, batch: Any) -> Tensor:
        """Unit vectors of a batch that the featurizer made. shape = (items, dim)"""

    def prepare(self, titles: Iterable[Sequence[Features]]) -> None:
        """Choose a vocabulary, if the network has one, from the items of each title.

        Training calls this before the first step.
        """

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @classmethod
    def restore(cls, config: Any, weights: Mapping[str, Array]) -> Self:
        """The network with these weights, in eval mode."""
        network = cls(config)
        load_weights(network, weights)
        return network.eval()

    def weights(self) -> dict[str, Array]:
        """The module's state."""
        return weights_of(self)

    @torch.no_grad()
    def vectors(self, batch: Any) -> Vectors:
        """Unit vectors of a batch. shape = (items, dim)"""
        self.eval()
        vectors: Vectors = self(batch).cpu().numpy()
        return vectors


def weights_of(module: nn.Module) -> dict[str, Array]:
    """The state of a module as arrays."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()}


def load_weights(module: nn.Module, weights: Mapping[str, Array]) -> None:
    """Copy what `weights_of` gave into a module. Raises ValueError when it does not fit."""
    try:
        module.load_state_dict({name: torch.tensor(array) for name, array in weights.items()})
    except RuntimeError as error:
        raise ValueError(f"weights do not fit the config: {error}") from error
