"""What a page of another origin, or a request with two lengths, may not do."""

import httpx
import pytest

from tests.service.test_problems import POST, exchange
from tests.support import KESH, KEY

ABC = {"Content-Type": "text/plain"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "https://[oops"},
    ],
)
def test_a_page_of_another_origin_cannot_post(client: httpx.Client, headers: dict[str, str]) -> None:
    for path, more in (("/suggest-titles", ABC), ("/admin/reindex", KEY)):
        response = client.post(path, content=KESH, headers={**more, **headers})
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "urn:gan-ainm:problem:cross-origin"
    assert client.get("/health", headers=headers).status_code == 200, "it may read"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_page_and_programs_can_post(client: httpx.Client, site: str) -> None:
    own = f"{client.base_url.scheme}://{client.base_url.netloc.decode()}"
    for headers in ({}, {"Sec-Fetch-Site": site}, {"Origin": own}, {"Origin": own, "Sec-Fetch-Site": site}):
        assert client.post("/suggest-titles", content=KESH, headers={**ABC, **headers}).status_code == 200


def test_a_body_with_two_lengths_is_refused_and_the_connection_closed(client: httpx.Client) -> None:
    both = POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    response = exchange(client, both + b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 400 ")
    assert response.count(b"HTTP/1.1 ") == 1, "the bytes after it get no answer"


def test_nothing_redirects_to_a_host_that_the_request_names(client: httpx.Client) -> None:
    response = client.get("/livez/", headers={"Host": "evil.example"}, follow_redirects=False)
    assert response.status_code == 404
    assert "evil" not in response.text
