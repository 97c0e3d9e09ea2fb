import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import faiss
import httpx
import numpy as np
import pytest
import torch
from pydantic import SecretStr

from index import artifact
from index.digests import sha256
from index.mrr import chance
from index.suggester import TITLES
from model.version import VERSION
from service.app import create_app
from service.settings import Settings
from tests.support import KEY, SECRET, serve


def shuffle_rows(root: Path) -> None:
    """Put the rows of the title index in another order, and make the manifest agree."""
    loaded = artifact.load(root, "cpu")
    vectors = loaded.suggester.title_index.vectors
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors[np.random.default_rng(0).permutation(len(vectors))])
    faiss.write_index(index, str(loaded.path / TITLES))
    manifest = json.loads((loaded.path / artifact.MANIFEST).read_text())
    manifest["files"][TITLES] = sha256(loaded.path / TITLES)
    (loaded.path / artifact.MANIFEST).write_text(json.dumps(manifest))


def test_health_reports_what_is_served_and_how_well(client: httpx.Client, small_artifacts: Path) -> None:
    manifest = artifact.load(small_artifacts, "cpu").manifest
    response = client.get("/health")
    assert response.status_code == 200
    health = response.json()
    assert health["status"] == "ok"
    assert health["version"] == VERSION
    assert health["artifact"] == (small_artifacts / artifact.CURRENT).resolve().name
    assert health["device"] == "cpu" or torch.cuda.is_available()
    assert (health["titles"], health["settings"]) == (manifest.titles, manifest.settings)
    assert health["uptime_s"] > 0
    recorded, measured = health["mrr"]["recorded"], health["mrr"]["measured"]
    assert recorded["value"] == manifest.probes.value
    assert measured["value"] == pytest.approx(recorded["value"])
    for mrr in (recorded, measured):
        assert mrr["k"] == 20
        assert mrr["pool"] == manifest.titles
        assert mrr["chance"] == pytest.approx(chance(manifest.titles))
        assert mrr["queries"] >= 200


def test_the_mrr_is_measured_once_at_the_start(client: httpx.Client) -> None:
    times = {client.get("/health").json()["mrr"]["measured"]["measured_at"] for _ in range(5)}
    assert len(times) == 1
    assert datetime.fromisoformat(times.pop()) < datetime.now(UTC)


def test_shuffled_rows_are_reported_and_a_reindex_repairs_them(small_artifacts: Path) -> None:
    shuffle_rows(small_artifacts)
    with serve(Settings(artifacts=small_artifacts, admin_api_key=SecretStr(SECRET))) as client:
        health = client.get("/health")
        assert health.status_code == 200
        assert health.json()["status"] == "degraded"
        assert health.json()["mrr"]["measured"]["value"] < 0.5 * health.json()["mrr"]["recorded"]["value"]
        job = client.post("/admin/reindex", headers=KEY)
        deadline = time.monotonic() + 60
        while client.get("/health").json()["status"] == "degraded":
            assert time.monotonic() < deadline, client.get(job.headers["location"]).text
            time.sleep(0.02)


def test_health_checks_need_no_key(client: httpx.Client) -> None:
    for path in ("/livez", "/readyz", "/health"):
        assert client.get(path).status_code == client.head(path).status_code == 200
    assert client.get("/livez").json() == client.get("/readyz").json() == {"status": "ok"}


def test_without_an_artifact_the_service_does_not_start(tmp_path: Path) -> None:
    app = create_app(Settings(artifacts=tmp_path))

    async def start() -> None:
        async with app.router.lifespan_context(app):
            pass

    with pytest.raises(artifact.ArtifactError, match="no current artifact"):
        asyncio.run(start())
