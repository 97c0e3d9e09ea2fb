"""How requests on a connection are told apart, and how responses are written. The app is an echo."""

import asyncio
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from starlette.types import Receive, Scope, Send

from service.server import make_server
from service.settings import Settings

HEAD_BYTES = 2048
GET = b"GET /%b HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 (\d+) [A-Za-z ]+\r\n")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Say what was asked; the path may ask for more."""
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    name, body, length = scope["path"].strip("/"), bytearray(), True
    while name != "deaf":
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        if not message["more_body"]:
            break
    if name == "slow":
        await asyncio.sleep(0.3)
    headers = {key.decode(): value.decode("latin-1") for key, value in scope["headers"]}
    said = {"name": name, "method": scope["method"], "body": body.decode("latin-1"), "headers": headers}
    text = json.dumps(said).encode() if name != "large" else b"x" * 2**21
    parts = [text]
    if name == "stream":
        parts, length = [b"", text[:5], b"", text[5:]], False
    start = [(b"content-length", b"%d" % len(text))] if length else []
    if name == "injection":
        start.append((b"x-name", b"a\r\nx-other: b"))
    await send({"type": "http.response.start", "status": 204 if name == "empty" else 200, "headers": start})
    for number, part in enumerate(parts):
        more = number < len(parts) - 1
        await send({"type": "http.response.body", "body": part, "more_body": more})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server with the echo."""
    settings = Settings(
        artifacts=Path("none"),
        host="127.0.0.1",
        port=0,
        header_timeout_s=1,
        idle_timeout_s=1,
        read_timeout_s=1,
        max_head_bytes=HEAD_BYTES,
    )
    server: Any = make_server(echo, settings, log_level="critical")  # type: ignore[arg-type]
    thread = Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


class Answer(NamedTuple):
    status: int
    head: bytes
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said


