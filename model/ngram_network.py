"""The n-gram encoders as networks, for training and for a GPU."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.abc import Tune
from model.bags import Bags
from model.encoder import Features, Item
from model.grams import HASHES, GramIds, Grams
from model.network import Network
from model.ngram_encoder import NgramTitleEncoder, NgramTuneEncoder
from model.vocabulary import as_rows, most_common, row_of_each


class NgramNetwork(Network[Item, Features]):
    """A weighted sum of gram embeddings, a linear map, and scaling to unit length."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.vocabulary: Tensor
        self.register_buffer("vocabulary", torch.full((config.vocabulary_size,), HASHES, dtype=torch.int32))
        self.embedding = nn.Embedding(config.vocabulary_size, config.dim)
        self.linear = nn.Linear(config.dim, config.dim)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self._row_of_each = row_of_each(self.vocabulary.numpy())
        self.register_load_state_dict_post_hook(NgramNetwork._look_up_vocabulary)  # type: ignore[no-untyped-call]

    def forward(self, batch: Bags) -> Tensor:
        """Unit vectors of bags. shape = (len(batch), dim)"""
        bags = as_rows(batch, self._row_of_each)
        summed = _Sum.apply(self.embedding.weight, bags)  # type: ignore[no-untyped-call]  # (B, dim)
        return F.normalize(self.linear(summed), dim=-1)

    def prepare(self, titles: Iterable[Sequence[Features]]) -> None:
        """Choose the vocabulary."""
        grams = ([self._grams(each) for each in items] for items in titles)
        self.vocabulary.copy_(torch.from_numpy(most_common(grams, self.config.vocabulary_size)))
        self._look_up_vocabulary()

    def _look_up_vocabulary(self, _incompatible_keys: object = None) -> None:
        # Making it takes half as long as encoding a tune. PyTorch calls this after loading weights.
        self._row_of_each = row_of_each(self.vocabulary.cpu().numpy())

    @staticmethod
    @abstractmethod
    def _grams(features: Any) -> GramIds: ...


class NgramTuneNetwork(NgramNetwork[Tune, Grams]):
    """The network of `NgramTuneEncoder`."""

    config_type = NgramTuneEncoder.config_type
    featurizer_type = NgramTuneEncoder.featurizer_type

    @staticmethod
    def _grams(features: Grams) -> GramIds:
        return features.ids


class NgramTitleNetwork(NgramNetwork[str, GramIds]):
    """The network of `NgramTitleEncoder`."""

    config_type = NgramTitleEncoder.config_type
    featurizer_type = NgramTitleEncoder.featurizer_type

    @staticmethod
    def _grams(features: GramIds) -> GramIds:
        return features


class _Sum(torch.autograd.Function):
    """The weighted sum of the rows of a table for each bag, as `nn.EmbeddingBag` computes it.

    The gradient of the table is the same kind of sum, with the roles of bags and rows exchanged. On a CPU
    this takes an eighth of the time of the gradient that PyTorch has for `nn.EmbeddingBag`.
    """

    @staticmethod
    def forward(ctx: Any, table: Tensor, bags: Bags) -> Tensor:
        ctx.bags, ctx.rows = bags, len(table)
        return _sum(table, bags)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _sum(gradient, _transposed(ctx.bags, ctx.rows)), None


def _sum(table: Tensor, bags: Bags) -> Tensor:
    ids, weights, first = (torch.from_numpy(array).to(table.device) for array in bags)
    return F.embedding_bag(
        ids, table, first.to(ids.dtype), mode="sum", per_sample_weights=weights, include_last_offset=True
    )


def _transposed(bags: Bags, rows: int) -> Bags:
    """For each row, the bags that contain it."""
    # NumPy's radix sort is for 16 bits, and ten times as fast as its sort for 32.
    order = np.argsort(bags.ids.astype(np.uint16) if rows <= 2**16 else bags.ids, kind="stable")
    owner = np.repeat(np.arange(len(bags), dtype=np.int32), np.diff(bags.first))
    first = np.concatenate([[0], np.bincount(bags.ids, minlength=rows).cumsum()])
    return Bags(owner[order], bags.weights[order], first)
