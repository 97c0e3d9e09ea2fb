"""When a call is sent again, and when it has failed: decided without a network."""

import copy
import math
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from gan_ainm_client import BrokenAnswer, CallFailed, Problem, TimedOut, Unreachable, routes
from gan_ainm_client.attempts import Attempts, Limits, read_problem, retry_after
from gan_ainm_client.calls import Call, Lines, Reply
from tests.support import Clock

LIMITS = Limits(deadline=60, timeout=10, attempts=4)
SUGGEST = routes.suggest("K:D\nfed")
FEEDBACK = routes.feedback("1.x", None)


def attempts(
    call: Call[Any] = SUGGEST,
    limits: Limits = LIMITS,
    clock: Clock | None = None,
    chance: float = 1.0,
) -> Attempts[Any]:
    return Attempts(call, limits, clock=clock or Clock(), chance=lambda: chance)


def reply(status: int, wait: str | None = None, body: bytes = b"{}") -> Reply:
    return Reply(status, {"retry-after": wait} if wait else {}, body)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("chance", "pause"), [(0.0, 3.0), (1.0, 3.75)])
def test_a_refused_call_waits_as_long_as_the_service_asks(status: int, chance: float, pause: float) -> None:
    assert attempts(chance=chance).refused(reply(status, "3")) == pause


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 422, 500, 502, 504])
def test_other_errors_are_final(status: int) -> None:
    with pytest.raises(Problem) as raised:
        attempts().refused(reply(status, "1"))
    assert raised.value.status == status


def test_pauses_grow_when_the_service_does_not_say_how_long() -> None:
    slow, quick = attempts(chance=1.0), attempts(chance=0.0)
    assert [slow.refused(reply(503)) for _ in range(3)] == [0.5, 1.0, 2.0]
    assert [quick.refused(reply(503)) for _ in range(3)] == [0.25, 0.5, 1.0]


def test_no_pause_is_longer_than_eight_seconds() -> None:
    many = attempts(limits=Limits(deadline=1000, timeout=10, attempts=20))
    assert max(many.refused(reply(503)) for _ in range(19)) == 8.0


def test_a_call_is_sent_as_often_as_allowed() -> None:
    four = attempts()
    for _ in range(3):
        four.refused(reply(429, "1"))
    with pytest.raises(Problem):
        four.refused(reply(429, "1"))


def test_a_pause_that_would_pass_the_deadline_is_not_made() -> None:
    clock = Clock()
    late = attempts(clock=clock)
    clock.now += 55
    with pytest.raises(Problem) as raised:
        late.refused(reply(429, "5"))
    assert raised.value.retry_after == 5


@pytest.mark.parametrize("call", [routes.livez(), routes.readyz()])
def test_health_checks_are_asked_once(call: Call[Any]) -> None:
    with pytest.raises(Problem):
        attempts(call).refused(reply(503, "1"))
    with pytest.raises(Unreachable):
        attempts(call).failed(httpx.ConnectError("refused"))


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")]
)
@pytest.mark.parametrize("call", [SUGGEST, FEEDBACK])
def test_what_was_never_sent_is_sent_again(error: Exception, call: Call[Any]) -> None:
    assert attempts(call).failed(error) == 0.5


LOST = [httpx.ReadError("reset"), httpx.RemoteProtocolError("hung up"), httpx.WriteError("reset")]


@pytest.mark.parametrize("error", LOST)
def test_a_lost_call_is_sent_again_only_if_that_does_no_harm(error: Exception) -> None:
    assert attempts(SUGGEST).failed(error) == 0.5
    assert attempts(routes.reindex()).failed(error) == 0.5
    with pytest.raises(Unreachable):
        attempts(FEEDBACK).failed(error)


@pytest.mark.parametrize("error", [httpx.UnsupportedProtocol("ftp"), httpx.ProxyError("407")])
def test_what_cannot_succeed_is_not_sent_again(error: Exception) -> None:
    with pytest.raises(Unreachable):
        attempts().failed(error)


@pytest.mark.parametrize("error", [httpx.ReadTimeout(""), httpx.WriteTimeout(""), TimeoutError()])
def test_a_silent_service_is_not_asked_again(error: Exception) -> None:
    with pytest.raises(TimedOut):
        attempts().failed(error)


def test_no_attempt_begins_after_the_deadline() -> None:
    clock = Clock()
    late = attempts(clock=clock)
    clock.now += 60
    with pytest.raises(TimedOut, match="within 60 s"):
        late.request(httpx.Client(), "http://x")


def timeouts(call: Call[Any], passed: float = 0.0) -> dict[str, float]:
    clock = Clock()
    started = attempts(call, clock=clock)
    clock.now += passed
    timeout: dict[str, float] = started.request(httpx.Client(), "http://x").extensions["timeout"]
    return timeout


