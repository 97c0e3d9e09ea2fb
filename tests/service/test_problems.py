import httpx
import pytest

from service.engine import Snapshot
from tests.support import KESH


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/suggest-titles", 405), ("DELETE", "/health", 405)],
)
def test_errors_of_routing_are_problems(client: httpx.Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert response.json()["type"] == "about:blank"


def test_our_own_faults_tell_nothing_of_the_code(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(Snapshot, "suggest", fail)
    response = client.post("/suggest-titles", json={"abc": KESH})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Internal Server Error"
    for told in ("secret", "Traceback", "RuntimeError", ".py"):
        assert told not in response.text


def test_invalid_input_is_not_echoed(client: httpx.Client) -> None:
    response = client.post("/suggest-titles", json={"abc": {"private": "words"}})
    assert response.status_code == 422
    assert "words" not in response.text


def test_the_api_describes_its_bodies_and_problems(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    post = described["paths"]["/suggest-titles"]["post"]
    assert set(post["requestBody"]["content"]) == {"application/json", "text/vnd.abc", "text/plain"}
    assert {"200", "400", "413", "415", "422"} <= set(post["responses"])
    assert list(post["responses"]["413"]["content"]) == ["application/problem+json"]
