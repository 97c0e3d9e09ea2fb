"""A bag of hashed grams as a vector: the core that both n-gram encoders share."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from model.grams import Ints

Weights = NDArray[np.float32]


class Bag(nn.Module):
    """Weighted sum of gram embeddings, then one linear map.

    Parameters
    ----------
    buckets : int
        Rows of the embedding table.
    dim : int
        Length of the vectors.
    """

    def __init__(self, buckets: int, dim: int) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(buckets, dim, mode="sum")
        self.linear = nn.Linear(dim, dim)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.eye_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, bags: Sequence[Ints], weights: Sequence[Weights]) -> Tensor:
        """Vectors of unit length of bags with a weight for each of their grams. shape = (len(bags), dim)"""
        device = self.linear.weight.device
        sizes = np.array([len(bag) for bag in bags], dtype=np.int64)
        ids = torch.from_numpy(np.concatenate(bags)).to(device)  # (grams of all bags,)
        offsets = torch.from_numpy(np.cumsum(sizes) - sizes).to(device)  # (B,)
        weight = torch.from_numpy(np.concatenate(weights)).to(device)  # as ids
        summed = self.embedding(ids, offsets, per_sample_weights=weight)  # (B, dim)
        return F.normalize(self.linear(summed), dim=-1)


def damped(bag: Ints) -> Weights:
    """Weights of the grams of a bag that count a repeated one by the logarithm of how often it is there.

    As in TF-IDF (Salton and Buckley 1988): n times the same gram weigh 1 + ln n together, so that it matters
    little how often a part is repeated. Scaled so that a weighted sum of unrelated vectors is as long
    whatever their number: the weights that different grams have together are of unit length.

    shape = (grams,)
    """
    _, gram, count = np.unique(bag, return_inverse=True, return_counts=True)
    together = 1 + np.log(count)
    length = np.sqrt(np.sum(together**2)) or 1.0
    return (together / count / length)[gram].astype(np.float32)
