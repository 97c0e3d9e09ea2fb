"""The file of a pretrained model: weights, config, digests of what was learned; and what begins with it."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import nn

from model.abc import Tune
from model.checkpoint import CheckpointError, read_weights, save_weights, with_weights
from model.experimental.rnn_tune_encoder import RnnTuneEncoder
from training.corpora.curate import exact_melody
from training.lab.pretraining.next_note import NextNote, PretrainConfig

_KEY = "pretraining"


@dataclass(frozen=True)
class Pretrained:
    """A model of the next note, and digests of the melodies that it has learned."""

    model: NextNote
    melodies: frozenset[str]

    def beyond(self, tunes: Sequence[Tune]) -> int:
        """How many of its melodies are, note for note, of none of the tunes."""
        return len(self.melodies.difference(map(_digest, tunes)))


def save(model: NextNote, learned: Sequence[Tune], path: Path) -> None:
    """Write weights, config, and a digest of the melody of each tune that the model has learned."""
    melodies = sorted({_digest(tune) for tune in learned})
    save_weights(model, _KEY, {**asdict(model.config), "melodies": melodies}, path)


def load(path: Path, device: torch.device) -> Pretrained:
    """Read a model, ready to predict. Raises CheckpointError."""
    saved, weights = read_weights(path, _KEY, device)
    try:
        melodies = frozenset(saved.pop("melodies"))
        saved["widths"] = tuple(saved["widths"])  # JSON knows no tuples
        model = NextNote(PretrainConfig(**saved))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name}: no pretrained model has such a config: {error!r}") from error
    return Pretrained(with_weights(model, weights, path, device), melodies)


def transfer(path: Path, encoder: nn.Module) -> Pretrained:
    """Give an encoder the hierarchy of a pretrained model; the rest of it stays as it is.

    Returns what the hierarchy is of. Raises CheckpointError when the file cannot be read, its sizes are not
    the encoder's, or the encoder has no hierarchy.
    """
    if not isinstance(encoder, RnnTuneEncoder):
        raise CheckpointError(f"{path.name} is for the recurrent encoder, not for {type(encoder).__name__}")
    pretrained = load(path, encoder.device)
    has, wants = ((one.widths, one.hidden) for one in (pretrained.model.config, encoder.config))
    if has != wants:
        raise CheckpointError(
            f"{path.name} has embeddings of {has[0]} and {has[1]} hidden units, "
            f"the encoder has {wants[0]} and {wants[1]}"
        )
    encoder.hierarchy.load_state_dict(pretrained.model.hierarchy.state_dict())
    return pretrained


def _digest(tune: Tune) -> str:
    return hashlib.sha256(repr(exact_melody(tune)).encode()).hexdigest()[:16]
