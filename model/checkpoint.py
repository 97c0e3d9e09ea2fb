"""Checkpoints: an encoder's weights and its config in one safetensors file.

CheckpointError: the file is not a checkpoint of this kind, its weights do not fit its config, or its encoder
needs an extra that is not installed.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from model.abc import Tune
from model.encoder import Encoder
from model.errors import GanAinmError
from model.experimental.cnn_tune_encoder import CnnTuneConfig, CnnTuneEncoder
from model.experimental.rnn_tune_encoder import RnnTuneConfig, RnnTuneEncoder
from model.experimental.sentence_title_encoder import SentenceTitleConfig, SentenceTitleEncoder
from model.ngram_title_encoder import NgramTitleConfig, NgramTitleEncoder
from model.ngram_tune_encoder import NgramTuneConfig, NgramTuneEncoder

TUNE_ENCODERS = {
    "ngram": (NgramTuneConfig, NgramTuneEncoder),
    "rnn": (RnnTuneConfig, RnnTuneEncoder),
    "cnn": (CnnTuneConfig, CnnTuneEncoder),
}
TITLE_ENCODERS = {
    "ngram": (NgramTitleConfig, NgramTitleEncoder),
    "sentence": (SentenceTitleConfig, SentenceTitleEncoder),
}

_KEY = "config"

Array = TypeVar("Array")
Module = TypeVar("Module", bound=nn.Module)


class CheckpointError(GanAinmError):
    """A checkpoint that cannot be read, with what was found and what was expected."""


def build_tune_encoder(config: Mapping[str, Any]) -> Encoder[Tune, Any]:
    """A new tune encoder from its config as a mapping, `name` first of all. Raises CheckpointError."""
    encoder: Encoder[Tune, Any] = _build(config, TUNE_ENCODERS, "tune")
    return encoder


def build_title_encoder(config: Mapping[str, Any]) -> Encoder[str, Any]:
    """A new title encoder from its config as a mapping, `name` first of all. Raises CheckpointError."""
    encoder: Encoder[str, Any] = _build(config, TITLE_ENCODERS, "title")
    return encoder


def under(prefix: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays of a file whose names begin with the prefix, named without it."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def save_encoder(encoder: Encoder[Any, Any], path: Path) -> None:
    """Write weights and config."""
    save_weights(encoder, _KEY, asdict(encoder.config), path)


def load_tune_encoder(path: Path, device: torch.device) -> Encoder[Tune, Any]:
    """Read a tune encoder, ready to encode. Raises CheckpointError."""
    config, weights = read_weights(path, _KEY, device)
    return with_weights(build_tune_encoder(config), weights, path, device)


def load_title_encoder(path: Path, device: torch.device) -> Encoder[str, Any]:
    """Read a title encoder, ready to encode. Raises CheckpointError."""
    config, weights = read_weights(path, _KEY, device)
    return with_weights(build_title_encoder(config), weights, path, device)


def save_weights(module: nn.Module, key: str, config: Mapping[str, Any], path: Path) -> None:
    """Write weights, and as metadata under a key what to build the module from; as JSON."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}
    save_file(tensors, path, metadata={key: json.dumps(config)})


def read_weights(
    path: Path, key: str, device: torch.device
) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """What `save_weights` has written under that key: the config and the weights. Raises CheckpointError."""
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            config = (file.metadata() or {}).get(key)
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a mapping
        if config is None:
            raise CheckpointError(f"{path.name} is no checkpoint of this kind: its metadata has no {key!r}")
        return dict(json.loads(config)), weights
    except (OSError, SafetensorError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path.name} is no checkpoint: {error!r}") from error


def with_weights(
    module: Module, weights: Mapping[str, torch.Tensor], path: Path, device: torch.device
) -> Module:
    """A module with weights, in eval mode. Raises CheckpointError, which names the file they are from."""
    try:
        module.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(f"{path.name}: weights do not fit the config: {error}") from error
    return module.to(device).eval()


def _build(config: Mapping[str, Any], known: Mapping[str, tuple[Any, Any]], kind: str) -> Any:
    name = str(config.get("name"))
    if name not in known:
        raise CheckpointError(f"no {kind} encoder is called {name!r}; known: {', '.join(known)}")
    make_config, make_encoder = known[name]
    try:
        # JSON and TOML know no tuples
        return make_encoder(
            make_config(
                **{key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
            )
        )
    except (TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(f"config of {kind} encoder {name!r}: {error}") from error
    except ImportError as error:
        raise CheckpointError(f"{kind} encoder {name!r} {error}") from error
