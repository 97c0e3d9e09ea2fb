"""A bag of hashed grams as a vector: the core that both n-gram encoders share."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.grams import Ints


class Bag(nn.Module):
    """Sum of gram embeddings, each weighted 1/sqrt(grams), then one linear map.

    The root keeps the length of the sum independent of the number of grams, as a mean would not: unrelated
    embeddings add up like a random walk.

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

    def forward(self, bags: Sequence[Ints]) -> Tensor:
        """Vectors of unit length. shape = (len(bags), dim)"""
        device = self.linear.weight.device
        sizes = np.array([len(bag) for bag in bags], dtype=np.int64)
        ids = torch.from_numpy(np.concatenate(bags)).to(device)  # (grams of all bags,)
        offsets = torch.from_numpy(np.cumsum(sizes) - sizes).to(device)  # (B,)
        weights = torch.from_numpy(np.repeat(np.maximum(sizes, 1) ** -0.5, sizes).astype(np.float32)).to(
            device
        )
        summed = self.embedding(ids, offsets, per_sample_weights=weights)  # (B, dim)
        return F.normalize(self.linear(summed), dim=-1)
