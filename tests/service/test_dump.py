"""A dump of The Session in the folder of tunebooks: what people see of its settings."""

from pathlib import Path

from pydantic import SecretStr

from index.dump import ACCEPTED, LICENCE
from service.settings import Settings
from tests.small_dump import OFF_SHE_GOES, write_dump
from tests.support import SECRET, reindexed, serve

ADDRESS = "https://thesession.org/tunes/7#setting70"


def test_answers_name_the_address_and_the_licence_of_a_setting(small_artifacts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tunebooks"
    write_dump(folder / "thesession", "csv")
    settings = Settings(artifacts=small_artifacts, admin_api_key=SecretStr(SECRET), tunebooks=folder)
    query = {"abc": f"M:6/8\nL:1/8\nK:E\n{OFF_SHE_GOES}", "top_k": 1}
    with serve(settings) as client:
        result = reindexed(client)["result"]
        assert (result["tunes"], result["skipped"]) == (0, 1)
        assert "licence was not accepted" in result["reasons"][0]

        (folder / "thesession" / ACCEPTED).touch()
        result = reindexed(client)["result"]
        assert (result["tunes"], result["skipped"]) == (3, 0)
        answer = client.post("/suggest-titles", json=query).json()
        suggestion = answer["suggestions"][0]
        assert (answer["known"], suggestion["title"]) == (True, "Off She Goes")
        setting = suggestion["evidence"][0]["setting"]
        assert (setting["corpus"], setting["url"], setting["licence"]) == ("thesession", ADDRESS, LICENCE)
        title = client.get(f"/titles/{suggestion['id']}").json()
        assert {"The Launch", "Up She Goes"} <= set(title["aliases"])
        of_dump = [setting for setting in title["settings"] if setting["corpus"] == "thesession"]
        assert [(setting["url"], setting["licence"]) for setting in of_dump] == [
            (ADDRESS, LICENCE),
            (ADDRESS.replace("70", "71"), LICENCE),
        ]
        assert {"corpus": "thesession", "licence": LICENCE} in client.get("/info").json()["licences"]
        only = client.post("/suggest-titles", json={**query, "corpus": "thesession"}).json()
        assert only["suggestions"][0]["title"] == "Off She Goes"
