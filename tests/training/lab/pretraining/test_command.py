import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from index import artifact
from model.abc import Tune, read_tunebook
from model.device import Device
from training.__main__ import app
from training.corpora import Corpus
from training.corpora.curate import curate
from training.fitting.config import FitConfig, preset
from training.fitting.split import group_titles, split_titles
from training.lab.pretraining.pretrained import load

CPU: Device = "cpu"


def test_an_interrupted_pretraining_resumes_and_prints_what_it_measured(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "new" / "pretrained.safetensors"
    command = ["pretrain", "--corpus", str(tiny_corpus.path), "--out", str(out), "--epochs", "1"]

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.lab.pretraining.command.measure", interrupt)
        shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 130
    assert "epoch 1:" in shown.output
    assert "run the same command again to resume" in shown.output

    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0, shown.output
    assert "epoch 1:" not in shown.output
    rows = {line.split()[0]: line.split()[1:] for line in shown.output.splitlines() if line.strip()}
    for name in ("unigram", "bigram", "model"):
        pitch, duration, both = map(float, rows[name])
        assert both == pytest.approx(pitch * duration, rel=1e-2)
    tunes = read_tunebook(shown.output[shown.output.index("X:1") :].partition("written:")[0])
    headers = [(tune.meter, tune.rhythm) for tune in tunes if isinstance(tune, Tune)]
    assert headers == [("6/8", "jig"), ("4/4", "reel")]
    pretrained = load(out, CPU)
    assert pretrained.model.config.max_epochs == 1
    assert 0 < len(pretrained.melodies) < len(curate([tiny_corpus]).library.tunes)
    assert [file.name for file in out.parent.iterdir()] == [out.name]


def test_fit_pretrained_starts_from_the_model_and_refuses_one_that_has_seen_test_tunes(
    tiny_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*named: Any, **settings: Any) -> FitConfig:
        """One epoch at so small a learning rate that the weights stay close to their first values."""
        return replace(preset(*named, **settings), max_epochs=1, refit_epochs=1, dense_rate=1e-9)

    def run(command: str, *options: str) -> Result:
        return CliRunner().invoke(app, [command, *options, "--corpus", str(tiny_corpus.path)])

    for command in ("training.fitting.config", "training.lab.pretraining.command"):
        monkeypatch.setattr(f"{command}.preset", short)
    notes, name = tmp_path / "notes.safetensors", "hierarchy.note_rnn.weight_ih_l0"
    assert run("pretrain", "--out", str(notes), "--epochs", "1").exit_code == 0
    learned = load(notes, CPU).model.get_parameter(name).detach().numpy()

    def weights(folder: str, *command: str) -> np.ndarray:
        fitted = run(*command, "--artifacts", str(tmp_path / folder))
        assert fitted.exit_code == 0, fitted.output
        return artifact.load(tmp_path / folder, CPU).suggester.encoders.tune.weights()[name]

    warm = ("fit-pretrained", str(notes))
    # An artifact has weights of half precision.
    assert np.allclose(weights("warm", *warm), learned, atol=1e-3)
    assert not np.allclose(weights("cold", "fit", "--encoder", "rnn"), learned, atol=1e-2)
    artifacts = ("--artifacts", str(tmp_path / "none"))
    left_out = tmp_path / "left-out.txt"
    read = curate([tiny_corpus])
    title = split_titles(group_titles(read.library), 0).train[0]
    left_out.write_text(f"{read.library.catalogue.titles[title].settings[0].reference}\n", encoding="utf-8")
    for other in (("--seed", "1"), ("--exclude", str(left_out))):
        shown = run(*warm, *artifacts, *other)
        assert shown.exit_code == 1
        assert re.search(r"trained on [1-9]\d* melodies that are not in the training part", shown.output)


def test_a_corpus_without_tunes_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.abc").write_text("X:1\nT:Too short\nK:C\nCDE\n")
    shown = CliRunner().invoke(
        app, ["pretrain", "--corpus", str(tmp_path), "--out", str(tmp_path / "out.safetensors")]
    )
    assert shown.exit_code == 1
    assert "there is no tune to use (skipped: 1)" in shown.output
    assert not (tmp_path / "out.safetensors").exists()
