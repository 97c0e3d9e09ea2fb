from dataclasses import replace
from pathlib import Path

import pytest
import torch

from model.abc import Tune
from model.device import Device
from tests.support import Silent
from training.lab.pretraining.baseline import unigram
from training.lab.pretraining.next_note import NextNote, PretrainConfig, framed
from training.lab.pretraining.pretrain import measure, pretrain
from training.lab.workspace import Workspace

CPU: Device = "cpu"


@pytest.fixture(autouse=True)
def often_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.fitting.checkpoints._SECONDS_BETWEEN_SAVES", -1.0)


def learn(tunes: list[Tune], config: PretrainConfig, folder: Path, report: Silent | None = None) -> NextNote:
    workspace = Workspace(folder, CPU, report or Silent())
    return pretrain(tunes[:16], tunes[16:], config, workspace, "pretraining.safetensors")


def same(a: NextNote, b: NextNote) -> bool:
    return all(torch.equal(value, b.state_dict()[name]) for name, value in a.state_dict().items())


class Interrupting(Silent):
    """Interrupts the training at the end of epoch number `epochs`."""

    def __init__(self, epochs: int) -> None:
        super().__init__()
        self._left = epochs

    def say(self, text: str) -> None:
        super().say(text)
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt


def test_it_learns_more_than_unigrams(tunes: list[Tune], config: PretrainConfig, tmp_path: Path) -> None:
    model = learn(tunes, config, tmp_path)
    training, test = ([framed(tune, config.longest) for tune in part] for part in (tunes[:16], tunes[16:]))
    assert measure(model, training).loss < 0.85 * unigram(training, training).loss
    assert measure(model, test).loss < unigram(training, test).loss


def test_an_interrupted_training_ends_with_the_same_weights(
    tunes: list[Tune], config: PretrainConfig, tmp_path: Path
) -> None:
    config = replace(config, max_epochs=4)
    whole = learn(tunes, config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        learn(tunes, config, tmp_path / "parts", Interrupting(3))
    report = Silent()
    assert same(learn(tunes, config, tmp_path / "parts", report), whole)
    assert [text.partition(":")[0] for text in report.said] == ["epoch 3", "epoch 4"]


def test_other_tunes_are_learned_from_the_beginning(
    tunes: list[Tune], config: PretrainConfig, tmp_path: Path
) -> None:
    config = replace(config, max_epochs=1)
    learn(tunes, config, tmp_path)
    for others in (tunes[1:], tunes[:-1]):
        report = Silent()
        learn(others, config, tmp_path, report)
        assert report.said[0].startswith("epoch 1:")


def test_it_stops_early_with_the_best_weights(
    tunes: list[Tune], config: PretrainConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    best = learn(tunes, replace(config, max_epochs=2), tmp_path / "a")
    losses = iter([5.0, 3.0, 4.0, 4.0, 1.0])

    class Measured:
        @property
        def loss(self) -> float:
            return next(losses)

    monkeypatch.setattr("training.lab.pretraining.pretrain.measure", lambda *_: Measured())
    report = Silent()
    assert same(learn(tunes, replace(config, patience=2), tmp_path / "b", report), best)
    assert len(report.said) == 4


def test_another_seed_gives_other_weights(tunes: list[Tune], config: PretrainConfig, tmp_path: Path) -> None:
    first, second = (
        learn(tunes, replace(config, max_epochs=1, seed=seed), tmp_path / str(seed)) for seed in (0, 1)
    )
    assert not same(first, second)
