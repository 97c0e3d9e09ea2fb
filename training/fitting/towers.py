"""Both towers as one module to train: the encoders, and the temperatures between them."""

import math
from typing import Any

import torch
from torch import nn

from model.abc import Tune
from model.encoders import Encoders
from model.network import Network
from model.registry import build_network
from training.fitting.config import FitConfig

_HIGHEST_SCALE = 100.0  # as in CLIP: training gets unstable beyond it


class Towers(nn.Module):
    """A tune encoder, a title encoder, and the learned scales (inverse temperatures) of the losses.

    One scale is for pairs of a tune and a name, the other for pairs of two settings of a title.
    """

    def __init__(self, config: FitConfig) -> None:
        super().__init__()
        self.tune: Network[Tune, Any] = build_network("tune", config.tune_encoder)
        self.title: Network[str, Any] = build_network("title", config.title_encoder)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(config.temperature)))
        self.log_melody_scale = nn.Parameter(torch.tensor(-math.log(config.temperature)))

    @property
    def encoders(self) -> Encoders:
        """The encoders without the scales."""
        return Encoders(self.tune, self.title)

    @property
    def scale(self) -> torch.Tensor:
        """The inverse temperature between tunes and names, a scalar."""
        return _bounded(self.log_scale)

    @property
    def melody_scale(self) -> torch.Tensor:
        """The inverse temperature between settings, a scalar."""
        return _bounded(self.log_melody_scale)

    def optimizer(self, config: FitConfig) -> torch.optim.Optimizer:
        """Adam, with a separate learning rate for embedding tables.

        Its gradients are dense: a batch touches most rows of the tables, and sparse gradients took twelve
        times as long.
        """
        tables = {id(module.weight) for module in self.modules() if isinstance(module, nn.Embedding)}
        embedding = [parameter for parameter in self.parameters() if id(parameter) in tables]
        rest = [parameter for parameter in self.parameters() if id(parameter) not in tables]
        groups = [
            {"params": embedding, "lr": config.embedding_rate},
            {"params": rest, "lr": config.dense_rate},
        ]
        return torch.optim.Adam(groups, fused=True)


def _bounded(log_scale: torch.Tensor) -> torch.Tensor:
    return log_scale.clamp(max=math.log(_HIGHEST_SCALE)).exp()
