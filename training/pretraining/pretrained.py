"""The file of a pretrained model: weights and config as safetensors; and an encoder that begins with them."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from model.checkpoint import CheckpointError, read_weights, save_weights
from model.rnn_tune_encoder import RnnTuneEncoder
from training.pretraining.next_note import NextNote, PretrainConfig

_KIND = "pretraining"


def save(model: NextNote, path: Path) -> None:
    """Write weights and config."""
    save_weights(model, _KIND, asdict(model.config), path)


def load(path: Path, device: torch.device) -> NextNote:
    """Read a model, ready to predict. Raises CheckpointError."""

    def build(config: dict[str, Any]) -> NextNote:
        try:
            config["widths"] = tuple(config["widths"])  # JSON knows no tuples
            return NextNote(PretrainConfig(**config))
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(
                f"{path.name}: no pretrained model has the config {config}: {error}"
            ) from error

    return read_weights(path, _KIND, device, build)


def transfer(path: Path, encoder: nn.Module) -> None:
    """Give an encoder the hierarchy of a pretrained model; the rest of it stays as it is.

    Raises CheckpointError when the file cannot be read, its sizes are not the encoder's, or it has no
    hierarchy.
    """
    if not isinstance(encoder, RnnTuneEncoder):
        raise CheckpointError(f"{path.name} is for the recurrent encoder, not for {type(encoder).__name__}")
    model = load(path, encoder.device)
    has, wants = ((one.config.widths, one.config.hidden) for one in (model, encoder))
    if has != wants:
        raise CheckpointError(
            f"{path.name} has embeddings of {has[0]} and {has[1]} hidden units, "
            f"the encoder has {wants[0]} and {wants[1]}"
        )
    encoder.hierarchy.load_state_dict(model.hierarchy.state_dict())
