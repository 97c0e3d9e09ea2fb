"""The recurrent tune encoder: the hierarchical note model, and a network above it that reads both ways."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from model.experimental.hierarchy import Hierarchy
from model.experimental.note_encoder import NoteTuneConfig, NoteTuneEncoder


@dataclass(frozen=True, kw_only=True)
class RnnTuneConfig(NoteTuneConfig):
    """A `Hierarchy` with a two-layer bidirectional GRU on it.

    Attributes
    ----------
    widths : of the embeddings of pitch, duration, place, bar, mode, metre and dance, each > 0
    hidden : units of each network of the hierarchy, > 0
    top : units of each layer and direction of the network on it, > 0
    dropout : between its layers, 0 <= x < 1
    frozen : whether training leaves all but the projection as it is
    """

    name: str = "rnn"
    widths: tuple[int, ...] = (64, 24, 16, 8, 4, 8, 16)
    hidden: int = 128
    top: int = 128
    dropout: float = 0.3
    frozen: bool = False


class RnnTuneEncoder(NoteTuneEncoder):
    """The last states of all layers and directions, joined and projected.

    Gated recurrent units are those of Cho et al. (EMNLP 2014), both directions as in Schuster and Paliwal
    (IEEE Transactions on Signal Processing, 1997).
    """

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
        """Vectors of passages. shapes = (B, T, 7) and (B,) to (B, dim)"""
        notes = self.hierarchy(rows, lengths)
        packed = pack_padded_sequence(notes, lengths, batch_first=True, enforce_sorted=False)
        last = self.top(packed)[1]  # (4, B, top), in the order of the batch: packing is undone
        vectors: Tensor = self.projection(torch.cat(list(last), dim=-1))
        return vectors
