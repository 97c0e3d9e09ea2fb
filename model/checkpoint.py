"""Checkpoints: an encoder's weights and its config in one safetensors file."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from model.encoder import Encoder
from model.errors import GanAinmError
from model.registry import EncoderError, Tower, build_encoder

_KEY = "config"

Array = TypeVar("Array")
Module = TypeVar("Module", bound=nn.Module)


class CheckpointError(GanAinmError):
    """A checkpoint that cannot be read, with what was found and what was expected."""


def save_encoder(encoder: Encoder[Any, Any], path: Path) -> None:
    """Write weights and config."""
    save_weights(encoder, _KEY, asdict(encoder.config), path)


def load_encoder(tower: Tower, path: Path, device: torch.device) -> Encoder[Any, Any]:
    """Read an encoder, ready to encode.

    Raises CheckpointError when the file is not a checkpoint of this tower, its weights do not fit its config,
    or its encoder needs an extra that is not installed.
    """
    config, weights = read_weights(path, _KEY, device)
    try:
        encoder = build_encoder(tower, config)
    except EncoderError as error:
        raise CheckpointError(f"{path.name}: {error}") from error
    return with_weights(encoder, weights, path, device)


def save_weights(module: nn.Module, key: str, config: Mapping[str, Any], path: Path) -> None:
    """Write weights, and a config as JSON in the metadata under `key`."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}
    save_file(tensors, path, metadata={key: json.dumps(config)})


def read_weights(
    path: Path, key: str, device: torch.device
) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """The config and the weights that `save_weights` wrote under that key. Raises CheckpointError."""
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            config = (file.metadata() or {}).get(key)
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a mapping
        if config is None:
            raise CheckpointError(f"{path.name} is not a checkpoint of this kind: no {key!r} in its metadata")
        return dict(json.loads(config)), weights
    except (OSError, SafetensorError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name} is not a checkpoint: {error!r}") from error


def with_weights(
    module: Module, weights: Mapping[str, torch.Tensor], path: Path, device: torch.device
) -> Module:
    """The module with these weights, in eval mode. Raises CheckpointError, which names their file `path`."""
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"{path.name}: weights do not fit the config: {error}") from error
    return module.to(device).eval()


def under(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays whose names begin with the prefix, under their names without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
