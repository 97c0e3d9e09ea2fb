"""The two towers as one thing to train: both encoders and the temperature between them."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import nn

from model.abc import Tune
from model.checkpoint import build_title_encoder, build_tune_encoder
from model.encoder import Encoder
from model.ngram_title_encoder import NgramTitleConfig
from model.ngram_tune_encoder import NgramTuneConfig

_HIGHEST_SCALE = 100.0  # as in CLIP: beyond it training gets unstable


@dataclass(frozen=True)
class FitConfig:
    """How to train. Saved with what was measured.

    Attributes
    ----------
    seed : of everything drawn: splits, weights, views, probes
    batch : tunes a step, > 1
    names : names that they are told from, at most; > 0
    embedding_rate : learning rate of embedding tables, > 0
    dense_rate : learning rate of everything else, > 0
    temperature : of the softmax at the start; learned from there on, > 0
    max_epochs : most epochs of the training that the test figure comes from, > 0
    patience : epochs without a better validation MRR after which it stops, > 0
    refit_epochs : epochs of the training on everything, > 0. They are not those of the early stop: an
        artifact has to know its tunes, and the validation figure only says when a model begins to guess
        worse at tunes it never saw
    tune_encoder, title_encoder : configs of the towers
    """

    seed: int = 0
    batch: int = 512
    names: int = 8192
    embedding_rate: float = 0.003
    dense_rate: float = 0.001
    temperature: float = 0.1
    max_epochs: int = 20
    patience: int = 5
    refit_epochs: int = 30
    tune_encoder: Mapping[str, Any] = field(default_factory=lambda: asdict(NgramTuneConfig()))
    title_encoder: Mapping[str, Any] = field(default_factory=lambda: asdict(NgramTitleConfig()))


class Towers(nn.Module):
    """A tune encoder, a title encoder, and the scale (inverse temperature) of the loss between them."""

    def __init__(self, config: FitConfig) -> None:
        super().__init__()
        self.tune: Encoder[Tune, Any] = build_tune_encoder(config.tune_encoder)
        self.title: Encoder[str, Any] = build_title_encoder(config.title_encoder)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(config.temperature)))

    @property
    def scale(self) -> torch.Tensor:
        """The inverse temperature, bounded; a scalar."""
        return self.log_scale.clamp(max=math.log(_HIGHEST_SCALE)).exp()

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
