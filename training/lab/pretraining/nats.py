"""How surprising notes are to a model, in nats, and the perplexities that follow from it."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor


class Perplexity(NamedTuple):
    """Among how many equally likely values a model is as uncertain as it is; 1 at the least.

    Attributes
    ----------
    pitch : of pitches; that a tune ends is one of them
    duration : of durations, the pitch being known
    """

    pitch: float
    duration: float

    @property
    def both(self) -> float:
        """Of whole notes: p(pitch, duration) = p(pitch) p(duration | pitch)."""
        return self.pitch * self.duration


class Nats(NamedTuple):
    """-log p of what came.

    Attributes
    ----------
    pitch : of every pitch and every end of a tune. shape = (P,)
    duration : of every duration. shape = (D,), as ends have none
    """

    pitch: Tensor
    duration: Tensor

    @classmethod
    def joined(cls, parts: Iterable["Nats"]) -> "Nats":
        """Several as one."""
        return cls(*map(torch.cat, zip(*parts, strict=True)))

    @property
    def loss(self) -> Tensor:
        """The mean of each, added; a scalar."""
        return self.pitch.mean() + self.duration.mean()

    @property
    def perplexity(self) -> Perplexity:
        """exp of the mean of each (Jelinek et al. 1977)."""
        return Perplexity(float(self.pitch.mean().exp()), float(self.duration.mean().exp()))
