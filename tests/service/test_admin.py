import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from index import artifact
from index.publication import link_files, publish, staging
from model.abc import read_tune, write
from model.abc.variation import transposed, unnamed
from service.app import create_app
from service.settings import Settings
from tests.support import KESH, KEY, SECRET, finished, reindexed, serve, serves
from training.fitting.evaluation import recompute_test


def test_a_reindex_runs_as_a_job_and_its_artifact_is_served(
    client: httpx.Client, small_artifacts: Path
) -> None:
    before = client.get("/health").json()
    suggestions = client.post("/suggest-titles", json={"abc": KESH}).json()["suggestions"]
    response = client.post("/admin/reindex", headers=KEY)
    assert response.status_code == 202
    assert response.headers["location"] == f"/admin/jobs/{response.json()['id']}"
    assert response.json()["status"] in ("queued", "running")
    job = finished(client, response.headers["location"])
    assert job["status"] == "succeeded", job
    assert job["error"] is None
    serves(client, job["result"]["artifact"])
    after = client.get("/health").json()
    assert after["artifact"] != before["artifact"]
    assert after["mrr"]["recorded"] == before["mrr"]["recorded"]
    assert after["mrr"]["measured"]["measured_at"] > before["mrr"]["measured"]["measured_at"]
    assert client.post("/suggest-titles", json={"abc": KESH}).json()["suggestions"] == suggestions
    rebuilt = artifact.load(small_artifacts, "cpu")
    assert rebuilt.version == after["artifact"]
    assert rebuilt.manifest.rebuilt_from == before["artifact"]


