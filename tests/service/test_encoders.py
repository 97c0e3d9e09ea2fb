"""The service serves artifacts of the other encoders too."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import SecretStr
from typer.testing import CliRunner

from index import artifact
from service.settings import Settings
from tests.support import KESH, KEY, finished, serve
from training.__main__ import app
from training.config import FitConfig, TitleName, TuneName, preset
from training.corpora import Corpus
from training.pretraining.pretrained import load

CPU = torch.device("cpu")


def short(*named: Any) -> FitConfig:
    """One epoch that moves weights so little that one sees where they began."""
    return replace(preset(*named), max_epochs=1, refit_epochs=1, dense_rate=1e-9)


def run(*arguments: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("tune", "title", "pretrained"),
    [("rnn", "ngram", False), ("rnn", "ngram", True), ("cnn", "sentence", False)],
)
def test_every_kind_of_encoder_is_trained_and_served(
    small_corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tune: TuneName,
    title: TitleName,
    pretrained: bool,
) -> None:
    artifacts, tunebooks = tmp_path / "artifacts", tmp_path / "tunebooks"
    notes = tmp_path / "notes.safetensors"
    with monkeypatch.context() as patch:
        patch.setattr("training.__main__.preset", short)
        source = ("--corpus", str(small_corpus.path))
        begin = ("--pretrained", str(notes)) if pretrained else ()
        if pretrained:
            run("pretrain", *source, "--out", str(notes), "--epochs", "1")
        encoders = ("--encoder", tune, "--title-encoder", title)
        run("fit", *source, "--artifacts", str(artifacts), *encoders, *begin)
    current = artifact.load(artifacts, CPU)
    assert current.manifest.encoders["tune"]["name"] == tune
    assert current.manifest.encoders["title"]["name"] == title
    if tune == "rnn":
        name = "hierarchy.note_rnn.weight_ih_l0"
        learned = load(notes, CPU).get_parameter(name) if pretrained else torch.zeros(1)
        published = current.tune_encoder.get_parameter(name)
        assert torch.allclose(published, learned, atol=1e-5) == pretrained
    tunebooks.mkdir()
    (tunebooks / "own.abc").write_text(KESH, encoding="utf-8")
    with serve(
        Settings(artifacts=artifacts, tunebooks=tunebooks, admin_api_key=SecretStr("secret"))
    ) as client:
        answer = client.post("/suggest-titles", json={"abc": KESH}).raise_for_status().json()
        assert len(answer["suggestions"]) == 10
        assert client.get("/health").json()["status"] == "ok"
        job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
        assert job["status"] == "succeeded", job
        answer = client.post("/suggest-titles", json={"abc": KESH}).json()
        assert answer["suggestions"][0]["title"] == "The Kesh"
