"""The encoders by name.

Each is imported when it is first used: the product loads no experiment, and the service on a CPU no PyTorch.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from model.arrays import Array
from model.device import Device
from model.encoder import Encoder, Featurizer
from model.errors import GanAinmError

if TYPE_CHECKING:
    from model.network import Network

Tower = Literal["tune", "title"]
TuneName = Literal["ngram", "rnn", "cnn"]
TitleName = Literal["ngram", "sentence"]
Classes = Mapping[Tower, Mapping[str, str]]  # "module:class" by name

ENCODERS: Classes = {
    "tune": {
        "ngram": "model.ngram_encoder:NgramTuneEncoder",
        "rnn": "model.experimental.rnn_tune_encoder:RnnTuneEncoder",
        "cnn": "model.experimental.cnn_tune_encoder:CnnTuneEncoder",
    },
    "title": {
        "ngram": "model.ngram_encoder:NgramTitleEncoder",
        "sentence": "model.experimental.sentence_title_encoder:SentenceTitleEncoder",
    },
}
# The networks to train, which also run on a GPU: only the n-gram encoders have a form without PyTorch.
NETWORKS: Classes = {
    "tune": {**ENCODERS["tune"], "ngram": "model.ngram_network:NgramTuneNetwork"},
    "title": {**ENCODERS["title"], "ngram": "model.ngram_network:NgramTitleNetwork"},
}


class EncoderError(GanAinmError):
    """An encoder that does not exist, or cannot be built from its config."""


def build_network(tower: Tower, config: Mapping[str, Any]) -> "Network[Any, Any]":
    """A new network to train, from a config with the encoder's name under "name". Raises EncoderError."""
    network: Network[Any, Any] = _build(tower, config, lambda network, typed: network(typed), NETWORKS)
    return network


def restore_encoder(
    tower: Tower, config: Mapping[str, Any], weights: Mapping[str, Array], device: Device
) -> Encoder[Any, Any]:
    """The encoder with this config and these weights, on the device.

    On a CPU the n-gram encoders are not networks, and use the given table without a copy. Raises
    EncoderError, also when the weights do not fit the config.
    """
    if device == "cpu":
        encoder: Encoder[Any, Any] = _restore(tower, config, weights, ENCODERS)
        return encoder
    network: Network[Any, Any] = _restore(tower, config, weights, NETWORKS)
    return network.to(device)


def build_featurizer(tower: Tower, config: Mapping[str, Any]) -> Featurizer[Any, Any]:
    """The featurizer of an encoder's config. Raises EncoderError."""
    featurizer: Featurizer[Any, Any] = _build(
        tower, config, lambda encoder_type, typed: encoder_type.featurizer_type(typed)
    )
    return featurizer


def encoder_config(tower: Tower, name: str, **values: Any) -> dict[str, Any]:
    """The default config of an encoder, with these values changed. Raises EncoderError."""
    config: dict[str, Any] = _build(tower, {"name": name, **values}, lambda _, typed: asdict(typed))
    return config


def _restore(tower: Tower, config: Mapping[str, Any], weights: Mapping[str, Array], classes: Classes) -> Any:
    return _build(tower, config, lambda encoder, typed: encoder.restore(typed, weights), classes)


def _build(
    tower: Tower, config: Mapping[str, Any], make: Callable[[Any, Any], Any], classes: Classes = ENCODERS
) -> Any:
    """Call `make` with the class that the config names, and with the typed config."""
    name = str(config.get("name"))
    if name not in classes[tower]:
        names = ", ".join(classes[tower])
        raise EncoderError(f"there is no {tower} encoder {name!r}; choose one of {names}")
    module, _, class_name = classes[tower][name].partition(":")
    try:
        encoder_type: type[Encoder[Any, Any]] = getattr(importlib.import_module(module), class_name)
        # JSON and TOML have lists where the configs have tuples.
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
        return make(encoder_type, encoder_type.config_type(**values))
    except (TypeError, ValueError, RuntimeError) as error:
        raise EncoderError(f"config of {tower} encoder {name!r}: {error}") from error
    except ImportError as error:
        raise EncoderError(f"{tower} encoder {name!r} {error}") from error
