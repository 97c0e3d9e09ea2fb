"""How to train."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from model.ngram_titles import NgramTitleConfig
from model.ngram_tunes import NgramTuneConfig
from model.registry import TitleName, TuneName, encoder_config
from training.fitting.loss import LOSSES


@dataclass(frozen=True)
class FitConfig:
    """How to train. It is saved with what was measured.

    Attributes
    ----------
    seed : random seed of splits, weights, views and probes
    batch : tunes in a step, > 1
    names : most names that a batch is contrasted with, or all of its own if these are more, >= 0; 0 takes
        one name of each tune
    loss : of tunes and names: a key of `training.fitting.loss.LOSSES`
    margin : of losses that have one, -1 to 2
    melody : weight of InfoNCE between tunes and other settings of their titles, >= 0; the loss of tunes and
        names weighs 1
    embedding_rate : learning rate of embedding tables, > 0
    dense_rate : learning rate of all other weights, > 0
    temperature : of every softmax at the start, > 0; learned from then on
    averaging : decay at each step of the moving average of the weights, 0 <= x < 1; 0 turns it off
    max_epochs : most epochs of the training on the split, > 0
    patience : epochs without a better validation MRR before that training stops, > 0
    refit_epochs : epochs of the training on everything, > 0. The early stop does not set it: an artifact has
        to know its tunes, and validation only says when a model gets worse at tunes it never saw
    tune_encoder, title_encoder : configs of the towers
    """

    seed: int = 0
    batch: int = 2048
    names: int = 3072
    loss: str = "info-nce"
    margin: float = 0.4
    melody: float = 1.5
    embedding_rate: float = 0.006
    dense_rate: float = 0.001
    temperature: float = 0.1
    averaging: float = 0.9
    max_epochs: int = 40
    patience: int = 5
    refit_epochs: int = 40
    tune_encoder: Mapping[str, Any] = field(default_factory=lambda: asdict(NgramTuneConfig()))
    title_encoder: Mapping[str, Any] = field(default_factory=lambda: asdict(NgramTitleConfig()))

    def __post_init__(self) -> None:
        """Raise ValueError when a value is out of range."""
        if self.loss not in LOSSES:
            raise ValueError(f"there is no loss {self.loss!r}; choose one of {', '.join(LOSSES)}")
        if self.batch < 2 or self.names < 0 or self.melody < 0 or not -1 <= self.margin <= 2:
            raise ValueError("batch, names, melody or margin is out of range")
        if min(self.max_epochs, self.patience, self.refit_epochs) < 1:
            raise ValueError("max_epochs, patience and refit_epochs must be at least 1")
        if min(self.embedding_rate, self.dense_rate, self.temperature) <= 0:
            raise ValueError("rates and temperature must be more than 0")
        if not 0 <= self.averaging < 1:
            raise ValueError("averaging must be at least 0 and less than 1")


# Many tunes need longer vectors and more epochs to be told apart (docs/experiments.md#encoders).
_MANY = 8000  # settings
_LARGE_DIM = 256
_FEW_REFIT_EPOCHS = 30  # for fewer tunes
_CROP = 30  # notes; a recurrent encoder memorises such short passages more slowly
_NOTE_ENCODERS = FitConfig(
    batch=128, names=0, melody=0.0, embedding_rate=0.001, averaging=0.0, max_epochs=100, patience=8
)


def preset(
    tune: TuneName = "ngram", title: TitleName = "ngram", seed: int = 0, settings: int = 0
) -> FitConfig:
    """How to train the encoders of these names on a corpus with this number of settings.

    Raises EncoderError when an encoder needs a missing extra.
    """
    if tune == "ngram":
        config, tune_encoder = FitConfig(seed=seed), encoder_config("tune", tune)
        if settings > _MANY:
            tune_encoder["dim"] = _LARGE_DIM
        else:
            config = replace(config, refit_epochs=_FEW_REFIT_EPOCHS)
    else:
        config, tune_encoder = replace(_NOTE_ENCODERS, seed=seed), encoder_config("tune", tune, crop=_CROP)
    title_encoder = encoder_config("title", title, dim=tune_encoder["dim"])
    return replace(config, tune_encoder=tune_encoder, title_encoder=title_encoder)
