"""Checkpoints: an encoder's weights and its config in one safetensors file."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from model.arrays import Array, map_arrays, save_arrays
from model.device import Device
from model.encoder import Encoder
from model.errors import GanAinmError
from model.registry import EncoderError, Tower, restore_encoder

_KEY = "config"


class CheckpointError(GanAinmError):
    """A checkpoint that cannot be read, with what was found and what was expected."""


def save_encoder(encoder: Encoder[Any, Any], path: Path) -> None:
    """Write config and weights. Half precision of the weights changes a cosine by less than 0.001."""
    save_weights(_halved(encoder.weights()), _KEY, asdict(encoder.config), path)


def load_encoder(tower: Tower, path: Path, device: Device) -> Encoder[Any, Any]:
    """Read an encoder, ready to encode. On a CPU, the n-gram encoders are mapped and need no PyTorch.

    Raises CheckpointError when the file is not a checkpoint of this tower, its weights do not fit its config,
    or its encoder needs an extra that is not installed.
    """
    config, weights = read_weights(path, _KEY)
    try:
        return restore_encoder(tower, config, weights, device)
    except EncoderError as error:
        raise CheckpointError(f"{path.name}: {error}") from error


def as_saved(tower: Tower, encoder: Encoder[Any, Any], device: Device) -> Encoder[Any, Any]:
    """The same encoder as `load_encoder` would restore it after `save_encoder`."""
    return restore_encoder(tower, asdict(encoder.config), _halved(encoder.weights()), device)


def _halved(weights: Mapping[str, Array]) -> dict[str, Array]:
    return {
        name: array.astype(np.float16) if array.dtype == np.float32 else array
        for name, array in weights.items()
    }


def save_weights(weights: Mapping[str, Array], key: str, config: Mapping[str, Any], path: Path) -> None:
    """Write weights, and a config as JSON in the metadata under `key`."""
    save_arrays(weights, path, {key: json.dumps(config)})


def read_weights(path: Path, key: str) -> tuple[dict[str, Any], dict[str, Array]]:
    """The config and the weights that `save_weights` wrote under that key. Raises CheckpointError."""
    try:
        weights, metadata = map_arrays(path)
        config = metadata.get(key)
        if config is None:
            raise CheckpointError(f"{path.name} is not a checkpoint of this kind: no {key!r} in its metadata")
        return dict(json.loads(config)), weights
    except (OSError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name} is not a checkpoint: {error!r}") from error
