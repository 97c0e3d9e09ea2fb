"""The service serves artifacts with the experimental encoders, too."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from index import artifact
from model.device import Device
from model.registry import TitleName, TuneName
from service.settings import Settings
from tests.support import KESH, SECRET, reindexed, serve
from training.__main__ import app
from training.corpora import Corpus
from training.fitting.config import FitConfig, preset

CPU: Device = "cpu"


def short_preset(*names: Any, **settings: Any) -> FitConfig:
    return replace(preset(*names, **settings), max_epochs=1, refit_epochs=1)


@pytest.mark.parametrize(("tune", "title"), [("rnn", "ngram"), ("cnn", "sentence")])
def test_every_kind_of_encoder_is_trained_and_served(
    tiny_corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tune: TuneName,
    title: TitleName,
) -> None:
    artifacts, tunebooks = tmp_path / "artifacts", tmp_path / "tunebooks"
    with monkeypatch.context() as patch:
        patch.setattr("training.fitting.config.preset", short_preset)
        encoders = ("--encoder", tune, "--title-encoder", title)
        options = ("--corpus", str(tiny_corpus.path), "--artifacts", str(artifacts))
        result = CliRunner().invoke(app, ["fit", *options, *encoders])
        assert result.exit_code == 0, result.output
    current = artifact.load(artifacts, CPU)
    assert current.manifest.encoders["tune"]["name"] == tune
    assert current.manifest.encoders["title"]["name"] == title
    tunebooks.mkdir()
    (tunebooks / "own.abc").write_text(KESH, encoding="utf-8")
    with serve(Settings(artifacts=artifacts, tunebooks=tunebooks, admin_api_key=SecretStr(SECRET))) as client:
        response = client.post("/suggest-titles", json={"abc": KESH}).raise_for_status().json()
        assert len(response["suggestions"]) == 10
        assert client.get("/health").json()["status"] == "ok"
        reindexed(client)
        response = client.post("/suggest-titles", json={"abc": KESH}).json()
        assert response["suggestions"][0]["title"] == "The Kesh"
