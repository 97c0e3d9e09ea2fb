import socket

import httpx
import pytest

from index.suggester import Suggester
from tests.support import KESH


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("GET", "/suggest-titles", 405), ("DELETE", "/health", 405)],
)
def test_routing_errors_are_problems(client: httpx.Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    assert response.json()["type"] == "about:blank"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"POST /suggest-titles HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_malformed_http_gets_a_400(client: httpx.Client, sent: bytes) -> None:
    assert exchange(client, sent).startswith(b"HTTP/1.1 400 ")


def test_expect_100_continue_with_too_large_a_body_gets_413_at_once(client: httpx.Client) -> None:
    response = exchange(client, POST + b"Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 413 ")


def test_a_client_that_announces_too_much_and_sends_nothing_gets_413_soon(client: httpx.Client) -> None:
    response = exchange(client, POST + b"Content-Length: 99999999999\r\n\r\nK:C")
    assert response.startswith(b"HTTP/1.1 413 ")


def test_a_client_that_disconnects_is_not_logged_as_our_fault(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(address(client)) as connection:
        connection.sendall(POST + b"Content-Length: 9\r\n\r\nK:C")
    assert client.get("/livez").status_code == 200
    assert "failed" not in caplog.text


POST = b"POST /suggest-titles HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"


def address(client: httpx.Client) -> tuple[str, int]:
    return client.base_url.host, client.base_url.port or 80


def exchange(client: httpx.Client, sent: bytes) -> bytes:
    """Send bytes to the server and return everything that it sends until it closes the connection."""
    with socket.create_connection(address(client), timeout=20) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(2**16), b""))


def test_our_own_faults_reveal_nothing_about_the_code(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(Suggester, "suggest", fail)
    response = client.post("/suggest-titles", json={"abc": KESH})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Internal Server Error"
    for internal in ("secret", "Traceback", "RuntimeError", ".py"):
        assert internal not in response.text


def test_invalid_input_is_not_echoed(client: httpx.Client) -> None:
    response = client.post("/suggest-titles", json={"abc": {"private": "words"}})
    assert response.status_code == 422
    assert "words" not in response.text


def test_the_api_describes_its_bodies_and_problems(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    post = described["paths"]["/suggest-titles"]["post"]
    assert {"application/json", "text/vnd.abc", "text/plain"} <= set(post["requestBody"]["content"])
    assert {"200", "400", "413", "415", "422"} <= set(post["responses"])
    assert list(post["responses"]["413"]["content"]) == ["application/problem+json"]


LONG = "x" * 100_000


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        ("/suggest-titles", '{"abc": "", ' + ", ".join(f'"{i}{"y" * 50}": 1' for i in range(4000)) + "}", {}),
        ("/suggest-titles", f'{{"{LONG}": 1}}', {}),
        ("/suggest-titles", f'{{"abc": 1, "top_k": "{LONG}"}}', {}),
        ("/suggest-titles", "K:C\nC", {"Content-Type": "x" * 5000}),
        ("/suggest-titles", "K:C\nC", {"Content-Type": f"text/plain; charset={'x' * 5000}"}),
        ("/suggest-titles", "K:C\nC", {"Content-Type": "text/plain", "Content-Encoding": "x" * 5000}),
        (f"/suggest-titles?top_k={'9' * 5000}", "K:C\nC", {"Content-Type": "text/plain"}),
        (f"/suggest-titles?top_k={'x' * 5000}", "K:C\nC", {"Content-Type": "text/plain"}),
    ],
)
def test_an_error_repeats_little_of_the_input(
    client: httpx.Client, path: str, body: str, headers: dict[str, str]
) -> None:
    response = client.post(path, content=body, headers={"Content-Type": "application/json", **headers})
    assert 400 <= response.status_code < 500
    assert len(response.content) < 1500
    problem = response.json()
    assert sum(problem["detail"].count(letter) for letter in "xy9") < 200
    if len(problem.get("errors", [])) > 1:
        assert problem["detail"].endswith(" more")
