"""The service serves artifacts of the other encoders too."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from pydantic import SecretStr

from service.settings import Settings
from tests.support import KESH, KEY, Silent, finished, serve
from training.config import TitleName, TuneName, preset
from training.corpora import Corpus
from training.fit import fit


@pytest.mark.parametrize(("tune", "title"), [("rnn", "ngram"), ("cnn", "sentence")])
def test_every_kind_of_encoder_is_served(
    small_corpus: Corpus, tmp_path: Path, tune: TuneName, title: TitleName
) -> None:
    artifacts, tunebooks = tmp_path / "artifacts", tmp_path / "tunebooks"
    short = replace(preset(tune, title), max_epochs=1, refit_epochs=1)
    fit([small_corpus], short, artifacts, torch.device("cpu"), Silent())
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
