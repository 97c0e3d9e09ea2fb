"""The file of a pretrained model: weights and config as safetensors; and an encoder that begins with them."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from model.checkpoint import CheckpointError
from model.rnn_tune_encoder import RnnTuneEncoder
from training.pretraining.next_note import NextNote, PretrainConfig


def save(model: NextNote, path: Path) -> None:
    """Write weights and config."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, path, metadata={"pretraining": json.dumps(asdict(model.config))})


def load(path: Path, device: torch.device) -> NextNote:
    """Read a model, ready to predict. Raises CheckpointError."""
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            config = json.loads((file.metadata() or {})["pretraining"])
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a mapping
        config["widths"] = tuple(config["widths"])  # JSON knows no tuples
        model = NextNote(PretrainConfig(**config))
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name} is not a pretrained model: {error!r}") from error
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"{path.name}: weights do not fit the config {config}: {error}") from error
    return model.to(device).eval()


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
