"""Turns a bag of hashed grams into a vector: the common core of both n-gram encoders."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from model.grams import Ints

Weights = NDArray[np.float32]


class Bag(nn.Module):
    """A weighted sum of gram embeddings, followed by one linear map.

    Parameters
    ----------
    buckets : rows of the embedding table
    dim : length of the vectors
    """

    def __init__(self, buckets: int, dim: int) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(buckets, dim, mode="sum")
        self.linear = nn.Linear(dim, dim)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, bags: Sequence[Ints], weights: Sequence[Weights]) -> Tensor:
        """Encode bags, with a weight for each gram, as vectors of unit length. shape = (len(bags), dim)"""
        device = self.linear.weight.device
        sizes = np.array([len(bag) for bag in bags], dtype=np.int64)
        ids = torch.from_numpy(np.concatenate(bags)).to(device)  # (grams of all bags,)
        offsets = torch.from_numpy(np.cumsum(sizes) - sizes).to(device)  # (B,)
        weight = torch.from_numpy(np.concatenate(weights)).to(device)  # same shape as ids
        summed = self.embedding(ids, offsets, per_sample_weights=weight)  # (B, dim)
        return F.normalize(self.linear(summed), dim=-1)


def damped(bag: Ints) -> Weights:
    """Weight the grams of a bag so that repetitions count only logarithmically. shape = (grams,)

    As in TF-IDF (Salton and Buckley 1988), n occurrences of a gram weigh 1 + ln n in total, so it matters
    little how often a part is repeated. The totals of the distinct grams are scaled to unit length, so the
    weighted sum of unrelated vectors has the same length whatever their number.
    """
    _, gram, count = np.unique(bag, return_inverse=True, return_counts=True)
    total = 1 + np.log(count)
    length = np.sqrt(np.sum(total**2)) or 1.0
    return (total / count / length)[gram].astype(np.float32)
