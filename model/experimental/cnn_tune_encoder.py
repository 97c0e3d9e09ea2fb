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
    """Blocks of convolution over embedded notes.

    Attributes
    ----------
    widths : of the embeddings of pitch, duration, place, bar, mode, metre and dance, each > 0
    ratio : what each of these widths is multiplied by, rounded up, > 0
    channels : of every convolution, > 0
    blocks : convolutions over three notes, > 0; between two of them the larger of each two is kept
    dropout : after all but the first and the last convolution, 0 <= x < 1
    """

    name: str = "cnn"
    widths: tuple[int, ...] = (512, 192, 128, 64, 32, 64, 128)
    ratio: float = 0.1
    channels: int = 128
    blocks: int = 4
    dropout: float = 0.5


class CnnTuneEncoder(NoteTuneEncoder):
    """Embedding, a convolution over single notes, blocks over three, the maximum over the tune, projection.

    Blocks and maximum as in Kim (EMNLP 2014), normalisation as in Ioffe and Szegedy (ICML 2015).
    What fills up a batch is 0 after every step, so that a tune's vector does not depend on its neighbours.
    """

    config: CnnTuneConfig

    def __init__(self, config: CnnTuneConfig) -> None:
        super().__init__(config)
        for name in ("blocks", "channels", "ratio"):
            if (value := getattr(config, name)) <= 0:
                raise ValueError(f"{name} is {value}; it is more than 0")
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
        """Vectors of passages. shapes = (B, T, 7) and (B,) to (B, dim)"""
        notes = torch.arange(rows.shape[1], device=rows.device)
        real = notes < lengths.to(rows.device)[:, None]  # (B, T)
        signal = self.embedding(rows).transpose(1, 2)  # (B, channels, T)
        signal = _active(self.norms[0], self.first(signal), real)
        for number, block in enumerate(self.blocks, 1):
            signal = _active(self.norms[number], block(signal), real)
            if number < len(self.blocks):
                signal = F.max_pool1d(self.dropout(signal), 2, ceil_mode=True)
                real = real[:, ::2]  # of two notes the first is there if one is
        vectors: Tensor = self.projection(signal.amax(dim=2))
        return vectors


def _active(norm: nn.Module, signal: Tensor, real: Tensor) -> Tensor:
    """Normalised by the statistics of what is real, rectified; 0 elsewhere. shape = (B, channels, T)"""
    by_note = signal.transpose(1, 2)  # (B, T, channels)
    active = torch.zeros_like(by_note)
    active[real] = F.relu(norm(by_note[real]))
    return active.transpose(1, 2)
