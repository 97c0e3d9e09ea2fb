"""What the log says of a request, and what it never says."""

import io
import json
import logging
import logging.config
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.suggester import Suggester
from service.logs import REQUESTS, Limit, LogFormat, logging_config
from service.settings import Settings
from tests.service.test_problems import exchange
from tests.support import KESH, KEY, serve

TUNE = {"Content-Type": "text/plain"}


class Stream(io.StringIO):
    """Standard error, as a terminal or not."""

    is_terminal = False

    def isatty(self) -> bool:
        return self.is_terminal


class Log:
    """What a server writes."""

    def __init__(self) -> None:
        self.stream = Stream()

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()

    def requests(self, count: int = 1) -> list[dict[str, Any]]:
        """The lines for requests, once there are so many: a line may come after the answer."""
        return self._wait_for(count, lambda line: line["event"] == "request")

    def others(self) -> list[dict[str, Any]]:
        """The other lines, once there is one."""
        return self._wait_for(1, lambda line: line["event"] != "request")

    def _wait_for(self, count: int, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        deadline = time.monotonic() + 10
        while True:
            found = [line for line in map(json.loads, self.lines) if wanted(line)]
            if len(found) >= count or time.monotonic() > deadline:
                return found
            time.sleep(0.01)


def capture(log_format: LogFormat, monkeypatch: pytest.MonkeyPatch) -> Log:
    """Send everything that is logged to a string instead of standard error."""
    log = Log()
    monkeypatch.setattr("sys.stderr", log.stream)
    logging.config.dictConfig(logging_config(log_format, "info"))
    return log


@pytest.fixture
def log(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    """The log of the client's server, as JSON."""
    assert client
    yield capture("json", monkeypatch)
    monkeypatch.undo()
    logging.config.dictConfig(logging_config("json", "warning"))


def test_a_request_is_one_line(client: httpx.Client, log: Log) -> None:
    response = client.post("/suggest-titles", content=KESH, headers=TUNE)
    (line,) = log.requests()
    assert line.pop("duration_ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/suggest-titles",
        "status": 200,
        "outcome": "known" if response.json()["known"] else "unknown",
        "artifact": response.json()["artifact"],
        "request_id": response.headers["x-request-id"],
    }


def test_the_outcome_of_a_problem_is_its_type(client: httpx.Client, log: Log) -> None:
    client.post("/suggest-titles", content="K:C", headers=TUNE)
    client.post("/suggest-titles", content="K:C", headers={**TUNE, "Origin": "https://example.org"})
    client.get("/admin/jobs/x")
    client.get("/nowhere")
    lines = [(line["route"], line["status"], line.get("outcome")) for line in log.requests(4)]
    assert lines == [
        ("/suggest-titles", 422, "no-notes"),
        ("other", 403, "cross-origin"),
        ("/admin/jobs/{job_id}", 401, "unauthorized"),
        ("other", 404, None),
    ]


def test_health_checks_and_scrapes_are_not_logged(client: httpx.Client, log: Log) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        client.get(path)
        client.head(path)
    client.get("/health")
    assert [line["route"] for line in log.requests()] == ["/health"]


@pytest.mark.parametrize("given", ["a", "0123456789abcdef" * 4, "trace_1.2-3"])
def test_a_well_formed_request_id_is_kept(client: httpx.Client, log: Log, given: str) -> None:
    response = client.get("/health", headers={"X-Request-ID": given})
    assert response.headers.get_list("x-request-id") == [given]
    assert log.requests()[-1]["request_id"] == given


@pytest.mark.parametrize(
    "given", ["", "a b", "x" * 65, "x" * 10_000, 'a"b', "a\\nb", "é", "a;b", "a\tb", "{}"]
)
def test_another_request_id_is_replaced(client: httpx.Client, log: Log, given: str) -> None:
    response = client.get("/health", headers=[(b"X-Request-ID", given.encode())])
    (request_id,) = response.headers.get_list("x-request-id")
    assert len(request_id) == 32
    assert int(request_id, 16)
    assert [line["request_id"] for line in log.requests()] == [request_id]
    assert len(log.lines) == 1


def test_every_answer_has_a_request_id_even_for_our_own_faults(
    client: httpx.Client, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the cause")

    monkeypatch.setattr(Suggester, "suggest", fail)
    response = client.post("/suggest-titles", content=KESH, headers=TUNE)
    assert response.status_code == 500
    (request,) = log.requests()
    assert (request["status"], request["level"]) == (500, "error")
    (fault,) = log.others()
    assert response.headers["x-request-id"] == request["request_id"] == fault["request_id"]
    assert "RuntimeError: the cause" in fault["exception"]


def test_a_request_has_nothing_of_the_one_before_it(client: httpx.Client, log: Log) -> None:
    post = (
        b"POST /suggest-titles HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n"
    )
    get = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    tune = KESH.encode()
    exchange(client, post % len(tune) + tune + get)
    first, second = log.requests(2)
    assert first["outcome"] in ("known", "unknown")
    assert second["route"] == "/health"
    assert not {"outcome", "artifact"} & second.keys()
    assert first["request_id"] != second["request_id"]


HOSTILE = '\r\n{"event": "request"}\x1b[31m\u2028\u202e\x00 ' + "x" * 3000


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_no_request_writes_much_or_more_than_one_line(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, log_format: LogFormat
) -> None:
    log = capture(log_format, monkeypatch)
    quoted = httpx.QueryParams({"q": HOSTILE})
    requests = [
        ("GET", f"/{'y' * 5000}", {}, ""),
        ("GET", f"/health?{quoted}", {"User-Agent": "x" * 5000, "Referer": "x" * 5000}, ""),
        ("GET", f"/admin/jobs/{'%0A' * 500}", KEY, ""),
        ("POST", f"/suggest-titles?top_k={quoted}", TUNE, HOSTILE),
        ("POST", "/suggest-titles", {"Content-Type": "x" * 5000}, HOSTILE),
        ("POST", "/suggest-titles", {"Content-Type": "application/json"}, json.dumps({HOSTILE: HOSTILE})),
        ("POST", "/suggest-titles", {**TUNE, "Origin": "x" * 5000}, HOSTILE),
        ("POST", "/suggest-titles", {**TUNE, "X-Request-ID": "x" * 5000}, HOSTILE),
        ("M" * 2000, "/health", {}, ""),
    ]
    for method, path, headers, content in requests:
        client.request(method, path, headers=headers, content=content.encode())
    client.get("/health")  # answered after the line before it was written
    monkeypatch.undo()
    assert len(log.lines[: len(requests)]) == len(requests)
    assert all("/health" in line for line in log.lines[len(requests) :])
    for line in log.lines:
        assert len(line.encode()) < 400
        assert "xxx" not in line
        assert line.isprintable()


def test_the_tune_is_logged_only_when_asked_for(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = (KESH, f"{KESH}{'y' * 20_000}", "X:1\nT:No notes\nK:D\n")
    for asked in (False, True):
        with serve(Settings(artifacts=small_artifacts, log_tunes=asked)) as client:
            log = capture("json", monkeypatch)
            for body in bodies:
                client.post("/suggest-titles", json={"abc": body})
            requests = log.requests(3)
            monkeypatch.undo()
        assert [request["status"] for request in requests] == [200, 200, 422]
        tunes = [line for line in map(json.loads, log.lines) if line["event"] == "tune"]
        assert [tune["tune"] for tune in tunes] == ([body[:1000] for body in bodies] if asked else [])
        assert all(tune["number"] == 1 for tune in tunes)
        if asked:
            assert [tune["request_id"] for tune in tunes] == [request["request_id"] for request in requests]


@pytest.mark.parametrize("route", ["/suggest-titles/batch", "/duplicates"])
def test_each_tune_of_a_batch_is_logged_only_when_asked_for(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    book = "X:1\nK:G\nGAG GAB|ABA ABd|\n\nX:2\nK:D\n" + "y" * 5000 + "\n\nX:3\nT:No notes\nK:D\n\n"
    items = [{"abc": "K:A\nABA ABc|"}, {"abc": 1}, 2, {}]
    for asked in (False, True):
        with serve(Settings(artifacts=small_artifacts, log_tunes=asked)) as client:
            log = capture("json", monkeypatch)
            client.post(route, content=book * 10, headers=TUNE)
            client.post(route, json={"tunes": items})
            requests = log.requests(2)
            monkeypatch.undo()
        tunes = [line for line in map(json.loads, log.lines) if line["event"] == "tune"]
        assert not any("tune" in request for request in requests)
        assert [request["tunes"] for request in requests] == [30, 4]
        if not asked:
            assert not tunes
            continue
        assert [tune["number"] for tune in tunes] == [*range(1, 31), 1, 2, 3, 4]
        assert [tune["request_id"] for tune in tunes] == (
            [requests[0]["request_id"]] * 30 + [requests[1]["request_id"]] * 4
        )
        first, second, third = (tune["tune"] for tune in tunes[:3])
        assert first.rstrip() == "X:1\nK:G\nGAG GAB|ABA ABd|"
        assert second == ("X:2\nK:D\n" + "y" * 5000)[:1000]
        assert third.startswith("X:3\nT:No notes")
        assert [tune["tune"] for tune in tunes[30:]] == ["K:A\nABA ABc|", "", "", ""]


def test_text_is_one_line_without_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    log = capture("text", monkeypatch)
    logging.getLogger("service").info("a message\nwith %s", "\x1b[31mcolour", extra={"place": "a\rb\u2028c"})
    monkeypatch.undo()
    (line,) = log.lines
    assert line.endswith(r" info a message\nwith \x1b[31mcolour place=a\rb\u2028c")


@pytest.mark.parametrize(("terminal", "is_text"), [(True, True), (False, False)])
def test_a_terminal_gets_text_and_anything_else_json(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, is_text: bool
) -> None:
    log = Log()
    log.stream.is_terminal = terminal
    monkeypatch.setattr("sys.stderr", log.stream)
    logging.config.dictConfig(logging_config("auto", "info"))
    logging.getLogger("uvicorn.error").info("a message")
    monkeypatch.undo()
    (line,) = log.lines
    assert line.startswith("{") != is_text


def test_a_message_that_repeats_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    log = capture("json", monkeypatch)
    now = 0.0
    monkeypatch.setattr("service.logs.time.monotonic", lambda: now)

    def complain() -> None:
        logging.getLogger("asyncio").error("socket.accept() out of system resource")

    for _ in range(5000):
        complain()
    logging.getLogger("asyncio").error("another message")
    assert len(log.lines) == 21
    now = 61.0
    complain()
    complain()
    monkeypatch.undo()
    assert json.loads(log.lines[-2])["left_out"] == 4980
    assert "left_out" not in json.loads(log.lines[-1])


def test_requests_are_never_left_out() -> None:
    record = logging.makeLogRecord({"name": REQUESTS})
    limit = Limit()
    assert all(limit.filter(record) for _ in range(1000))


def test_a_long_message_and_a_long_traceback_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    log = capture("json", monkeypatch)
    try:
        raise ValueError("x" * 100_000 + " the end")
    except ValueError:
        logging.getLogger("service").exception("y" * 100_000)
    monkeypatch.undo()
    (line,) = log.lines
    assert len(line) < 6000
    assert json.loads(line)["exception"].endswith(" the end")
