import threading
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import SecretStr

from index import artifact
from index.cosine_index import CosineIndex
from index.publication import link_files, publish, staging
from model.abc import read_tune, write
from model.abc.variation import transposed, unnamed
from service.settings import Settings
from tests.support import KESH, KEY, SECRET, finished, serve
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
    after = client.get("/health").json()
    assert after["artifact"] == job["result"]["artifact"] != before["artifact"]
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
        location = client.post("/admin/reindex", headers=KEY).headers["location"]
        assert finished(client, location)["status"] == "succeeded"
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
    job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
    rebuilt = artifact.load(small_artifacts, "cpu")
    assert rebuilt.version == job["result"]["artifact"] == client.get("/health").json()["artifact"]
    assert (rebuilt.manifest.seed, rebuilt.manifest.rebuilt_from) == (7, trained)


def test_only_one_job_runs_at_a_time(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    save = CosineIndex.save

    def slow(index: CosineIndex, path: Path) -> None:
        release.wait(30)
        save(index, path)

    monkeypatch.setattr(CosineIndex, "save", slow)
    first = client.post("/admin/reindex", headers=KEY)
    second = client.post("/admin/reindex", headers=KEY)
    assert second.status_code == 409
    assert second.headers["content-type"] == "application/problem+json"
    assert second.headers["location"] == first.headers["location"]
    assert second.json()["job"]["id"] == first.json()["id"]
    assert client.post("/suggest-titles", json={"abc": KESH}).status_code == 200, (
        "requests are answered during a rebuild"
    )
    release.set()
    assert finished(client, first.headers["location"])["status"] == "succeeded"
    assert client.post("/admin/reindex", headers=KEY).status_code == 202


def test_a_running_job_says_how_far_it_is(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, release = threading.Event(), threading.Event()

    def slow(*_: object) -> None:
        reached.set()
        release.wait(30)

    monkeypatch.setattr("index.rebuild._check", slow)
    started = client.post("/admin/reindex", headers=KEY)
    location = started.headers["location"]
    assert started.json()["progress"] is None
    assert reached.wait(30)
    progress = {"step": "checking and publishing", "done": 0, "total": 3, "seconds_left": None}
    assert client.get(location, headers=KEY).json()["progress"] == progress
    assert client.post("/admin/reindex", headers=KEY).json()["job"]["progress"] == progress
    release.set()
    assert finished(client, location)["progress"] is None


def test_the_old_index_is_served_after_a_failed_rebuild(
    client: httpx.Client, small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/health").json()

    def fail(*_: object) -> None:
        raise OSError("no space left on the device")

    monkeypatch.setattr(CosineIndex, "save", fail)
    job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
    assert (job["status"], job["error"], job["result"]) == ("failed", "no space left on the device", None)
    assert client.get("/health").json()["artifact"] == before["artifact"]
    assert artifact.current_version(small_artifacts) == before["artifact"]
    assert client.post("/suggest-titles", json={"abc": KESH}).status_code == 200


def test_a_bad_index_is_not_served(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = client.get("/health").json()["artifact"]
    rng = np.random.default_rng(0)
    build = CosineIndex.__init__

    def build_shuffled(index: CosineIndex, vectors: Any, titles: Any) -> None:
        build(index, rng.permutation(vectors), titles)

    monkeypatch.setattr(CosineIndex, "__init__", build_shuffled)
    job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
    assert job["status"] == "failed"
    assert "the MRR of the probes is" in job["error"]
    assert client.get("/health").json()["artifact"] == before


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}", SECRET, f"Bearer {SECRET}2", "Bearer sécret"]
)
def test_requests_without_the_right_key_are_refused(client: httpx.Client, sent: str) -> None:
    headers = {b"Authorization": sent.encode()}
    before = client.get("/health").json()["artifact"]
    for response in (
        client.post("/admin/reindex", headers=headers),
        client.get("/admin/jobs/x", headers=headers),
    ):
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
        assert client.post("/admin/reindex", headers={"Authorization": "Bearer x"}).status_code == 404
        assert client.get("/admin/jobs/x").status_code == 404
        assert "/admin/reindex" not in client.get("/openapi.json").json()["paths"]
        assert client.get("/health").status_code == 200


def test_an_unknown_job_is_not_found(client: httpx.Client) -> None:
    response = client.get("/admin/jobs/none", headers=KEY)
    assert response.status_code == 404
    assert response.json()["type"] == "urn:gan-ainm:problem:no-such-job"


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

        def reindex() -> dict[str, Any]:
            job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
            assert job["status"] == "succeeded", job
            result: dict[str, Any] = job["result"]
            return result

        def first() -> dict[str, Any]:
            response = client.post("/suggest-titles", json=query).json()
            return {"known": response["known"], **response["suggestions"][0]}

        assert first()["title"] != "The Ungrateful Test"
        (folder / "mine.abc").write_text(f"{NEW}\nX:2\nT:Too Short\nK:D\nDE\n\nX:3\nK:D\nDEFGABcd\n")
        result = reindex()
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
        assert reindex()["tunes"] == 0
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
