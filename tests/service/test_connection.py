"""Clients that send slowly, do not read, or do nothing."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.settings import Settings
from tests.support import KESH, serve

HEAD = b"POST /suggest-titles HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"

PATHS = ("/livez", "/health", "/titles?q=kesh", "/openapi.json", "/")


@pytest.fixture(scope="module")
def impatient(published: Path) -> Iterator[httpx.Client]:
    """A server with short limits."""
    settings = Settings(
        artifacts=published,
        probe_interval_s=0,
        header_timeout_s=0.5,
        body_timeout_s=0.5,
        read_timeout_s=0.5,
        idle_timeout_s=0.5,
        max_connections=40,
    )
    with serve(settings) as client:
        yield client


def connect(client: httpx.Client) -> socket.socket:
    connection = socket.create_connection((client.base_url.host, client.base_url.port or 0))
    connection.settimeout(20)
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """Everything that the server sends until it closes."""
    received = bytearray()
    try:
        while data := connection.recv(2**16):
            received += data
    except ConnectionResetError:
        pass
    return bytes(received)


def trickle(connection: socket.socket, data: bytes) -> int:
    """Send slowly; return how many bytes were sent before the server closed."""
    for sent, byte in enumerate(data):
        try:
            connection.sendall(bytes([byte]))
        except (BrokenPipeError, ConnectionResetError):
            return sent
        time.sleep(0.05)
    return len(data)


def problem_type(answer: bytes) -> str:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    name: str = json.loads(body)["type"]
    return name.removeprefix("urn:gan-ainm:problem:")


@pytest.mark.parametrize("sent", [b"", b"GET /livez HTTP/1.1\r\nHo", HEAD])
def test_a_head_that_does_not_arrive_is_not_waited_for(impatient: httpx.Client, sent: bytes) -> None:
    with connect(impatient) as connection:
        connection.sendall(sent)
        answer = rest_of(connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert problem_type(answer) == "slow-sender"


def test_a_head_that_trickles_in_is_not_waited_for(impatient: httpx.Client) -> None:
    with connect(impatient) as connection:
        assert trickle(connection, b"GET /livez HTTP/1.1\r\n" + b"X: y\r\n" * 50) < 300


@pytest.mark.parametrize("length", [b"Content-Length: 1000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_body_that_does_not_arrive_is_not_waited_for(impatient: httpx.Client, length: bytes) -> None:
    with connect(impatient) as connection:
        connection.sendall(HEAD + length + b"\r\n")
        answer = rest_of(connection)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert problem_type(answer) == "slow-sender"
        assert b"0.5 s" in answer


def test_a_body_that_nobody_reads_does_not_keep_a_connection(impatient: httpx.Client) -> None:
    with connect(impatient) as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
        assert trickle(connection, b"x" * 400) < 400


def test_a_second_request_may_come_late_but_not_trickle(impatient: httpx.Client) -> None:
    with connect(impatient) as connection:
        for _ in range(3):
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.3)
            assert connection.recv(2**16).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /livez HT")
        assert rest_of(connection).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_comes_after_its_answer_does_not_disturb(impatient: httpx.Client) -> None:
    """The connection is idle afterwards: it ends in silence, and not with a 408."""
    post = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
    with connect(impatient) as connection:
        for head, body in (
            (post, b"body"),
            (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b""),
            (post, b"body"),
        ):
            connection.sendall(head)
            answer = connection.recv(2**16)
            assert answer.startswith(b"HTTP/1.1 ")
            while not answer.endswith(b"}"):
                answer += connection.recv(2**16)
            connection.sendall(body)
            time.sleep(0.2)
        assert rest_of(connection) == b""


def test_a_client_that_does_not_read_is_cut_off(impatient: httpx.Client) -> None:
    with connect(impatient) as connection:
        connection.sendall(2000 * b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(3)
        assert rest_of(connection).count(b"HTTP/1.1 200 ") < 2000


def test_what_is_not_http_gets_a_problem(impatient: httpx.Client) -> None:
    with connect(impatient) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        answer = rest_of(connection)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert problem_type(answer) == "bad-http"


def test_a_client_that_closes_its_side_gets_its_answer(impatient: httpx.Client) -> None:
    tune = HEAD + f"Content-Length: {len(KESH)}\r\n\r\n{KESH}".encode()
    for sent in (*(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in PATHS), tune):
        with connect(impatient) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            head, _, body = rest_of(connection).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), (sent, head)
        assert b"\r\ncontent-length: %d\r\n" % len(body) in head + b"\r\n"


def test_the_work_on_many_tunes_ends_when_its_client_may_be_gone(impatient: httpx.Client) -> None:
    book = "".join(f"X:{number}\n{KESH[4:]}\n" for number in range(300)).encode()
    for path in (b"/suggest-titles/batch", b"/duplicates"):
        head = HEAD.replace(b"/suggest-titles", path) + b"Content-Length: %d\r\n\r\n" % len(book)
        with connect(impatient) as connection:
            connection.sendall(head + book)
            connection.shutdown(socket.SHUT_WR)
            assert not rest_of(connection).endswith(b"}")


def test_silent_connections_do_not_keep_others_out(impatient: httpx.Client) -> None:
    silent = []
    try:
        for number in range(200):
            silent.append(connect(impatient))
            if number % 20 == 0:
                answer = httpx.post(
                    impatient.base_url.join("/suggest-titles"),
                    content=KESH,
                    headers={"Content-Type": "text/plain"},
                    trust_env=False,
                    timeout=20,
                )
                assert answer.status_code == 200
    finally:
        for connection in silent:
            connection.close()
