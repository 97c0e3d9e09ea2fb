"""The common base of the recurrent and the convolutional tune encoder, which read notes in order."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from model.abc import Tune
from model.encoder import Featurizer
from model.experimental.notes import HEADER, PITCH, Tokens, note_tokens, padded
from model.network import Network


@dataclass(frozen=True, kw_only=True)
class NoteTuneConfig:
    """Settings common to all encoders that read notes in order.

    Attributes
    ----------
    dim : length of the vectors, > 0
    crop : notes per passage, > 0; 0 reads whole tunes. Training samples one passage; otherwise the vector of
        a tune is the mean of the vectors of its consecutive passages
    fixed_crop : whether training always uses the same passage of a tune, chosen by its pitches, instead of a
        new random one each time
    header_dropout : probability that a training view lacks R:, and likewise M:, 0 <= x <= 1
    """

    dim: int = 128
    crop: int = 0
    fixed_crop: bool = False
    header_dropout: float = 0.2


class NoteFeaturizer(Featurizer[Tune, Tokens]):
    """Reads a tune as one row per note.

    Raises ValueError when a setting is out of range.
    """

    def __init__(self, config: NoteTuneConfig) -> None:
        if config.crop < 0:
            raise ValueError(f"crop is {config.crop}, but must not be negative")
        if config.fixed_crop and not config.crop:
            raise ValueError("fixed_crop needs a crop of at least one note")
        if not 0 <= config.header_dropout <= 1:
            raise ValueError(f"header_dropout is {config.header_dropout}, but must be between 0 and 1")
        self._config = config

    def features(self, item: Tune) -> Tokens:
        """Return one row per note."""
        return note_tokens(item)

    def batch(self, features: Sequence[Tokens]) -> list[Tokens]:
        """The rows of each tune."""
        return list(features)

    def views(self, features: Sequence[Tokens], rng: np.random.Generator) -> list[Tokens]:
        """A random passage of each tune, with each header column masked at random."""
        return [self._view(tokens, rng) for tokens in features]

    def _view(self, features: Tokens, rng: np.random.Generator) -> Tokens:
        crop_rng = np.random.default_rng(features[:, PITCH]) if self._config.fixed_crop else rng
        tokens = self._cropped(features, crop_rng).copy()
        for column in HEADER:
            if rng.random() < self._config.header_dropout:
                tokens[:, column] = 0
        return tokens

    def _cropped(self, tokens: Tokens, rng: np.random.Generator) -> Tokens:
        crop = self._config.crop
        if not crop or len(tokens) <= crop:
            return tokens
        first = int(rng.integers(len(tokens) - crop + 1))
        return tokens[first : first + crop]


class NoteTuneEncoder(Network[Tune, Tokens]):
    """Base of encoders over rows of notes. A subclass defines how passages become vectors.

    Raises ValueError when a setting is out of range.
    """

    featurizer_type = NoteFeaturizer
    config: NoteTuneConfig

    @abstractmethod
    def passages(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Encode passages. shapes = (B, T, 7) and (B,), on the CPU, to (B, dim)"""

    def forward(self, batch: Sequence[Tokens]) -> Tensor:
        """Encode tunes as vectors of unit length. shape = (len(batch), dim)"""
        parts = [self._parts(tokens) for tokens in batch]
        tune = torch.tensor([i for i, of_tune in enumerate(parts) for _ in of_tune], device=self.device)
        rows, lengths = padded([part for of_tune in parts for part in of_tune], self.device)
        vectors = F.normalize(self.passages(rows, lengths), dim=-1)
        summed = vectors.new_zeros(len(batch), self.dim).index_add(0, tune, vectors)
        return F.normalize(summed, dim=-1)

    def _parts(self, tokens: Tokens) -> list[Tokens]:
        """Divide a tune into passages; the last ends with the tune and may overlap the one before."""
        crop = self.config.crop
        if not crop or len(tokens) <= crop:
            return [tokens]
        starts = [*range(0, len(tokens) - crop, crop), len(tokens) - crop]
        return [tokens[start : start + crop] for start in starts]
