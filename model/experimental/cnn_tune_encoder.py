"""The convolutional tune encoder."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.experimental.hierarchy import NoteEmbedding
from model.experimental.note_encoder import NoteTuneConfig, NoteTuneEncoder

_KERNEL = 3  # notes


@dataclass(frozen=True, kw_only=True)
class CnnTuneConfig(NoteTuneConfig):
    """Settings of the convolutional tune encoder.

    Attributes
    ----------
    widths : embedding widths of pitch, duration, place, bar, mode, metre and dance, each > 0
    ratio : multiplies each embedding width; the product is rounded up, > 0
    channels : output channels of every convolution, > 0
    blocks : number of convolutions over three notes, > 0; max pooling by two separates them
    dropout : dropout rate after every convolution except the first and the last, 0 <= x < 1
    """

    name: str = "cnn"
    widths: tuple[int, ...] = (512, 192, 128, 64, 32, 64, 128)
    ratio: float = 0.1
    channels: int = 128
    blocks: int = 4
    dropout: float = 0.5


class CnnTuneEncoder(NoteTuneEncoder):
    """Embedding, convolution over single notes, blocks over three notes, maximum over the tune, projection.

    The blocks and the maximum follow Kim (EMNLP 2014), the normalisation Ioffe and Szegedy (ICML 2015).
    Padding is set to 0 after every step, so a tune's vector does not depend on the other tunes of its batch.
    """

    config_type = CnnTuneConfig
    config: CnnTuneConfig

    def __init__(self, config: CnnTuneConfig) -> None:
        super().__init__(config)
        for name in ("blocks", "channels", "ratio"):
            if (value := getattr(config, name)) <= 0:
                raise ValueError(f"{name} is {value}, but must be more than 0")
        self.embedding = NoteEmbedding([math.ceil(width * config.ratio) for width in config.widths])
        self.first = nn.Conv1d(self.embedding.dim, config.channels, 1)
        self.blocks = nn.ModuleList(
            nn.Conv1d(config.channels, config.channels, _KERNEL, padding=_KERNEL // 2)
            for _ in range(config.blocks)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(config.channels) for _ in range(config.blocks + 1))
        self.dropout = nn.Dropout(config.dropout)
        self.projection = nn.Linear(config.channels, config.dim)

    def passages(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Encode passages. shapes = (B, T, 7) and (B,) to (B, dim)"""
        notes = torch.arange(rows.shape[1], device=rows.device)
        real = notes < lengths.to(rows.device)[:, None]  # (B, T)
        signal = self.embedding(rows).transpose(1, 2)  # (B, channels, T)
        signal = _active(self.norms[0], self.first(signal), real)
        for number, block in enumerate(self.blocks, 1):
            signal = _active(self.norms[number], block(signal), real)
            if number < len(self.blocks):
                signal = F.max_pool1d(self.dropout(signal), 2, ceil_mode=True)
                real = real[:, ::2]  # padding is at the end: a pair with a note begins with one
        vectors: Tensor = self.projection(signal.amax(dim=2))
        return vectors


def _active(norm: nn.Module, signal: Tensor, real: Tensor) -> Tensor:
    """Normalise by the statistics of real notes and rectify; padding becomes 0. shape = (B, channels, T)"""
    by_note = signal.transpose(1, 2)  # (B, T, channels)
    active = torch.zeros_like(by_note)
    active[real] = F.relu(norm(by_note[real]))
    return active.transpose(1, 2)
