"""The encoders by name. Each is imported when it is first used, so the product never loads an experiment."""

import importlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

from model.encoder import Encoder, Featurizer
from model.errors import GanAinmError

Tower = Literal["tune", "title"]

ENCODERS: dict[Tower, dict[str, str]] = {
    "tune": {
        "ngram": "model.ngram_tune_encoder:NgramTuneEncoder",
        "rnn": "model.experimental.rnn_tune_encoder:RnnTuneEncoder",
        "cnn": "model.experimental.cnn_tune_encoder:CnnTuneEncoder",
    },
    "title": {
        "ngram": "model.ngram_title_encoder:NgramTitleEncoder",
        "sentence": "model.experimental.sentence_title_encoder:SentenceTitleEncoder",
    },
}


class EncoderError(GanAinmError):
    """An encoder that does not exist, or cannot be built from its config."""


def build_encoder(tower: Tower, config: Mapping[str, Any]) -> Encoder[Any, Any]:
    """A new encoder from its config, which has the encoder's name under "name". Raises EncoderError."""
    encoder: Encoder[Any, Any] = _build(tower, config, lambda encoder_type, typed: encoder_type(typed))
    return encoder


def build_featurizer(tower: Tower, config: Mapping[str, Any]) -> Featurizer[Any, Any]:
    """The featurizer of an encoder's config, without its network. Raises EncoderError."""
    featurizer: Featurizer[Any, Any] = _build(
        tower, config, lambda encoder_type, typed: encoder_type.featurizer_type(typed)
    )
    return featurizer


def encoder_config(tower: Tower, name: str, **values: Any) -> dict[str, Any]:
    """The default config of an encoder, with these values changed. Raises EncoderError."""
    config: dict[str, Any] = _build(tower, {"name": name, **values}, lambda _, typed: asdict(typed))
    return config


def _build(tower: Tower, config: Mapping[str, Any], make: Any) -> Any:
    name = str(config.get("name"))
    if name not in ENCODERS[tower]:
        names = ", ".join(ENCODERS[tower])
        raise EncoderError(f"there is no {tower} encoder {name!r}; choose one of {names}")
    module, _, class_name = ENCODERS[tower][name].partition(":")
    try:
        encoder_type: type[Encoder[Any, Any]] = getattr(importlib.import_module(module), class_name)
        # JSON and TOML have lists where the configs have tuples.
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
        return make(encoder_type, encoder_type.config_type(**values))
    except (TypeError, ValueError, RuntimeError) as error:
        raise EncoderError(f"config of {tower} encoder {name!r}: {error}") from error
    except ImportError as error:
        raise EncoderError(f"{tower} encoder {name!r} {error}") from error
