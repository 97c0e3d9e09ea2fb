"""What a page of another origin, or a request with two lengths, may not do."""

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from service.guard import Guard
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
def test_a_page_of_another_origin_cannot_post(shared_client: httpx.Client, headers: dict[str, str]) -> None:
    for path, more in (("/suggest-titles", ABC), ("/admin/reindex", KEY)):
        response = shared_client.post(path, content=KESH, headers={**more, **headers})
        assert response.status_code == 403
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"] == "urn:gan-ainm:problem:cross-origin"
    assert shared_client.get("/health", headers=headers).status_code == 200, "it may read"


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_page_and_programs_can_post(shared_client: httpx.Client, site: str) -> None:
    own = f"{shared_client.base_url.scheme}://{shared_client.base_url.netloc.decode()}"
    for headers in ({}, {"Sec-Fetch-Site": site}, {"Origin": own}, {"Origin": own, "Sec-Fetch-Site": site}):
        assert (
            shared_client.post("/suggest-titles", content=KESH, headers={**ABC, **headers}).status_code == 200
        )


def test_a_body_with_two_lengths_is_refused_and_the_connection_closed(shared_client: httpx.Client) -> None:
    both = POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    response = exchange(shared_client, both + b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
    assert response.startswith(b"HTTP/1.1 400 ")
    assert response.count(b"HTTP/1.1 ") == 1, "the bytes after it get no answer"


@pytest.mark.parametrize(("host", "status"), [("evil.example", 421), ("evil", 404)])
def test_nothing_redirects_to_a_host_that_the_request_names(
    shared_client: httpx.Client, host: str, status: int
) -> None:
    response = shared_client.get("/livez/", headers={"Host": host}, follow_redirects=False)
    assert response.status_code == status
    assert "evil" not in response.text
    assert "location" not in response.headers


def ask(
    headers: list[tuple[str, str]],
    path: str = "/suggest-titles",
    origins: frozenset[str] = frozenset(),
    names: frozenset[str] | None = None,
) -> int:
    """The status of the guard's answer to a post; 200 when it lets the post through."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("the guard reads no body")

    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope = {"type": "http", "method": "POST", "path": path, "headers": raw}
    asyncio.run(Guard(PlainTextResponse("passed"), origins, names)(scope, receive, send))
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("Host", "a:8000"), ("Origin", "http://a:8000")], 200),
        ([("Host", "a:8000"), ("Origin", "HTTP://A:8000")], 200),
        ([("Host", "[::1]:8000"), ("Origin", "http://[::1]:8000")], 200),
        ([("Host", "a:8000"), ("Origin", "http://a:8001")], 403),
        ([("Host", "a"), ("Origin", "http://a.")], 403),
        ([("Host", "a"), ("Origin", "http://a.evil.example")], 403),
        ([("Host", "a"), ("Origin", "http://evil.example/a")], 403),
        ([("Host", "a"), ("Origin", "chrome-extension://a")], 403),
        ([("Host", "a"), ("Origin", "a")], 403),
        ([("Host", "a"), ("Origin", "")], 403),
        ([("Host", "a"), ("Origin", "null")], 403),
        ([("Host", ""), ("Origin", "null")], 403),
        ([("Host", ""), ("Origin", "http://")], 403),
        ([("Origin", "http://a")], 403),
        ([("Host", "a"), ("Origin", "http://a"), ("Origin", "https://evil.example")], 403),
        ([("Host", "a"), ("Origin", "https://evil.example"), ("Origin", "http://a")], 403),
        ([("Host", "a"), ("Sec-Fetch-Site", "")], 403),
        ([("Host", "a"), ("Sec-Fetch-Site", "Same-Origin")], 403),
        ([("Host", "a"), ("Sec-Fetch-Site", "same-origin, cross-site")], 403),
        ([("Host", "a"), ("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")], 403),
        ([("Host", "a"), ("Sec-Fetch-Site", "cross-site"), ("Origin", "http://a")], 403),
        # A proxy may change Host. The browser still knows that the page is ours.
        ([("Host", "inside:8000"), ("Sec-Fetch-Site", "same-origin"), ("Origin", "https://a")], 200),
        ([], 200),
    ],
)
def test_whose_page_posts(headers: list[tuple[str, str]], status: int) -> None:
    assert ask(headers) == status


@pytest.mark.parametrize("site", [[], [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")]])
def test_an_allowed_origin_may_post_except_to_admin_routes(site: list[tuple[str, str]]) -> None:
    origins = frozenset({"https://tunes.example", "http://localhost:3000"})
    for origin in origins:
        headers = [("Host", "a"), ("Origin", origin), *site]
        assert ask(headers, origins=origins) == 200
        for path in ("/admin", "/admin/", "/admin/reindex", "/admin/jobs/x"):
            assert ask(headers, path, origins) == 403
        assert ask([*headers, ("Origin", "https://evil.example")], origins=origins) == 403
    for origin in ("http://tunes.example", "https://tunes.example:8443", "https://x.tunes.example", "null"):
        assert ask([("Host", "a"), ("Origin", origin), *site], origins=origins) == 403


LOCAL = [
    "127.0.0.1",
    "127.0.0.1:8000",
    "127.0.0.1.",
    "[::1]:8000",
    "[::ffff:127.0.0.1]",
    "192.168.1.7:8000",
    "localhost",
    "LocalHost:8000",
    "localhost.",
    "tunes.localhost",
    "box",
]
FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "EVIL.example.",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "evil.example, localhost",
    "[::1",
    "::1",
    ":8000",
    "",
]


@pytest.mark.parametrize("host", LOCAL + FOREIGN)
def test_a_local_service_does_not_answer_to_names_of_others(host: str) -> None:
    expected = 200 if host in LOCAL else 421
    assert ask([("Host", host)], names=frozenset()) == expected
    assert ask([("Host", host), ("Sec-Fetch-Site", "same-origin")], names=frozenset()) == expected
    assert ask([("Host", host)], names=None) == 200


def test_allowed_hosts_are_known_in_any_case_and_with_any_port() -> None:
    names = frozenset({"tunes.example"})
    for host in ("tunes.example", "Tunes.Example:8000", "tunes.example."):
        assert ask([("Host", host)], names=names) == 200
    for host in ("x.tunes.example", "tunes.example.evil", "evil.example"):
        assert ask([("Host", host)], names=names) == 421


@pytest.mark.parametrize(("origin", "status"), [("http://localhost", 200), ("http://tunes", 403)])
def test_the_origin_is_compared_with_the_host_of_the_target(
    shared_client: httpx.Client, origin: str, status: int
) -> None:
    head = f"POST http://localhost/suggest-titles HTTP/1.1\r\nHost: tunes\r\nOrigin: {origin}\r\n"
    more = "Connection: close\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nK:C\nC"
    assert exchange(shared_client, (head + more).encode()).split(b" ", 2)[1] == b"%d" % status


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5, 6",
        b"Content-Length: +5",
        b"Content-Length: -5",
        b"Content-Length: 0x5",
        b"Content-Length: 5\r\n 0",
        b"Content-Length : 5",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: identity, chunked",
        b"Transfer-Encoding: identity",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding:\x0bchunked",
        b"Transfer-Encoding: \x00chunked",
        b'Transfer-Encoding: "chunked"',
        b"Transfer-Encoding:\r\n chunked, identity",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding: chunked\t",
    ],
)
def test_a_body_whose_length_is_in_doubt_is_refused_and_the_connection_closed(
    shared_client: httpx.Client, lines: bytes
) -> None:
    body, more = b"5\r\nK:C\nC\r\n0\r\n\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    response = exchange(shared_client, POST + lines + b"\r\n\r\n" + body + more)
    assert response.startswith(b"HTTP/1.1 400 ")
    assert response.count(b"HTTP/1.1 ") == 1, "the bytes after it get no answer"


@pytest.mark.parametrize("coding", [b"chunked", b"Chunked", b" \tchunked  "])
def test_a_chunked_body_is_read(shared_client: httpx.Client, coding: bytes) -> None:
    head = POST + b"Connection: close\r\nTransfer-Encoding:" + coding + b"\r\n\r\n"
    assert exchange(shared_client, head + b"5\r\nK:C\nC\r\n0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /livez HTTP/1.0", 200),
        (b"GET /livez HTTP/1.1", 400),  # without Host
        (b"GET http://127.0.0.1/livez HTTP/1.1\r\nHost: x", 200),
        (b"GET HTTPS://127.0.0.1:99/livez?a=b HTTP/1.1\r\nHost: evil.example", 200),
        (b"GET http://localhost/livez HTTP/1.0", 200),
        (b"GET http://evil.example/livez HTTP/1.1\r\nHost: x", 421),
        (b"GET http://evil.example/livez HTTP/1.1\r\nHost: evil.example", 421),
        (b"GET https://evil.example/livez HTTP/1.0\r\nHost: x", 421),
        (b"GET http://evil.example?/livez HTTP/1.1\r\nHost: x", 421),
        (b"GET http://evil.example#/livez HTTP/1.1\r\nHost: x", 400),
        (b"GET http://x@evil.example/livez HTTP/1.1\r\nHost: x", 400),
        (b"GET http://evil.example@x/livez HTTP/1.1\r\nHost: x", 400),
        (b"GET http:///livez HTTP/1.1\r\nHost: x", 400),
        (b"GET ftp://x/livez HTTP/1.1\r\nHost: x", 400),
        (b"GET http://127.0.0.1/livez HTTP/1.1", 400),  # without Host
        (b"GET http://127.0.0.1/livez HTTP/1.1\r\nHost: x\r\nHost: y", 400),
        (b"GET /livez HTTP/1.1\r\nHost: x\r\nHost: evil.example", 400),
        (b"GET //evil.example/livez HTTP/1.1\r\nHost: x", 404),
        (b"CONNECT evil.example:80 HTTP/1.1\r\nHost: x", 404),
        (b"OPTIONS * HTTP/1.1\r\nHost: x", 404),
    ],
)
def test_other_forms_of_a_request_reach_no_other_host(
    shared_client: httpx.Client, line: bytes, status: int
) -> None:
    response = exchange(shared_client, line + b"\r\nConnection: close\r\n\r\n")
    assert response.split(b" ", 2)[1] == b"%d" % status
    assert b"evil" not in response
