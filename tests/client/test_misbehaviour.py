"""What both clients make of a server that refuses, is slow, breaks off or talks nonsense."""

import asyncio
import json
import socket
import time
from typing import Any

import pytest

from gan_ainm_client import AsyncClient, BrokenAnswer, Client, Problem, TimedOut, Unreachable
from tests.client.conftest import Ask
from tests.client.fake import Act, fake, problem, response

TITLES = {"total": 0, "offset": 0, "titles": [], "artifact": "a"}
OK = response(200, TITLES)
BUSY = problem(429, "overloaded", {"Retry-After": "1"})
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"


def answer(number: int, title: str = "A") -> bytes:
    """A line of a batch."""
    body: dict[str, Any] = {"number": number, "line": 1, "reference": None, "title": title, "titles": []}
    line = {**body, "insert_title_after": 0, "result": None, "problem": None}
    return json.dumps(line, ensure_ascii=False).encode() + b"\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def titles(client: Any) -> Any:
    return client.titles("kesh")


def batch(client: Any) -> Any:
    return client.stream_batch("X:1\nK:D\nfed\n")


def test_a_refused_call_is_sent_again_when_the_service_says(ask: Ask) -> None:
    start = time.monotonic()
    with fake([BUSY], [OK]) as server:
        assert ask(server.url, titles).total == 0
    assert time.monotonic() - start >= 1
    assert len(server.requests) == 2


def test_all_attempts_of_a_call_have_one_request_id(ask: Ask) -> None:
    busy = problem(503, "not-ready", {"Retry-After": "0"})
    with fake([busy], [busy], [OK]) as server:
        ask(server.url, titles)
        ask(server.url, titles)
    ids = [line for head in server.heads for line in head.splitlines() if line.startswith("x-request-id: ")]
    assert len(ids) == 4
    assert len(set(ids)) == 2


def test_a_service_that_stays_busy_is_a_problem(ask: Ask) -> None:
    busy = problem(429, "overloaded", {"Retry-After": "0"}, limit=16)
    with fake([busy]) as server, pytest.raises(Problem) as raised:
        ask(server.url, titles, attempts=3)
    assert len(server.requests) == 3
    assert (raised.value.type, raised.value.members) == ("overloaded", {"limit": 16})
    assert f"x-request-id: {raised.value.request_id}" in server.heads[0]


def test_a_pause_past_the_deadline_is_a_problem_at_once(ask: Ask) -> None:
    start = time.monotonic()
    late = problem(429, "too-much-feedback", {"Retry-After": "60"})
    with fake([late]) as server, pytest.raises(Problem) as raised:
        ask(server.url, titles, deadline=5)
    assert time.monotonic() - start < 2
    assert raised.value.retry_after == 60


def test_another_error_is_final(ask: Ask) -> None:
    with fake([problem(422, "no-notes", line=2, column=7)], [OK]) as server, pytest.raises(Problem) as raised:
        ask(server.url, titles)
    assert (raised.value.line, raised.value.column) == (2, 7)
    assert len(server.requests) == 1


@pytest.mark.usefixtures("short_pauses")
def test_a_connection_that_is_lost_is_made_again(ask: Ask) -> None:
    with fake([], [b"HTTP/1.1 200"], [OK]) as server:
        assert ask(server.url, titles).total == 0
    assert len(server.requests) == 3


@pytest.mark.usefixtures("short_pauses")
def test_feedback_that_may_have_arrived_is_not_sent_again(ask: Ask) -> None:
    with fake([], [response(201, {"rank": 1})]) as server, pytest.raises(Unreachable):
        ask(server.url, lambda client: client.feedback("1.x", "The Kesh"))
    assert len(server.requests) == 1


def test_feedback_that_was_refused_is_sent_again(ask: Ask) -> None:
    refused = problem(503, "feedback-unavailable", {"Retry-After": "0"})
    with fake([refused], [response(201, {"rank": 1})]) as server:
        assert ask(server.url, lambda client: client.feedback("1.x", "The Kesh")).rank == 1


@pytest.mark.usefixtures("short_pauses")
def test_a_service_that_is_not_there(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable) as raised:
        ask(f"http://127.0.0.1:{port}", titles)
    assert raised.value.request_id


def test_a_silent_service(ask: Ask) -> None:
    with fake([5.0, OK]) as server, pytest.raises(TimedOut, match="silent"):
        ask(server.url, titles, timeout=0.2)
    assert len(server.requests) == 1


@pytest.mark.parametrize("question", [titles, batch])
def test_a_service_that_is_slow_throughout(ask: Ask, question: Any) -> None:
    drops = [step for byte in chunk(answer(1)) * 9 for step in (bytes([byte]), 0.05)]
    start = time.monotonic()
    with fake([HEAD, *drops]) as server, pytest.raises(TimedOut):
        ask(server.url, question, deadline=0.5)
    assert time.monotonic() - start < 2


def test_a_tunebook_is_not_too_slow_before_the_deadline(ask: Ask) -> None:
    found = response(200, {"groups": [], "tunes": 1, "unread": [], "took_ms": 1.0})
    with fake([0.5, found]) as server:
        assert ask(server.url, lambda client: client.duplicates("X:1"), timeout=0.1).tunes == 1