def test_each_step_has_a_timeout_and_the_rest_of_the_deadline() -> None:
    assert timeouts(SUGGEST) == {"connect": 5, "read": 10, "write": 10, "pool": 60}
    assert timeouts(SUGGEST, 58) == {"connect": 2, "read": 2, "write": 2, "pool": 2}


@pytest.mark.parametrize("call", [routes.duplicates("X:1"), routes.stream_batch("X:1")])
def test_a_tunebook_may_take_until_the_deadline(call: Call[Any]) -> None:
    assert timeouts(call)["read"] == 60


def test_the_admin_key_goes_to_admin_routes_only() -> None:
    calls: list[Call[Any]] = [routes.jobs(), routes.info()]
    headers = [Attempts(call, LIMITS, "secret").request(httpx.Client(), "http://x").headers for call in calls]
    assert [each.get("authorization") for each in headers] == ["Bearer secret", None]


def test_the_path_of_the_address_stays() -> None:
    request = attempts(routes.titles("a&b")).request(httpx.Client(), "https://x/tunes")
    assert request.url == "https://x/tunes/titles?q=a%26b&limit=20&offset=0"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("٣", None),
    ],
)
def test_a_retry_after_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after(text) == seconds


def test_a_retry_after_as_a_date() -> None:
    now = datetime.now(UTC)
    later = retry_after(format_datetime(now + timedelta(seconds=100), usegmt=True))
    assert later == pytest.approx(99.5, abs=1)
    assert retry_after(format_datetime(now - timedelta(seconds=100), usegmt=True)) == 0
    assert retry_after("Fri, 27 Nov 2020 07:00:00 -0000") == 0
    assert retry_after("Fri, 99 Nov 2020 07:00:00 GMT") is None
    assert retry_after("Fri, 27 Nov 99999999999 07:00:00 GMT") is None


def test_a_problem_says_what_the_service_says() -> None:
    body = (
        b'{"type": "urn:gan-ainm:problem:no-notes", "title": "The text has no notes", "status": 422, '
        b'"detail": "no notes", "line": 3, "column": 1, "more": [1]}'
    )
    problem = read_problem(reply(422, body=body), "id-1")
    assert (problem.type, problem.status, problem.title) == ("no-notes", 422, "The text has no notes")
    assert (problem.detail, problem.line, problem.column) == ("no notes", 3, 1)
    assert problem.members == {"line": 3, "column": 1, "more": [1]}
    assert (problem.retry_after, problem.request_id) == (None, "id-1")
    assert str(problem) == "422 no-notes: no notes (line 3, column 1)"


@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b'{"error": "x"}', b"[]", b"\xff"])
def test_an_error_of_somebody_else_is_a_problem_too(body: bytes) -> None:
    problem = read_problem(reply(502, "4", body), "id-1")
    assert (problem.type, problem.status, problem.retry_after) == ("about:blank", 502, 4)
    assert (problem.line, problem.column, problem.members) == (None, None, {})
    assert str(problem) == "502 Bad Gateway: the answer does not come from a Gan Ainm service"


def test_a_redirect_says_where_the_service_is() -> None:
    moved = Reply(308, {"location": "https://tunes.example/"}, b"")
    assert "https://tunes.example/" in read_problem(moved, "").detail


def test_failures_can_be_copied_into_another_process() -> None:
    for failure in (read_problem(reply(429, "4"), "id-1"), TimedOut("late", "id-2"), BrokenAnswer("x", "y")):
        for copied in (pickle.loads(pickle.dumps(failure)), copy.copy(failure)):
            assert isinstance(copied, CallFailed)
            assert (str(copied), copied.request_id) == (str(failure), failure.request_id)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "the answer does not fit /info: Invalid JSON"),
        (b'{"name": "Gan Ainm"}', "the answer does not fit /info: version: Field required"),
    ],
)
def test_an_answer_that_does_not_fit_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(BrokenAnswer, match=reason):
        attempts(routes.info()).read(body)


def test_a_text_that_is_not_utf_8_is_broken() -> None:
    with pytest.raises(BrokenAnswer, match="/metrics"):
        attempts(routes.metrics()).read(b"\xff")


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_only_a_line_feed_ends_a_line(size: int) -> None:
    text = 'a\u2028b\x85c\x0cd\r\n{"é": 1}\n'.encode()
    lines = Lines()
    found = [line for start in range(0, len(text), size) for line in lines.feed(text[start : start + size])]
    assert found == ["a\u2028b\x85c\x0cd\r".encode(), '{"é": 1}'.encode()]
    assert lines.is_complete
    assert lines.feed(b"rest") == []
    assert not lines.is_complete


@pytest.mark.parametrize(
    "change", [{"deadline": 0}, {"timeout": -1}, {"attempts": 0}, {"deadline": math.nan}]
)
def test_limits_are_checked(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Limits(**{"deadline": 60, "timeout": 10, "attempts": 4, **change})  # type: ignore[arg-type]
