from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from model.abc import Tune, read_tunebook
from training.__main__ import app
from training.corpora import Corpus
from training.pretraining.pretrained import load


def test_interrupted_it_goes_on_and_tells_what_it_measured(
    small_corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "new" / "pretrained.safetensors"
    command = ["pretrain", "--corpus", str(small_corpus.path), "--out", str(out), "--epochs", "1"]

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("training.pretraining.command.measure", interrupt)
        shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 130
    assert "epoch 1:" in shown.output
    assert "the same command goes on" in shown.output

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
    assert load(out, torch.device("cpu")).config.max_epochs == 1
    assert [file.name for file in out.parent.iterdir()] == [out.name]


def test_a_corpus_without_tunes_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty.abc").write_text("X:1\nT:Too short\nK:C\nCDE\n")
    shown = CliRunner().invoke(
        app, ["pretrain", "--corpus", str(tmp_path), "--out", str(tmp_path / "out.safetensors")]
    )
    assert shown.exit_code == 1
    assert "no tune can be learned; 1 were left out" in shown.output
    assert not (tmp_path / "out.safetensors").exists()
