from pathlib import Path

import httpx
from pydantic import SecretStr

from index import artifact
from model.version import VERSION
from service.filters import MOST_TITLES
from service.settings import Settings
from tests.support import KESH, SECRET, serve


def test_info_names_versions_licences_and_device(client: httpx.Client, small_artifacts: Path) -> None:
    info = client.get("/info").json()
    loaded = artifact.load(small_artifacts, "cpu")
    assert (info["version"], info["artifact"]) == (VERSION, loaded.version)
    assert info["device"] == client.get("/health").json()["device"]
    assert info["licences"] == [
        {"corpus": corpus.name, "licence": corpus.licence} for corpus in loaded.manifest.corpora
    ]
    assert client.head("/info").status_code == 200


def test_every_setting_that_is_a_number_is_a_limit(small_artifacts: Path) -> None:
    settings = Settings(artifacts=small_artifacts, admin_api_key=SecretStr(SECRET), max_body_bytes=5000)
    numbers = {
        name
        for name in Settings.model_fields
        if type(getattr(settings, name)) in (int, float) and name != "port"
    }
    with serve(settings) as client:
        response = client.get("/info")
        limits = response.json()["limits"]
        assert limits.keys() == numbers | {"top_k"}
        assert limits["max_body_bytes"] == 5000
        assert limits["top_k"] == MOST_TITLES
        for top_k, status in ((limits["top_k"], 200), (limits["top_k"] + 1, 422)):
            body = {"abc": KESH, "top_k": top_k}
            assert client.post("/suggest-titles", json=body).status_code == status
    for private in (SECRET, str(small_artifacts), settings.host):
        assert private not in response.text
