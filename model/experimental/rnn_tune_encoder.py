"""The recurrent tune encoder: a bidirectional network on top of the hierarchical note model."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from model.experimental.hierarchy import Hierarchy
from model.experimental.note_encoder import NoteTuneConfig, NoteTuneEncoder


@dataclass(frozen=True, kw_only=True)
class RnnTuneConfig(NoteTuneConfig):
    """Settings of the recurrent tune encoder, a `Hierarchy` below a two-layer bidirectional GRU.

    Attributes
    ----------
    widths : embedding widths of pitch, duration, place, bar, mode, metre and dance, each > 0
    hidden : units of each network of the hierarchy, > 0
    top : units per layer and direction of the GRU on top, > 0
    dropout : dropout rate between the layers of the GRU on top, 0 <= x < 1
    frozen : whether training changes only the projection
    """

    name: str = "rnn"
    widths: tuple[int, ...] = (64, 24, 16, 8, 4, 8, 16)
    hidden: int = 128
    top: int = 128
    dropout: float = 0.3
    frozen: bool = False


class RnnTuneEncoder(NoteTuneEncoder):
    """Projects the concatenated last states of all layers and directions.

    The gated recurrent units are those of Cho et al. (EMNLP 2014), the two directions follow Schuster and
    Paliwal (IEEE Transactions on Signal Processing, 1997).
    """

    config_type = RnnTuneConfig
    config: RnnTuneConfig

    def __init__(self, config: RnnTuneConfig) -> None:
        super().__init__(config)
        self.hierarchy = Hierarchy(config.widths, config.hidden)
        self.top = nn.GRU(
            config.hidden, config.top, 2, dropout=config.dropout, batch_first=True, bidirectional=True
        )
        if config.frozen:
            self.requires_grad_(False)
        self.projection = nn.Linear(4 * config.top, config.dim)

    def passages(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Encode passages. shapes = (B, T, 7) and (B,) to (B, dim)"""
        notes = self.hierarchy(rows, lengths)
        packed = pack_padded_sequence(notes, lengths, batch_first=True, enforce_sorted=False)
        last = self.top(packed)[1]  # (4, B, top), in the order of the batch: PyTorch undoes the sorting
        vectors: Tensor = self.projection(torch.cat(list(last), dim=-1))
        return vectors