def test_no_request_fails_while_indexes_are_swapped(client: httpx.Client) -> None:
    statuses: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            statuses.append(client.post("/suggest-titles", json={"abc": KESH}).status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        reindexed(client)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(statuses) > 20
    assert set(statuses) == {200}


def test_a_reindex_rebuilds_a_newly_trained_artifact(client: httpx.Client, small_artifacts: Path) -> None:
    served = artifact.load(small_artifacts, "cpu")
    with staging(small_artifacts) as staged:
        link_files(served.path, staged, without=())
        trained = publish(small_artifacts, staged, served.manifest.model_copy(update={"seed": 7}))
    job = reindexed(client)
    rebuilt = artifact.load(small_artifacts, "cpu")
    assert rebuilt.version == job["result"]["artifact"]
    assert (rebuilt.manifest.seed, rebuilt.manifest.rebuilt_from) == (7, trained)


ROUTES = [
    ("POST", "/admin/reindex"),
    ("GET", "/admin/jobs"),
    ("GET", "/admin/jobs/x"),
    ("DELETE", "/admin/jobs/x"),
    ("GET", "/admin/artifacts"),
    ("POST", "/admin/rollback"),
]


def test_every_admin_route_is_listed_above() -> None:
    paths = create_app(Settings(admin_api_key=SecretStr(SECRET))).openapi()["paths"]
    routes = {
        (method.upper(), path.replace("{job_id}", "x"))
        for path, methods in paths.items()
        for method in methods
        if path.startswith("/admin")
    }
    assert routes == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_no_admin_answer_is_cached(client: httpx.Client, route: tuple[str, str]) -> None:
    assert client.request(*route, headers=KEY).headers["cache-control"] == "no-store"
    assert client.request(*route).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}", SECRET, f"Bearer {SECRET}2", "Bearer sécret"]
)
def test_requests_without_the_right_key_are_refused(client: httpx.Client, sent: str) -> None:
    headers = {b"Authorization": sent.encode()}
    before = client.get("/health").json()["artifact"]
    for method, path in ROUTES:
        response = client.request(method, path, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.headers["content-type"] == "application/problem+json"
        assert "secret" not in response.text
    assert client.get("/health").json()["artifact"] == before


@pytest.mark.parametrize("key", [None, "", "  "])
def test_without_a_key_the_admin_routes_do_not_exist(small_artifacts: Path, key: str | None) -> None:
    with serve(
        Settings(artifacts=small_artifacts, admin_api_key=SecretStr(key) if key is not None else None)
    ) as client:
        for method, path in ROUTES:
            assert client.request(method, path, headers={"Authorization": "Bearer x"}).status_code == 404
        assert "/admin" not in "".join(client.get("/openapi.json").json()["paths"])
        assert client.get("/health").status_code == 200


NEW = """X:1
T:The Ungrateful Test
T:Nobody's Fancy
R:jig
M:6/8
L:1/8
K:Em
EGB gfe|dBG AFD|EGB bge|dBA G2E|EGB gfe|dBG AFD|GBd gdB|AFD E3||
"""


def test_a_reindex_adds_own_tunebooks_and_removes_deleted_ones(small_artifacts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tunebooks"
    folder.mkdir()
    settings = Settings(artifacts=small_artifacts, admin_api_key=SecretStr(SECRET), tunebooks=folder)
    query = {"abc": write(unnamed(transposed(read_tune(NEW), 2)))}
    with serve(settings) as client:

        def first() -> dict[str, Any]:
            response = client.post("/suggest-titles", json=query).json()
            return {"known": response["known"], **response["suggestions"][0]}

        assert first()["title"] != "The Ungrateful Test"
        (folder / "mine.abc").write_text(f"{NEW}\nX:2\nT:Too Short\nK:D\nDE\n\nX:3\nK:D\nDEFGABcd\n")
        result = reindexed(client)["result"]
        assert (result["tunes"], result["skipped"]) == (1, 2)
        assert [reason.partition(": ")[2] for reason in result["reasons"]] == [
            "2 notes, fewer than 8",
            "no title",
        ]
        suggestion = first()
        assert suggestion["known"]
        assert (suggestion["title"], suggestion["aliases"]) == ("The Ungrateful Test", ["Nobody's Fancy"])
        assert suggestion["evidence"][0]["setting"]["reference"] == "tunebooks/mine.abc:1"
        assert suggestion["evidence"][0]["transposition"] == 2
        assert suggestion["evidence"][0]["bars"] == [[bar, bar] for bar in range(1, 9)]
        assert client.get("/health").json()["status"] == "ok"
        served = artifact.load(small_artifacts, "cpu")
        assert recompute_test(served, "cpu") == served.manifest.test
        assert [corpus.name for corpus in served.manifest.corpora][-1] == "tunebooks"

        (folder / "mine.abc").unlink()
        assert reindexed(client)["result"]["tunes"] == 0
        assert first()["title"] != "The Ungrateful Test"


def test_a_missing_tunebook_folder_changes_nothing(small_artifacts: Path, tmp_path: Path) -> None:
    settings = Settings(
        artifacts=small_artifacts, admin_api_key=SecretStr(SECRET), tunebooks=tmp_path / "none"
    )
    with serve(settings) as client:
        before = client.get("/health").json()["artifact"]
        job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
        assert job["status"] == "failed"
        assert "none" in job["error"]
        assert client.get("/health").json()["artifact"] == before


def test_a_service_goes_back_to_an_earlier_artifact(client: httpx.Client) -> None:
    trained = client.get("/health").json()["artifact"]
    rebuilt = reindexed(client)["result"]["artifact"]
    kept = client.get("/admin/artifacts", headers=KEY).json()["artifacts"]
    assert [(version["version"], version["is_current"]) for version in kept] == [
        (rebuilt, True),
        (trained, False),
    ]
    assert kept[0]["titles"] == client.get("/health").json()["titles"]
    for version in (trained, trained, rebuilt):
        answer = client.post("/admin/rollback", headers=KEY, json={"artifact": version})
        assert (answer.status_code, answer.json()["version"], answer.json()["is_current"]) == (
            200,
            version,
            True,
        )
        serves(client, version)
        kept = client.get("/admin/artifacts", headers=KEY).json()["artifacts"]
        assert [artifact["version"] for artifact in kept if artifact["is_current"]] == [version]


def test_a_rollback_to_what_cannot_be_served_changes_nothing(
    client: httpx.Client, small_artifacts: Path
) -> None:
    trained = client.get("/health").json()["artifact"]
    rebuilt = reindexed(client)["result"]["artifact"]
    index = small_artifacts / trained / "titles.faiss"
    index.unlink()  # the service may still map this file: shortening it in place would end the process
    index.write_bytes(b"")
    for version, status, kind in (
        ("20200101T000000Z-00000000", 404, "no-such-artifact"),
        ("../artifacts", 404, "no-such-artifact"),
        ("jobs", 404, "no-such-artifact"),
        ("current", 404, "no-such-artifact"),
        ("x" * 5000, 404, "no-such-artifact"),
        (trained, 409, "unusable-artifact"),
    ):
        answer = client.post("/admin/rollback", headers=KEY, json={"artifact": version})
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:gan-ainm:problem:{kind}")
        assert len(answer.content) < 500
    assert artifact.current_version(small_artifacts) == client.get("/health").json()["artifact"] == rebuilt


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b'"x"', b'{"artifact": 1}', b'{"artifact": "x", "y": 1}', b"[" * 60_000],
)
def test_a_malformed_rollback_is_refused(client: httpx.Client, body: bytes) -> None:
    answer = client.post("/admin/rollback", headers=KEY, content=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:gan-ainm:problem:invalid-request")


def test_a_rollback_reads_json_as_the_other_routes_do(client: httpx.Client) -> None:
    answer = client.post("/admin/rollback", headers=KEY, content=b"\xff")
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:gan-ainm:problem:not-utf-8")
    version = client.get("/info").json()["artifact"]
    marked = json.dumps({"artifact": version}).encode("utf-8-sig")  # with a byte order mark
    assert client.post("/admin/rollback", headers=KEY, content=marked).json()["version"] == version


def test_what_a_job_logs_names_the_job(client: httpx.Client, capfd: pytest.CaptureFixture[str]) -> None:
    job = reindexed(client)
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if '"published' in line]
    assert [line["job"] for line in lines] == [job["id"]]


def test_as_many_artifacts_stay_as_the_setting_says(small_artifacts: Path) -> None:
    settings = Settings(artifacts=small_artifacts, admin_api_key=SecretStr(SECRET), keep_artifacts=2)
    with serve(settings) as client:
        rebuilt = [reindexed(client)["result"]["artifact"] for _ in range(3)]
        kept = client.get("/admin/artifacts", headers=KEY).json()["artifacts"]
    assert [version["version"] for version in kept] == [rebuilt[2], rebuilt[1]]