def ask(
    port: int, *parts: bytes, pause: float = 0.05, lossy: bool = False, ends: bool = False
) -> list[Answer]:
    """Send the parts, and return the answers until the server closes.

    With `lossy` the connection may break. With `ends` the client closes its side after the parts.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b""
        try:
            for number, part in enumerate(parts):
                if number:
                    time.sleep(pause)
                connection.sendall(part)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            while data := connection.recv(2**20):
                received += data
        except ConnectionError:
            assert lossy
    return list(answers(received))


def answers(received: bytes) -> Iterator[Answer]:
    while received:
        status = _STATUS.match(received)
        assert status, received[:200]
        head, _, received = received.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head)
        if b"transfer-encoding: chunked" in head:
            assert not length
            body = b""
            while size := int((line := received.partition(b"\r\n"))[0], 16):
                body, received = body + line[2][:size], line[2][size:]
                assert received[:2] == b"\r\n"
                received = received[2:]
            received = line[2][2:]
        elif int(status[1]) in (100, 204):
            body = b""
        else:
            size = int(length[1]) if length else len(received)
            body, received = received[:size], received[size:]
        yield Answer(int(status[1]), head, body)


def names(given: list[Answer]) -> list[str]:
    """What was asked, or the status if it was refused."""
    return [answer.said["name"] if answer.status == 200 else f"{answer.status}" for answer in given]


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + end


def post(name: bytes, body: bytes, lines: bytes = b"") -> bytes:
    return b"POST /%b HTTP/1.1\r\nHost: x\r\n%bContent-Length: %d\r\n\r\n%b" % (name, lines, len(body), body)


def post_chunked(name: bytes, body: bytes, lines: bytes = b"") -> bytes:
    return b"POST /%b HTTP/1.1\r\nHost: x\r\n%b" % (name, lines) + CHUNKED + body


UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
SMUGGLED = GET % b"smuggled"
TRAILERS = b"0\r\nX-A: b\r\nHost: y\r\nContent-Length: 9\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (post(b"a", SMUGGLED), SMUGGLED),
        (post(b"a", b""), b""),
        (post(b"a", SMUGGLED, UPGRADE), SMUGGLED),
        (post(b"a", SMUGGLED, b"Connection: upgrade\r\nUpgrade: websocket\r\n"), SMUGGLED),
        (post(b"a", SMUGGLED, b"Expect: 100-continue\r\n"), SMUGGLED),
        (post_chunked(b"a", chunks(SMUGGLED, SMUGGLED)), SMUGGLED * 2),
        (post_chunked(b"a", chunks(SMUGGLED), UPGRADE), SMUGGLED),
        (post_chunked(b"a", b'3;x=y;z="a"\r\nabc\r\n0;last\r\n\r\n'), b"abc"),
        (post_chunked(b"a", b"0003\r\nabc\r\n000\r\n\r\n"), b"abc"),
        (
            post_chunked(b"a", chunks(b"abc", end=b"0\r\nX-A: b\r\nHost: y\r\nContent-Length: 9\r\n\r\n")),
            b"abc",
        ),
        (b"GET /a HTTP/1.1\r\nHost: x\r\n" + UPGRADE + b"\r\n", b""),
        (GET % b"a", b""),
        (post(b"a", b"x" * 100_000), b"x" * 100_000),
    ],
)
def test_requests_are_told_apart_however_they_arrive(port: int, sent: bytes, body: bytes) -> None:
    whole = sent + LAST
    cuts = {1, 20, len(sent) // 2, len(sent) - 1, len(sent), len(sent) + 1, len(whole) - 2}
    splits = [(whole,), *((whole[:cut], whole[cut:]) for cut in sorted(cuts))]
    if len(whole) < 600:
        splits.append(tuple(whole[at : at + 1] for at in range(len(whole))))
    for parts in splits:
        pause = 0.02 if len(parts) == 2 else 0.0005
        given = [answer for answer in ask(port, *parts, pause=pause) if answer.status != 100]
        assert names(given) == ["a", "last"]
        assert given[0].said["body"].encode("latin-1") == body
        assert "host" in given[0].said["headers"]
        assert given[0].said["headers"]["host"] == "x"
        assert "x-a" not in given[0].said["headers"], "trailers are no headers"


@pytest.mark.parametrize("upgrade", [b"", UPGRADE])
@pytest.mark.parametrize(
    ("target", "name", "host"),
    [
        (b"http://y/a", "a", "y"),
        (b"HTTPS://y:80/a?b=http://z/", "a", "y:80"),
        (b"http://y", "", "y"),
        (b"http://y?b", "", "y"),
        (b"http://[::1]:8000/a", "a", "[::1]:8000"),
        (b"http://y//z/a", "z/a", "y"),
    ],
)
def test_a_target_may_name_the_host(port: int, target: bytes, name: str, host: str, upgrade: bytes) -> None:
    sent = b"GET %b HTTP/1.1\r\nHost: x\r\n%b\r\n" % (target, upgrade) + LAST
    for parts in ((sent,), (sent[:15], sent[15:])):
        answer, _ = ask(port, *parts)
        assert (answer.said["name"], answer.said["headers"]["host"]) == (name, host)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /a HTTP/1.1\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n",
        b"GET /a HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET /a HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /a HTTP/0.9\r\nHost: x\r\n\r\n",
        b"GET /a HTTP/1.2\r\nHost: x\r\n\r\n",
        b"GET /a\r\n\r\n",
        b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a RTSP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a  RTSP/1.0\r\nHost: x\r\n\r\n",
        b"GET http://x/a RTSP/1.0\r\nHost: x\r\n\r\n",
        b"POST /a RTSP/1.1\r\nHost: x\r\n" + UPGRADE + b"Content-Length: 3\r\n\r\nabc",
        b"DESCRIBE /a RTSP/1.0\r\nHost: x\r\n\r\n",
        b"SOURCE /a ICE/1.0\r\nHost: x\r\n\r\n",
        b"GET http://y@x/a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http:///a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET ftp://x/a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"NOTHING /a HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /a HTTP/1.1\nHost: x\n\n",
        b"GET /a HTTP/1.1\r\nHost: x\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\n: c\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551616\r\n\r\n",
        b"POST /a HTTP/1.0\r\nHost: x\r\n" + CHUNKED + chunks(b"abc"),
        b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + CHUNKED + chunks(b"abc"),
        b"POST /a HTTP/1.1\r\nHost: x\r\n" + UPGRADE + b"Content-Length: 3\r\n" + CHUNKED + chunks(b"abc"),
        post_chunked(b"a", b"3\nabc\r\n0\r\n\r\n"),
        post_chunked(b"a", b"3\r\nabc0\r\n\r\n"),
        post_chunked(b"a", b"3\r\nabcd\r\n0\r\n\r\n"),
        post_chunked(b"a", b"-3\r\nabc\r\n0\r\n\r\n"),
        post_chunked(b"a", b"0x3\r\nabc\r\n0\r\n\r\n"),
        post_chunked(b"a", b"3 \r\nabc\r\n0\r\n\r\n"),
        post_chunked(b"a", b"\r\nabc\r\n0\r\n\r\n"),
        post_chunked(b"a", b"ffffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        b"\x00" * 100,
        b"{}\r\n\r\n",
    ],
)
def test_what_is_not_clear_is_refused_and_nothing_after_it_is_answered(port: int, sent: bytes) -> None:
    assert names(ask(port, sent + SMUGGLED + LAST)) == ["400"]
    assert names(ask(port, GET % b"first" + sent + SMUGGLED)) == ["first", "400"]
    assert names(ask(port, GET % b"slow" + GET % b"second" + sent + SMUGGLED)) == ["slow", "second", "400"]


@pytest.mark.parametrize("sent", [b"GET /a RTSP/1.1\r\nHost: x\r\n\r\n", b"SOURCE /a ICE/1.0\r\n\r\n"])
def test_another_protocol_is_refused_however_it_arrives(port: int, sent: bytes) -> None:
    for cut in range(1, len(sent)):
        assert names(ask(port, sent[:cut], sent[cut:], pause=0.005)) == ["400"]
    assert names(ask(port, *(sent[at : at + 1] for at in range(len(sent))), pause=0.0005)) == ["400"]


def test_the_names_of_other_protocols_may_stand_elsewhere(port: int) -> None:
    sent = b"POST /JUICE/1 HTTP/1.1\r\nA: /a RTSP/1.0\r\nHost: x\r\nContent-Length: 8\r\n\r\n/ICE/1.1"
    assert names(ask(port, sent + sent + LAST)) == ["JUICE/1", "JUICE/1", "last"]


def test_a_refusal_has_the_headers_of_every_answer(port: int) -> None:
    broken = post_chunked(b"a", b"x", b"X-Request-ID: mine-1\r\n")
    for sent, status in ((b"nonsense\r\n\r\n", 400), (b"GET /a", 408), (broken, 400)):
        (answer,) = ask(port, sent)
        assert answer.status == status
        assert re.search(rb"\r\ndate: \w{3}, \d\d \w{3} \d{4} [0-9:]{8} GMT\r\n", answer.head)
        assert re.search(rb"\r\nx-request-id: ([0-9a-f]{32}|mine-1)\r\n", answer.head)
        assert b"\r\ncache-control: no-store\r\n" in answer.head
    assert b"\r\nx-request-id: mine-1\r\n" in answer.head


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /" + b"a" * HEAD_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: " + b"a" * HEAD_BYTES + b"\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\n" + b"a" * HEAD_BYTES + b": b\r\n\r\n",
        b"GET /a HTTP/1.1\r\nHost: x\r\n" + b"A: bcd\r\n" * 1000 + b"\r\n",
        b"GET /" + b"a" * 2**20,
        b"GET /a HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 2**20,
    ],
)
def test_a_head_may_not_be_too_long(port: int, sent: bytes) -> None:
    for parts in ((sent[:3000],), (sent[:1000], sent[1000:3000])):
        (answer,) = ask(port, *parts)
        assert answer.status == 400
        assert json.loads(answer.body)["type"] == "urn:gan-ainm:problem:bad-http"
        assert json.loads(answer.body)["limit_bytes"] == HEAD_BYTES
    # A client that is still sending may lose the answer.
    assert names(ask(port, sent, lossy=True)) in (["400"], [])
    assert names(ask(port, GET % b"first" + sent, lossy=True)) in (["first", "400"], ["first"], [])


def test_a_chunk_may_not_have_endless_extensions_or_trailers(port: int) -> None:
    for endless in (b"3;" + b"x" * 100_000, chunks(b"abc", end=b"0\r\nA: " + b"x" * 100_000)):
        parts = endless[:10], endless[10:1500], endless[1500:3000]
        assert names(ask(port, post_chunked(b"a", b""), *parts, pause=0.01)) == ["400"]


def test_many_requests_at_once_are_answered_in_order_up_to_a_number(port: int) -> None:
    given = ask(port, GET % b"slow" + b"".join(GET % b"%d" % number for number in range(2000)))
    assert names(given) == ["slow", *(f"{number}" for number in range(32))]
    assert b"connection: close" in given[-1].head
    assert not any(b"connection: close" in answer.head for answer in given[:-1])


def test_many_requests_one_after_another_are_all_answered(port: int) -> None:
    requests = [GET % b"%d" % number for number in range(300)]
    assert len(ask(port, *requests, LAST, pause=0.001)) == 301


def test_a_client_that_waits_for_our_word_gets_it(port: int) -> None:
    head, body = post(b"a", b"abc", b"Expect: 100-continue\r\n")[:-3], b"abc"
    first, second, _ = ask(port, head, body + LAST)
    assert (first.status, second.said["body"]) == (100, "abc")


def test_a_client_that_got_another_answer_than_our_word_must_connect_again(port: int) -> None:
    head = post(b"deaf", b"abc", b"Expect: 100-continue\r\n")[:-3]
    (answer,) = ask(port, head, SMUGGLED)
    assert b"connection: close" in answer.head


def test_a_body_that_the_app_leaves_is_no_request(port: int) -> None:
    assert names(ask(port, post(b"deaf", SMUGGLED) + LAST)) == ["deaf", "last"]
    assert names(ask(port, post(b"deaf", SMUGGLED)[:-5], SMUGGLED[-5:] + LAST)) == ["deaf", "last"]
    assert names(ask(port, post(b"deaf", SMUGGLED)[:-5])) == ["deaf"], "it is not waited for"


def test_nothing_follows_a_tunnel(port: int) -> None:
    connect = b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"
    (answer,) = ask(port, connect + SMUGGLED)
    assert answer.said["method"] == "CONNECT"


@pytest.mark.parametrize("upgrade", [b"h2c", b"websocket"])
@pytest.mark.parametrize(
    "head",
    [
        b"%b /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\n",
        b"%b /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nConnection: upgrade\r\n",
        b"%b /a HTTP/1.0\r\nConnection: upgrade\r\n",
    ],
)
def test_the_last_request_may_wish_for_another_protocol(port: int, head: bytes, upgrade: bytes) -> None:
    get = head % b"GET" + b"Upgrade: %b\r\n\r\n" % upgrade
    send = head % b"POST" + b"Upgrade: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        upgrade,
        len(SMUGGLED),
        SMUGGLED,
    )
    for sent, body in ((get, b""), (send, SMUGGLED)):
        for parts in ((sent,), (sent[:30], sent[30:]), tuple(sent[at : at + 1] for at in range(len(sent)))):
            (answer,) = ask(port, *parts, SMUGGLED, pause=0.0005, lossy=True)
            assert answer.said["body"].encode() == body
            assert b"connection: close" in answer.head
    assert names(ask(port, GET % b"first" + get + SMUGGLED)) == ["first", "a"]
    assert names(ask(port, GET % b"first", get, SMUGGLED, lossy=True)) == ["first", "a"]


def test_nothing_follows_the_last_request(port: int) -> None:
    assert names(ask(port, LAST + SMUGGLED)) == ["last"]
    assert names(ask(port, LAST + b"\x00nonsense")) == ["last"]
    assert names(ask(port, b"GET /old HTTP/1.0\r\n\r\n" + SMUGGLED)) == ["old"]
    assert names(ask(port, b"GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + SMUGGLED + LAST)) in (
        ["old"],
        ["old", "smuggled", "last"],
    )


def test_what_follows_the_last_request_is_not_even_read(port: int) -> None:
    sent, rest = 0, b"x" * 2**20
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        connection.setblocking(False)
        ends = time.monotonic() + 0.2
        while time.monotonic() < ends:
            try:
                sent += connection.send(rest)
            except BlockingIOError:
                time.sleep(0.001)
    assert sent < 2**24, "what fits into the buffers of the system"


@pytest.mark.parametrize("name", [b"a", b"slow", b"stream", b"large", b"deaf"])
def test_a_client_that_closes_its_side_gets_its_answers(port: int, name: bytes) -> None:
    for sent in (GET % name, post(name, SMUGGLED), post_chunked(name, chunks(SMUGGLED))):
        for parts in ((sent,), (sent[:9], sent[9:])):
            (answer,) = ask(port, *parts, ends=True)
            assert answer.status == 200
            assert name == b"large" or answer.said["name"] == name.decode()
    began = time.monotonic()
    assert len(ask(port, GET % name + GET % b"slow" + GET % b"slow" + GET % b"b", ends=True)) == 4
    assert names(ask(port, GET % b"slow" + b"nonsense\r\n\r\n", ends=True)) == ["slow", "400"]
    assert time.monotonic() - began < 5, "the connection ends with the last answer"


def test_a_client_that_closes_its_side_within_a_request_gets_no_answer_to_it(port: int) -> None:
    for sent in (b"", b"GET /a HTTP", post(b"a", b"abc")[:-1], post_chunked(b"a", b"3\r\nabc\r\n")):
        assert ask(port, sent, ends=True) == []
        for first in (b"a", b"slow"):
            assert names(ask(port, GET % first + sent, ends=True)) == [first.decode()]


def received_late(port: int, closes: bool) -> int:
    """Ask for 30 large answers, read nothing for 3 seconds, and return how many bytes arrive afterwards.

    The client `closes` its side of the connection after the requests, or leaves it open.
    """
    received = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(GET % b"large" * 30)
        if closes:
            connection.shutdown(socket.SHUT_WR)
        time.sleep(3)
        with suppress(ConnectionResetError):
            while data := connection.recv(2**20):
                received += len(data)
    return received


def test_a_client_that_closes_its_side_and_does_not_read_is_cut_off(port: int) -> None:
    assert received_late(port, closes=True) < 30 * 2**21


def test_a_streamed_body_has_chunks_or_ends_with_the_connection(port: int) -> None:
    answer, last = ask(port, GET % b"stream" + LAST)
    assert b"transfer-encoding: chunked" in answer.head
    assert answer.said["name"] == "stream"
    assert last.said["name"] == "last"
    (answer,) = ask(port, b"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + SMUGGLED)
    assert b"chunked" not in answer.head
    assert answer.said["name"] == "stream"


def test_some_responses_have_no_body(port: int) -> None:
    for name in (b"a", b"stream", b"large"):
        received = b"HEAD /%b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" % name
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(received)
            got = b"".join(iter(lambda: connection.recv(2**16), b""))
        assert got.endswith(b"\r\n\r\n")
        assert got.count(b"\r\n\r\n") == 1
    empty, last = ask(port, GET % b"empty" + LAST)
    assert (empty.status, last.said["name"]) == (204, "last")
    assert b"transfer-encoding" not in empty.head


def test_a_header_cannot_begin_another(port: int) -> None:
    (answer,) = ask(port, GET % b"injection")
    assert answer.status == 500
    assert b"x-other" not in answer.head


def test_a_client_that_does_not_read_large_answers_is_cut_off(port: int) -> None:
    assert received_late(port, closes=False) < 30 * 2**21


def test_blank_lines_do_not_keep_a_connection(port: int) -> None:
    given = ask(port, GET % b"a", *[b"\r\n"] * 3, pause=0.3)
    assert names(given) == ["a", "408"]


@pytest.mark.parametrize("begun", [b"G", b"GET /b HTTP/1.1\r\nHos"])
def test_a_head_that_begins_before_the_answer_is_not_waited_for_long(port: int, begun: bytes) -> None:
    began = time.monotonic()
    assert names(ask(port, GET % b"slow" + begun)) == ["slow", "408"]
    assert time.monotonic() - began < 5
