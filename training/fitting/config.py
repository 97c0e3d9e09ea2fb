"""How to train."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from model.experimental.cnn_tune_encoder import CnnTuneConfig
from model.experimental.rnn_tune_encoder import RnnTuneConfig
from model.experimental.sentence_title_encoder import SentenceTitleConfig
from model.ngram_title_encoder import NgramTitleConfig
from model.ngram_tune_encoder import NgramTuneConfig
from training.fitting.loss import LOSSES


@dataclass(frozen=True)
class FitConfig:
    """How to train. Saved with what was measured.

    Attributes
    ----------
    seed : of everything drawn: splits, weights, views, probes
    batch : tunes a step, > 1
    names : names that they are told from, at most, >= 0; 0 for one of each tune's
    loss : of tunes and names: a name of `training.fitting.loss.LOSSES`
    margin : of losses that have one, -1 to 2
    melody : weight of InfoNCE between tunes and settings of the same titles, >= 0; the loss of tunes and
        names weighs 1
    embedding_rate : learning rate of embedding tables, > 0
    dense_rate : learning rate of everything else, > 0
    temperature : of every softmax at the start; learned from there on, > 0
    max_epochs : most epochs of the training that the test figure comes from, > 0
    patience : epochs without a better validation MRR after which it stops, > 0
    refit_epochs : epochs of the training on everything, > 0. They are not those of the early stop: an
        artifact has to know its tunes, and the validation figure only says when a model begins to guess
        worse at tunes it never saw
    tune_encoder, title_encoder : configs of the towers
    """

    seed: int = 0
    batch: int = 2048
    names: int = 8192
    loss: str = "info-nce"
    margin: float = 0.4
    melody: float = 1.5
    embedding_rate: float = 0.006
    dense_rate: float = 0.001
    temperature: float = 0.1
    max_epochs: int = 40
    patience: int = 5
    refit_epochs: int = 40
    tune_encoder: Mapping[str, Any] = field(default_factory=lambda: asdict(NgramTuneConfig()))
    title_encoder: Mapping[str, Any] = field(default_factory=lambda: asdict(NgramTitleConfig()))

    def __post_init__(self) -> None:
        """Refuse with ValueError what is out of range."""
        if self.loss not in LOSSES:
            raise ValueError(f"no loss is called {self.loss!r}; known: {', '.join(LOSSES)}")
        if self.batch < 2 or self.names < 0 or self.melody < 0 or not -1 <= self.margin <= 2:
            raise ValueError("batch, names, melody or margin is out of range")
        if min(self.max_epochs, self.patience, self.refit_epochs) < 1:
            raise ValueError("max_epochs, patience and refit_epochs begin at 1")
        if min(self.embedding_rate, self.dense_rate, self.temperature) <= 0:
            raise ValueError("rates and temperature are more than 0")


_CROP = 30  # notes: with so few a recurrent encoder learns slower by heart what it reads
_PLAIN = FitConfig(batch=128, names=0, melody=0.0, embedding_rate=0.001, max_epochs=100, patience=8)
_TUNE = {
    "ngram": FitConfig(),
    "rnn": replace(_PLAIN, tune_encoder=asdict(RnnTuneConfig(crop=_CROP))),
    "cnn": replace(_PLAIN, tune_encoder=asdict(CnnTuneConfig(crop=_CROP))),
}

TuneName = Literal["ngram", "rnn", "cnn"]
TitleName = Literal["ngram", "sentence"]


def preset(tune: TuneName = "ngram", title: TitleName = "ngram", seed: int = 0) -> FitConfig:
    """How to train the encoders of these names. The vectors of titles are as long as those of tunes."""
    config = replace(_TUNE[tune], seed=seed)
    dim = config.tune_encoder["dim"]
    named = SentenceTitleConfig(dim=dim) if title == "sentence" else NgramTitleConfig(dim=dim)
    return replace(config, title_encoder=asdict(named))
