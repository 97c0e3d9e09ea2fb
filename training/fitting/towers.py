"""The two towers as one thing to train: both encoders and the temperature between them."""

import math
from typing import Any

import torch
from torch import nn

from model.abc import Tune
from model.checkpoint import build_title_encoder, build_tune_encoder
from model.encoder import Encoder
from training.fitting.config import FitConfig
from training.fitting.lessons import Batch
from training.fitting.loss import LOSSES, info_nce

_HIGHEST_SCALE = 100.0  # as in CLIP: beyond it training gets unstable


class Towers(nn.Module):
    """A tune encoder, a title encoder, and the scales (inverse temperatures) of the losses.

    One is of tunes and names, one of tunes and other settings of theirs.
    """

    def __init__(self, config: FitConfig) -> None:
        super().__init__()
        self.tune: Encoder[Tune, Any] = build_tune_encoder(config.tune_encoder)
        self.title: Encoder[str, Any] = build_title_encoder(config.title_encoder)
        self._config = config
        self.log_scale = nn.Parameter(torch.tensor(-math.log(config.temperature)))
        self.log_melody_scale = nn.Parameter(torch.tensor(-math.log(config.temperature)))

    def loss(self, batch: Batch) -> torch.Tensor:
        """Of a batch of lessons; a scalar."""
        config = self._config
        tunes, names = self.tune(batch.tunes), self.title(batch.names)
        scalar = _bounded(self.log_scale) if config.loss == "info-nce" else torch.tensor(config.margin)
        loss = LOSSES[config.loss](tunes, names, batch.positives.to(tunes.device), scalar)
        if config.melody:
            same = torch.eye(len(tunes), dtype=torch.bool, device=tunes.device)
            again = info_nce(tunes, self.tune(batch.again), same, _bounded(self.log_melody_scale))
            loss = loss + config.melody * again
        return loss

    def optimizer(self, config: FitConfig) -> torch.optim.Optimizer:
        """Adam, with a rate of its own for embedding tables.

        Dense, although a step touches few rows of a large table: with tables of 2^16 rows a batch
        touches most of them, and the sparse form took twelve times as long.
        """
        tables = {
            id(module.weight)
            for module in self.modules()
            if isinstance(module, nn.Embedding | nn.EmbeddingBag)
        }
        embedding = [parameter for parameter in self.parameters() if id(parameter) in tables]
        rest = [parameter for parameter in self.parameters() if id(parameter) not in tables]
        groups = [
            {"params": embedding, "lr": config.embedding_rate},
            {"params": rest, "lr": config.dense_rate},
        ]
        return torch.optim.Adam(groups, fused=True)


def _bounded(log_scale: torch.Tensor) -> torch.Tensor:
    return log_scale.clamp(max=math.log(_HIGHEST_SCALE)).exp()
