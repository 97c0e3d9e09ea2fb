"""A pretrained next-note model: its file, and its use as the warm start of a recurrent tune encoder."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from model.abc import Tune
from model.checkpoint import CheckpointError, read_weights, save_weights
from model.device import Device
from model.encoder import Encoder
from model.experimental.rnn_tune_encoder import RnnTuneEncoder
from model.network import load_weights, weights_of
from training.corpora.curate import exact_melody
from training.lab.leaks import LeakError
from training.lab.pretraining.next_note import NextNote, PretrainConfig

_KEY = "pretraining"


@dataclass(frozen=True)
class Pretrained:
    """A `training.fitting.warm_start.WarmStart` with the hierarchy of a next-note model.

    Attributes
    ----------
    model : the next-note model
    melodies : digests of the melodies that it was trained on
    name : of its file
    digest : of its file
    """

    model: NextNote
    melodies: frozenset[str]
    name: str
    digest: str

    @property
    def config(self) -> dict[str, Any]:
        """The model's `PretrainConfig`."""
        return asdict(self.model.config)

    def apply(self, encoder: Encoder[Tune, Any]) -> None:
        """Copy the hierarchy into a recurrent tune encoder; its other weights stay as they are.

        Raises CheckpointError when the encoder has no hierarchy, or one of other sizes.
        """
        if not isinstance(encoder, RnnTuneEncoder):
            raise CheckpointError(
                f"{self.name} is for the recurrent encoder, not for {type(encoder).__name__}"
            )
        config, expected = self.model.config, encoder.config
        if (config.widths, config.hidden) != (expected.widths, expected.hidden):
            raise CheckpointError(
                f"{self.name} has embeddings of {config.widths} and {config.hidden} hidden units, "
                f"the encoder has {expected.widths} and {expected.hidden}"
            )
        encoder.hierarchy.load_state_dict(self.model.hierarchy.state_dict())

    def check_leaks(self, training_tunes: Sequence[Tune]) -> None:
        """Raise LeakError when the model was trained on a melody that none of these tunes has."""
        if leaks := len(self.melodies.difference(map(_digest, training_tunes))):
            raise LeakError(
                f"{self.name} was trained on {leaks} melodies that are not in the training part of this "
                "split: pretrain it with the same corpora, lists and seed"
            )


def save(model: NextNote, training_tunes: Sequence[Tune], path: Path) -> None:
    """Write weights, config, and a digest of the melody of each training tune."""
    melodies = sorted({_digest(tune) for tune in training_tunes})
    save_weights(weights_of(model), _KEY, {**asdict(model.config), "melodies": melodies}, path)


def load(path: Path, device: Device) -> Pretrained:
    """Read a model, ready to predict. Raises CheckpointError."""
    saved, weights = read_weights(path, _KEY)
    try:
        melodies = frozenset(saved.pop("melodies"))
        saved["widths"] = tuple(saved["widths"])  # JSON has no tuples
        model = NextNote(PretrainConfig(**saved))
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name}: not the config of a pretrained model: {error!r}") from error
    try:
        load_weights(model, weights)
    except ValueError as error:
        raise CheckpointError(f"{path.name}: {error}") from error
    return Pretrained(
        model.to(device).eval(), melodies, path.name, hashlib.sha256(path.read_bytes()).hexdigest()
    )


def _digest(tune: Tune) -> str:
    return hashlib.sha256(repr(exact_melody(tune)).encode()).hexdigest()[:16]
