"""Training losses over a batch of tune vectors and a batch of name vectors, all of unit length.

The product trains with InfoNCE. The others are for comparison. The hinge on cosines and PyTorch's loss come
from the research diary in which this project began (docs/experiments.md); the hinge on distances is a
variant of the first. They average over the right or the wrong pairs of a batch. If there are none, that part
of the loss is 0.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

Loss = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]


def info_nce(tunes: Tensor, names: Tensor, positives: Tensor, scale: Tensor) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al. 2018; both ways as in CLIP, Radford et al. 2021).

    A row may have several positives: the target is spread evenly over them, so that names of one tune are
    never pushed apart. A name that belongs to none of the tunes is a negative for all.

    Parameters
    ----------
    tunes, names : shape = (B, dim) and (N, dim), of unit length
    positives : bool, shape = (B, N); [i, j] whether name j is a name of tune i; each tune has at least one
    scale : the inverse temperature, a scalar

    Returns
    -------
    Tensor
        The mean of tune-to-name and name-to-tune cross entropy, in nats; a scalar.
    """
    logits = scale * tunes @ names.T  # (B, N)
    tune, name = positives.nonzero(as_tuple=True)  # of each right pair
    to_name = _mean_of_items(-F.log_softmax(logits, dim=1)[tune, name], tune)
    to_tune = _mean_of_items(-F.log_softmax(logits, dim=0)[tune, name], name)
    return (to_name + to_tune) / 2


def batch_hinge(tunes: Tensor, names: Tensor, positives: Tensor, margin: Tensor) -> Tensor:
    """The mean of max(0, margin - (s_own - s_other)) over all wrong pairs of a tune and a name.

    s are cosines, s_own the mean over the names of the tune. Pairwise ranking as in WSABIE (Weston et al.
    2011), with every other name of the batch. Shapes as for `info_nce`; the margin is a scalar, 0 to 2.
    """
    cosines = tunes @ names.T
    return _mean(F.relu(margin - (_own(cosines, positives) - cosines)), ~positives)


def euclidean_hinge(tunes: Tensor, names: Tensor, positives: Tensor, margin: Tensor) -> Tensor:
    """The mean of max(0, margin + d_own - d_other) over all wrong pairs of a tune and a name.

    d are distances, 0 to 2, d_own the mean over the names of the tune: the triplet loss (Schroff et al. 2015)
    without squares. Shapes as for `info_nce`; the margin is a scalar, 0 to 2.
    """
    distances = (2 - 2 * tunes @ names.T).clamp(min=1e-8).sqrt()  # the root has no slope at 0
    return _mean(F.relu(margin + _own(distances, positives) - distances), ~positives)


def cosine_embedding(tunes: Tensor, names: Tensor, positives: Tensor, margin: Tensor) -> Tensor:
    """PyTorch's `CosineEmbeddingLoss` over all pairs: 1 - s for right ones, max(0, s - margin) for wrong.

    Right pairs together weigh as much as the far more numerous wrong ones. The diary calls it without wrong
    pairs; then the loss is least when all vectors are equal. Here it is computed from all cosines at once,
    because PyTorch's own needs each pair written out. Shapes as for `info_nce`; the margin is a scalar, -1 to
    1.
    """
    cosines = tunes @ names.T
    return (_mean(1 - cosines, positives) + _mean(F.relu(cosines - margin), ~positives)) / 2


LOSSES: dict[str, Loss] = {
    "info-nce": info_nce,
    "batch-hinge": batch_hinge,
    "euclidean-hinge": euclidean_hinge,
    "cosine-embedding": cosine_embedding,
}


def _own(values: Tensor, positives: Tensor) -> Tensor:
    """For each tune the mean over its own names. shape = (B, 1)"""
    return (values * positives).sum(dim=1, keepdim=True) / positives.sum(dim=1, keepdim=True)


def _mean(values: Tensor, pairs: Tensor) -> Tensor:
    """The mean over these pairs; 0 if there are none."""
    return (values * pairs).sum() / pairs.sum().clamp(min=1)


def _mean_of_items(values: Tensor, items: Tensor) -> Tensor:
    """The mean over items of the mean over their pairs, from a value and an item for each pair."""
    count = torch.bincount(items)
    return (values / count[items]).sum() / (count > 0).sum()
