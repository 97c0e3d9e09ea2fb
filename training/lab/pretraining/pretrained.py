"""The file of a pretrained model: weights, config, digests of its training tunes; and transfer from it."""

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
    """A next-note model, and digests of the melodies that it was trained on."""

    model: NextNote
    melodies: frozenset[str]

    def beyond(self, tunes: Sequence[Tune]) -> int:
        """The number of its melodies that none of the tunes has note for note."""
        return len(self.melodies.difference(map(_digest, tunes)))


def save(model: NextNote, training_tunes: Sequence[Tune], path: Path) -> None:
    """Write weights, config, and a digest of the melody of each training tune."""
    melodies = sorted({_digest(tune) for tune in training_tunes})
    save_weights(model, _KEY, {**asdict(model.config), "melodies": melodies}, path)


def load(path: Path, device: torch.device) -> Pretrained:
    """Read a model, ready to predict. Raises CheckpointError."""
    saved, weights = read_weights(path, _KEY, device)
    try:
        melodies = frozenset(saved.pop("melodies"))
        saved["widths"] = tuple(saved["widths"])  # JSON has no tuples
        model = NextNote(PretrainConfig(**saved))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name}: not the config of a pretrained model: {error!r}") from error
    return Pretrained(with_weights(model, weights, path, device), melodies)


def transfer(path: Path, encoder: nn.Module) -> Pretrained:
    """Copy the hierarchy of a pretrained model into an encoder; its other weights stay as they are.

    Returns the pretrained model. Raises CheckpointError when the file cannot be read, its sizes are not the
    encoder's, or the encoder has no hierarchy.
    """
    if not isinstance(encoder, RnnTuneEncoder):
        raise CheckpointError(f"{path.name} is for the recurrent encoder, not for {type(encoder).__name__}")
    pretrained = load(path, encoder.device)
    config, wanted = pretrained.model.config, encoder.config
    if (config.widths, config.hidden) != (wanted.widths, wanted.hidden):
        raise CheckpointError(
            f"{path.name} has embeddings of {config.widths} and {config.hidden} hidden units, "
            f"the encoder has {wanted.widths} and {wanted.hidden}"
        )
    encoder.hierarchy.load_state_dict(pretrained.model.hierarchy.state_dict())
    return pretrained


def _digest(tune: Tune) -> str:
    return hashlib.sha256(repr(exact_melody(tune)).encode()).hexdigest()[:16]
