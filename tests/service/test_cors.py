"""Pages of other origins may read nothing, unless CORS_ORIGINS names them; admin routes never."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from index.suggester import Suggester
from service.settings import Settings
from tests.service.test_openapi import OPERATIONS
from tests.support import KESH, KEY, SECRET, serve

ALLOWED = "https://tunes.example"
OTHERS = ["https://evil.example", "http://tunes.example", "https://tunes.example:8443", "null"]
ASKS = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}
GRANT = "access-control-allow-origin"


@pytest.fixture(scope="module")
def open_client(published: Path) -> Iterator[httpx.Client]:
    settings = Settings(
        host="127.0.0.1",
        artifacts=published,
        probe_interval_s=0,
        admin_api_key=SecretStr(SECRET),
        cors_origins=frozenset({ALLOWED, "http://localhost:3000"}),
    )
    with serve(settings) as client:
        yield client


def grants(response: httpx.Response) -> set[str]:
    return {name for name in response.headers if name.startswith("access-control-")}


@pytest.mark.parametrize("path", sorted({path for _, path, _ in OPERATIONS}))
def test_by_default_no_page_may_read_anything(shared_client: httpx.Client, path: str) -> None:
    headers = {"Origin": ALLOWED, **KEY}
    assert not grants(shared_client.get(path, headers=headers))
    preflight = shared_client.options(path, headers={"Origin": ALLOWED, **ASKS})
    assert preflight.status_code >= 400
    assert not grants(preflight)


def test_a_page_of_an_allowed_origin_may_ask(open_client: httpx.Client) -> None:
    preflight = open_client.options("/suggest-titles", headers={"Origin": ALLOWED, **ASKS})
    assert preflight.status_code == 200
    assert preflight.headers[GRANT] == ALLOWED
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    headers = {"Origin": ALLOWED, "Sec-Fetch-Site": "cross-site"}
    answer = open_client.post("/suggest-titles", json={"abc": KESH}, headers=headers)
    assert answer.status_code == 200
    assert answer.headers[GRANT] == ALLOWED
    assert "Origin" in answer.headers["vary"]
    for response in (preflight, answer):
        assert "access-control-allow-credentials" not in response.headers


def test_it_may_read_errors_too(open_client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = {"Origin": ALLOWED}
    assert open_client.get("/nowhere", headers=headers).headers[GRANT] == ALLOWED
    assert open_client.post("/suggest-titles", content="x", headers=headers).headers[GRANT] == ALLOWED

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Suggester, "suggest", fail)
    fault = open_client.post("/suggest-titles", json={"abc": KESH}, headers=headers)
    assert fault.status_code == 500
    assert fault.headers[GRANT] == ALLOWED


@pytest.mark.parametrize("origin", OTHERS)
def test_pages_of_other_origins_may_not(open_client: httpx.Client, origin: str) -> None:
    preflight = open_client.options("/suggest-titles", headers={"Origin": origin, **ASKS})
    assert preflight.status_code == 403
    assert preflight.headers["content-type"] == "application/problem+json"
    assert open_client.post("/suggest-titles", content=KESH, headers={"Origin": origin}).status_code == 403
    read = open_client.get("/health", headers={"Origin": origin})
    for response in (preflight, read):
        assert GRANT not in response.headers
    assert "Origin" in read.headers["vary"], "a cache must not give one page the answer to another"


@pytest.mark.parametrize(
    "asks",
    [
        {"Access-Control-Request-Method": "DELETE"},
        {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"},
    ],
)
def test_a_preflight_for_more_is_refused(open_client: httpx.Client, asks: dict[str, str]) -> None:
    preflight = open_client.options("/suggest-titles", headers={"Origin": ALLOWED, **asks})
    assert preflight.status_code == 403
    assert preflight.json()["type"] == "urn:gan-ainm:problem:cross-origin"


@pytest.mark.parametrize("path", ["/admin/reindex", "/admin/jobs/x", "/%61dmin/reindex", "/admin"])
def test_admin_routes_are_for_no_page(open_client: httpx.Client, path: str) -> None:
    headers = {"Origin": ALLOWED, **KEY}
    preflight = open_client.options(path, headers={"Origin": ALLOWED, **ASKS})
    assert preflight.status_code >= 400
    assert open_client.post(path, headers=headers).status_code == 403
    for response in (
        preflight,
        open_client.post(path, headers=headers),
        open_client.get(path, headers=headers),
    ):
        assert not grants(response)
