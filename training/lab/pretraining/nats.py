"""How surprising notes are to a model, in nats, and the perplexities that follow."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor


class Perplexity(NamedTuple):
    """The number of equally likely values that would be equally uncertain; at least 1.

    Attributes
    ----------
    pitch : of pitches; the end of a tune counts as one
    duration : of durations, given the pitch
    """

    pitch: float
    duration: float

    @property
    def both(self) -> float:
        """Of notes: p(pitch, duration) = p(pitch) p(duration | pitch)."""
        return self.pitch * self.duration


class Nats(NamedTuple):
    """-ln p of the notes of some tunes.

    Attributes
    ----------
    pitch : of every pitch and every end of a tune. shape = (P,)
    duration : of every duration. shape = (D,), because ends have none
    """

    pitch: Tensor
    duration: Tensor

    @classmethod
    def joined(cls, parts: Iterable["Nats"]) -> "Nats":
        """Concatenate parts."""
        return cls(*map(torch.cat, zip(*parts, strict=True)))

    @property
    def loss(self) -> Tensor:
        """The sum of both means; a scalar."""
        return self.pitch.mean() + self.duration.mean()

    @property
    def perplexity(self) -> Perplexity:
        """exp of the mean of each (Jelinek et al. 1977)."""
        return Perplexity(float(self.pitch.mean().exp()), float(self.duration.mean().exp()))
