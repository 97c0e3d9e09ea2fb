"""Every response has the security headers, whatever it answers."""

import httpx
import pytest

from index.suggester import Suggester
from service.headers import HEADERS
from tests.service.test_openapi import every_route
from tests.service.test_problems import exchange
from tests.support import KESH, KEY


def missing(response: httpx.Response) -> set[str]:
    return {name for name, value in HEADERS.items() if response.headers.get(name) != value}


@every_route
def test_every_route_has_them(shared_client: httpx.Client, method: str, path: str) -> None:
    for headers in ({}, KEY):
        for asked in (method, "OPTIONS", "DELETE"):
            assert not missing(shared_client.request(asked, path, headers=headers))


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/openapi.json", 200), ("/docs/swagger-ui/nothing", 404)]
)
def test_other_addresses_have_them(shared_client: httpx.Client, path: str, status: int) -> None:
    response = shared_client.get(path)
    assert response.status_code == status
    assert not missing(response)


def test_refusals_have_them(shared_client: httpx.Client) -> None:
    response = shared_client.post(
        "/suggest-titles", content=KESH, headers={"Origin": "https://other.example"}
    )
    assert response.status_code == 403
    assert not missing(response)
    assert not missing(shared_client.post("/suggest-titles", content=b"x" * 2**17))


def test_our_own_faults_have_them(shared_client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Suggester, "suggest", fail)
    response = shared_client.post("/suggest-titles", json={"abc": KESH})
    assert response.status_code == 500
    assert not missing(response)


def test_answers_to_what_is_not_http_have_them(shared_client: httpx.Client) -> None:
    response = exchange(shared_client, b"nonsense\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 400 ")
    for name, value in HEADERS.items():
        assert f"\r\n{name}: {value}\r\n".lower().encode() in response.lower()


def test_no_response_names_the_server(shared_client: httpx.Client) -> None:
    response = exchange(shared_client, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"\r\nserver:" not in response.lower()


def test_nothing_inside_a_default_policy_may_load_or_frame_anything() -> None:
    policy = HEADERS["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not any("unsafe" in directive or "*" in directive for directive in policy)