@pytest.mark.parametrize(
    "body", [b"<html>hello</html>", b"", b"[]", b'{"total": "many"}', b'{"total": 1', b"\xff\xfe"]
)
def test_an_answer_that_is_none(ask: Ask, body: bytes) -> None:
    with fake([response(200, body)]) as server, pytest.raises(BrokenAnswer) as raised:
        ask(server.url, titles)
    assert len(server.requests) == 1
    assert raised.value.request_id in server.heads[0]


def test_an_answer_that_breaks_off(ask: Ask) -> None:
    with fake([OK[:-5]], [OK]) as server, pytest.raises(BrokenAnswer):
        ask(server.url, titles)
    assert len(server.requests) == 1


def test_bytes_that_are_not_http(ask: Ask) -> None:
    with fake([b"220 mail.example ESMTP\r\n"]) as server, pytest.raises(Unreachable):
        ask(server.url, titles, attempts=1)


def test_a_body_that_cannot_be_unpacked(ask: Ask) -> None:
    packed = response(200, b"no gzip", {"Content-Encoding": "gzip"})
    with fake([packed]) as server, pytest.raises(BrokenAnswer):
        ask(server.url, titles)


@pytest.mark.parametrize("status", [301, 308])
def test_a_redirect_is_not_followed(ask: Ask, status: int) -> None:
    moved = response(status, b"", {"Location": "http://other.example/"})
    with fake([moved]) as server, pytest.raises(Problem, match=r"http://other\.example/"):
        ask(server.url, titles)


def test_the_error_of_a_proxy(ask: Ask) -> None:
    html = response(502, b"<html>", kind="text/html")
    with fake([html]) as server, pytest.raises(Problem, match="502 Bad Gateway"):
        ask(server.url, titles)


def test_a_newer_service_may_say_more(ask: Ask) -> None:
    with fake([response(200, {**TITLES, "brand_new": {"a": 1}})]) as server:
        assert ask(server.url, titles).total == 0


def test_a_stream_is_divided_at_line_feeds_only(ask: Ask) -> None:
    lines = answer(1, "A\u2028B\x85C") + answer(2)
    pieces = [chunk(lines[start : start + 7]) for start in range(0, len(lines), 7)]
    with fake([HEAD, *pieces, b"0\r\n\r\n"]) as server:
        found = ask(server.url, batch)
    assert [each.title for each in found] == ["A\u2028B\x85C", "A"]
    assert "accept: application/x-ndjson" in server.heads[0]


@pytest.mark.parametrize("end", [b"", b"0\r\n\r\n", b"nonsense"])
def test_a_stream_that_breaks_off_yields_what_arrived_and_is_not_sent_again(ask: Ask, end: bytes) -> None:
    act: Act = [HEAD, chunk(answer(1)), chunk(answer(2)[:-9]), end]
    with fake(act, [HEAD, chunk(answer(1)), b"0\r\n\r\n"]) as server, pytest.raises(BrokenAnswer):
        ask(server.url, batch)
    assert len(server.requests) == 1

    with fake(act) as server, Client(server.url) as client:
        answers = client.stream_batch("X:1")
        assert next(answers).number == 1
        with pytest.raises(BrokenAnswer):
            next(answers)


def test_a_stream_that_was_refused_is_sent_again(ask: Ask) -> None:
    busy = problem(429, "overloaded", {"Retry-After": "0"})
    with fake([busy], [HEAD, chunk(answer(1)), b"0\r\n\r\n"]) as server:
        assert len(ask(server.url, batch)) == 1


def test_each_answer_of_a_stream_comes_at_once() -> None:
    act: Act = [HEAD, chunk(answer(1)), 1.0, chunk(answer(2)), b"0\r\n\r\n"]
    with fake(act) as server, Client(server.url) as client:
        start = time.monotonic()
        moments = [time.monotonic() - start for _ in client.stream_batch("X:1")]
    assert moments[0] < 0.5 <= 1.0 <= moments[1]


def test_a_stream_can_be_left() -> None:
    act: Act = [HEAD, chunk(answer(1)), 5.0, chunk(answer(2))]

    async def first(url: str) -> int:
        async with AsyncClient(url) as client:
            answers = client.stream_batch("X:1")
            number = (await anext(answers)).number
            await answers.aclose()
            return number

    start = time.monotonic()
    with fake(act) as server:
        with Client(server.url) as client:
            answers = client.stream_batch("X:1")
            assert next(answers).number == 1
            answers.close()
        assert asyncio.run(first(server.url)) == 1
        assert time.monotonic() - start < 2


def test_waiting_for_a_job_ends_at_the_deadline(ask: Ask) -> None:
    job = {"id": "a", "number": 1, "status": "running", "created_at": "2026-11-22T23:00:00Z", "force": False}
    with fake([response(200, job)]) as server, pytest.raises(TimedOut):
        ask(server.url, lambda client: client.within(0.5).wait_for("a", poll_s=0.1))
    assert 3 <= len(server.requests) <= 6


@pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://x", "http://", "http://x/?a=1", "http://x:y"])
@pytest.mark.parametrize("client", [Client, AsyncClient])
def test_an_address_is_checked(client: Any, url: str) -> None:
    with pytest.raises(ValueError, match="address of a service"):
        client(url)
