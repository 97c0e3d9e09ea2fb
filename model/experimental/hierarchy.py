"""The hierarchical note model: notes within bars, bars within the tune.

A recurrent network reads the notes and attention summarises each bar. A second network reads the bars. A
third reads the notes again, each together with the summary of the bars before its own. The model never looks
ahead, so the same parts predict the next note (`training.lab.pretraining`) and describe a tune
(`model.experimental.rnn_tune_encoder`). The division into notes and bars follows VirtuosoNet (Jeong et al.,
ISMIR 2019), the attention over the notes of a bar follows hierarchical attention networks (Yang et al.,
NAACL 2016).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from model.experimental.notes import BAR, SIZES


class NoteEmbedding(nn.Module):
    """Embeds each column of a note and concatenates the results.

    Parameters
    ----------
    widths : embedding width of each column of `model.experimental.notes.Columns`
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.dim = sum(widths)
        self.columns = nn.ModuleList(
            nn.Embedding(size, width, padding_idx=0) for size, width in zip(SIZES, widths, strict=True)
        )

    def forward(self, rows: Tensor) -> Tensor:
        """Embed notes. shapes = (B, T, 7) to (B, T, dim)"""
        return torch.cat([column(rows[..., i]) for i, column in enumerate(self.columns)], dim=-1)


class BarAttention(nn.Module):
    """Summarises each bar as the mean of its notes, weighted by their match with a learned query."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.key = nn.Linear(dim, dim)
        self.question = nn.Linear(dim, 1, bias=False)

    def forward(self, notes: Tensor, bar: Tensor, bars: int) -> Tensor:
        """Summarise the bars of each tune.

        `bar` holds the bar number of each note, from 0; the number `bars` marks padding, which is ignored.
        shapes = (B, T, dim) and (B, T) to (B, bars, dim)
        """
        score = self.question(torch.tanh(self.key(notes)))[
            ..., 0
        ]  # (B, T), bounded by the norm of `question`
        weight = (score - score.amax(dim=1, keepdim=True).detach()).exp()
        total = weight.new_zeros(len(notes), bars + 1).scatter_add(1, bar, weight)
        share = weight / total.gather(1, bar).clamp(min=1e-9)
        summed = notes.new_zeros(len(notes), bars + 1, notes.shape[-1])
        return summed.scatter_add(1, bar[..., None].expand_as(notes), share[..., None] * notes)[:, :bars]


class Hierarchy(nn.Module):
    """Encodes each note with everything that came before it.

    Parameters
    ----------
    widths : embedding widths of a note's columns
    hidden : units of each recurrent network; also the output width `dim`
    """

    def __init__(self, widths: Sequence[int], hidden: int) -> None:
        super().__init__()
        self.dim = hidden
        self.embedding = NoteEmbedding(widths)
        self.note_rnn = nn.GRU(self.embedding.dim, hidden, batch_first=True)
        self.attention = BarAttention(hidden)
        self.bar_rnn = nn.GRU(hidden, hidden, batch_first=True)
        self.final_rnn = nn.GRU(2 * hidden, hidden, batch_first=True)

    def forward(self, rows: Tensor, lengths: Tensor) -> Tensor:
        """Encode notes. shapes = (B, T, 7) and (B,), on the CPU, to (B, T, dim); padding becomes 0."""
        bar, bars = _bar_numbers(rows)
        notes = run_packed(self.note_rnn, self.embedding(rows), lengths)
        so_far, _ = self.bar_rnn(self.attention(notes, bar, bars))  # (B, bars, dim)
        before = torch.cat([torch.zeros_like(so_far[:, :1]), so_far], dim=1)  # no bar precedes the first
        context = before.gather(1, bar[..., None].expand(-1, -1, self.dim))
        return run_packed(self.final_rnn, torch.cat([notes, context], dim=-1), lengths)


def run_packed(rnn: nn.GRU, padded: Tensor, lengths: Tensor) -> Tensor:
    """Run a recurrent network over padded sequences, keeping their order. shape = (B, T, out)"""
    packed = pack_padded_sequence(padded, lengths, batch_first=True, enforce_sorted=False)
    out: Tensor = pad_packed_sequence(rnn(packed)[0], batch_first=True, total_length=padded.shape[1])[0]
    return out


def _bar_numbers(rows: Tensor) -> tuple[Tensor, int]:
    """The bar of each note, counted from 0 in its tune, and the number of bars, which also marks padding."""
    number = rows[..., BAR]
    starts = torch.zeros_like(number)
    starts[:, 1:] = (number[:, 1:] != number[:, :-1]).long()
    bar = starts.cumsum(dim=1)
    real = number > 0
    bars = int(bar[real].max()) + 1
    return bar.masked_fill(~real, bars), bars
