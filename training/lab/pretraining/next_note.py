"""The next-note model: the hierarchy, with heads that predict the pitch and duration of the next note.

The position of a note in its bar follows from the notes before it, so only pitch and duration are predicted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from model.abc import Tune
from model.experimental.hierarchy import Hierarchy
from model.experimental.notes import (
    BAR,
    DURATION,
    DURATIONS,
    MAX_TOKENS,
    MODE,
    PITCH,
    SIZES,
    Tokens,
    header_numbers,
    note_tokens,
    padded,
)
from model.experimental.rnn_tune_encoder import RnnTuneConfig
from training.lab.pretraining.nats import Nats

END = 0  # in the column of pitches: the tune ends


@dataclass(frozen=True)
class PretrainConfig:
    """The sizes of the model and how to train it. Saved with its weights.

    Attributes
    ----------
    seed : random seed
    widths, hidden : as in `RnnTuneConfig`; the weights fit an encoder with the same values
    longest : the number of notes read of a tune, from its beginning; 0 < x <= `MAX_TOKENS`
    batch : tunes a step, > 0
    rate : learning rate, > 0
    max_epochs : maximum number of epochs, > 0
    patience : epochs without a better validation perplexity after which training stops, > 0
    """

    seed: int = 0
    widths: tuple[int, ...] = RnnTuneConfig.widths
    hidden: int = RnnTuneConfig.hidden
    longest: int = MAX_TOKENS
    batch: int = 32
    rate: float = 0.002
    max_epochs: int = 40
    patience: int = 3

    def __post_init__(self) -> None:
        """Raise ValueError when a value is out of range."""
        if min(self.hidden, self.batch, self.max_epochs, self.patience) < 1 or self.rate <= 0:
            raise ValueError("hidden, batch, rate, max_epochs and patience must be more than 0")
        if not 0 < self.longest <= MAX_TOKENS:
            raise ValueError(f"longest is {self.longest}; it must be 1 to {MAX_TOKENS}")


class NextNote(nn.Module):
    """A `Hierarchy` with a head for the next pitch, and one for its duration given the pitch."""

    def __init__(self, config: PretrainConfig) -> None:
        super().__init__()
        self.config = config
        self.hierarchy = Hierarchy(config.widths, config.hidden)
        self.pitch = nn.Linear(config.hidden, SIZES.pitch)
        self.duration = nn.Linear(config.hidden + config.widths[PITCH], len(DURATIONS))

    @property
    def device(self) -> torch.device:
        """The device of the weights."""
        return self.pitch.weight.device

    def duration_logits(self, states: Tensor, pitch: Tensor) -> Tensor:
        """Logits of `DURATIONS` given the next pitch.

        Parameters
        ----------
        states : of the hierarchy, shape = (..., hidden)
        pitch : numbers of pitches, shape = (...)

        Returns
        -------
        shape = (..., durations)
        """
        embedded = self.hierarchy.embedding.columns[PITCH](pitch)
        logits: Tensor = self.duration(torch.cat([states, embedded], dim=-1))
        return logits

    def nats(self, batch: Sequence[Tokens]) -> Nats:
        """How surprising the notes of some tunes are, in the order of the tunes; each is from `framed`."""
        rows, lengths = padded(batch, self.device)
        states = self.hierarchy(rows[:, :-1], lengths - 1)
        steps = torch.arange(states.shape[1]) < lengths[:, None] - 1
        states, following = states[steps], rows[:, 1:][steps]
        pitch, duration = following[:, PITCH], following[:, DURATION]
        sounds = pitch != END
        durations = self.duration_logits(states[sounds], pitch[sounds])
        return Nats(
            F.cross_entropy(self.pitch(states), pitch, reduction="none"),
            F.cross_entropy(durations, duration[sounds] - 1, reduction="none"),
        )


def framed(tune: Tune, longest: int) -> Tokens:
    """The rows of a tune's notes, after a row with only the header and before a row that marks the end.

    shape = (notes + 2, 7). A tune of more than `longest` notes is cut there and has no end row. The model
    reads all rows but the last and predicts all but the first.
    """
    start = np.zeros((1, len(SIZES)), dtype=np.int64)
    start[0, BAR] = 1  # in the first bar: a row without a bar is padding
    start[0, MODE:] = header_numbers(tune)
    end = np.full((int(len(tune.notes) <= longest), len(SIZES)), END)
    return np.concatenate([start, note_tokens(tune)[:longest], end])
