"""The loss of both towers."""

import torch
from torch import Tensor
from torch.nn import functional as F


def info_nce(tunes: Tensor, names: Tensor, positives: Tensor, scale: Tensor) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al. 2018; both ways as in CLIP, Radford et al. 2021).

    A row may have several positives: then the target is spread evenly over them, so that names of one
    tune are never pushed apart. A name that is no tune's name is a negative for all.

    Parameters
    ----------
    tunes, names : shape = (B, dim) and (N, dim), of unit length
    positives : bool, shape = (B, N); [i, j] whether name j is a name of tune i; each tune has one
    scale : the inverse temperature, a scalar

    Returns
    -------
    Tensor
        The mean of tune-to-name and name-to-tune cross entropy, in nats; a scalar.
    """
    logits = scale * tunes @ names.T  # (B, N)
    named = positives.any(dim=0)
    return (_cross_entropy(logits, positives) + _cross_entropy(logits.T[named], positives.T[named])) / 2


def _cross_entropy(logits: Tensor, positives: Tensor) -> Tensor:
    targets = positives.to(logits.dtype)
    targets = targets / targets.sum(dim=1, keepdim=True)
    return torch.mean(-(targets * F.log_softmax(logits, dim=1)).sum(dim=1))
