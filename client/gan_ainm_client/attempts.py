"""Decides when a call is sent again, and when it has failed. It sends nothing itself."""

import random
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Generic

import httpx
from pydantic import ValidationError

from gan_ainm_client.answers import ProblemDetails
from gan_ainm_client.calls import Answer, Call, Repeat, Reply
from gan_ainm_client.errors import BrokenAnswer, CallFailed, Problem, TimedOut, Unreachable
from gan_ainm_client.version import VERSION

# The service refused the request before it did anything.
_REFUSED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
# Nothing of the request was sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Another attempt has the same result.
_HOPELESS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.ProxyError)

_CONNECT_S = 5.0  # longest time for a connection
_FIRST_PAUSE_S = 0.5  # before the second attempt; each further pause is twice as long
_LONGEST_PAUSE_S = 8.0


@dataclass(frozen=True)
class Limits:
    """How long a call may take, and how often it is sent.

    Attributes
    ----------
    deadline : time for the whole call with all its attempts and pauses, in seconds
    timeout : time for which the service may be silent, in seconds; a call of a whole tunebook may take longer
    attempts : how often a call is sent at most
    """

    deadline: float
    timeout: float
    attempts: int

    def __post_init__(self) -> None:
        if not (self.deadline > 0 and self.timeout > 0 and self.attempts >= 1):
            raise ValueError(f"{self}: deadline and timeout must be above 0, attempts at least 1")

    def within(self, seconds: float) -> "Limits":
        """The same with another deadline."""
        return replace(self, deadline=seconds)


class Attempts(Generic[Answer]):
    """The attempts of one call. They have one request id.

    Parameters
    ----------
    call : what is sent
    limits : how long it may take, and how often it is sent
    admin_key : is sent with it
    clock, chance : the time in seconds; a random number from 0 to 1
    """

    def __init__(
        self,
        call: Call[Answer],
        limits: Limits,
        admin_key: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.call, self.request_id = call, uuid.uuid4().hex
        self._limits, self._admin_key, self._clock, self._chance = limits, admin_key, clock, chance
        self._end = clock() + limits.deadline
        self._made = 0

    @property
    def left(self) -> float:
        """Seconds until the deadline. Raises TimedOut when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise self._late()
        return left

    def request(self, http: httpx.Client | httpx.AsyncClient, url: str) -> httpx.Request:
        """The request of the next attempt to the service at this address.

        Raises TimedOut when no time is left.
        """
        call, left = self.call, self.left
        headers = {"X-Request-ID": self.request_id, "User-Agent": f"gan-ainm-client/{VERSION}"}
        if self._admin_key and call.path.startswith("/admin/"):
            headers["Authorization"] = f"Bearer {self._admin_key}"
        silence = left if call.takes_long else min(self._limits.timeout, left)
        return http.build_request(
            call.method,
            url + call.path,
            params=call.query,
            headers={**headers, **call.headers},
            content=call.body,
            timeout=httpx.Timeout(silence, connect=min(_CONNECT_S, silence), pool=left),
        )

    def check_deadline(self) -> None:
        """Raise TimedOut when no time is left."""
        _ = self.left

    def refused(self, reply: Reply) -> float:
        """The pause before the next attempt, in seconds. Raises Problem when the reply is final."""
        problem = read_problem(reply, self.request_id)
        if reply.status not in _REFUSED or self.call.repeat is Repeat.NEVER:
            raise problem
        return self._pause(problem, problem.retry_after)

    def failed(self, error: Exception) -> float:
        """The pause before the next attempt after no answer came, in seconds.

        Raises CallFailed when there is no other attempt.
        """
        failure = self._failure(error, Unreachable)
        unsent = isinstance(error, _UNSENT)
        lost = isinstance(error, httpx.TransportError) and not isinstance(
            error, (httpx.TimeoutException, *_HOPELESS)
        )
        repeat = self.call.repeat
        if (unsent and repeat is not Repeat.NEVER) or (lost and repeat is Repeat.ALWAYS):
            return self._pause(failure, None)
        raise failure from error

    def broken(self, error: Exception) -> CallFailed:
        """The failure of a call whose answer has begun."""
        return self._failure(error, BrokenAnswer)

    def read(self, body: bytes) -> Answer:
        """The answer in the body of a response. Raises BrokenAnswer when it is none."""
        try:
            return self.call.read(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            reason = f"{place}: {first['msg']}" if place else first["msg"]
        except ValueError as error:
            reason = f"{error}"
        raise BrokenAnswer(f"the answer does not fit {self.call.path}: {reason}", self.request_id)

    def cut_off(self) -> BrokenAnswer:
        """The failure of a stream whose last line has no end."""
        return BrokenAnswer("the stream of answers broke off", self.request_id)

    def _failure(self, error: Exception, kind: type[CallFailed]) -> CallFailed:
        if isinstance(error, TimeoutError):
            return self._late()
        if isinstance(error, httpx.TimeoutException) and not isinstance(error, _UNSENT):
            return TimedOut("the service was silent for too long", self.request_id)
        return kind(f"{error}" or type(error).__name__, self.request_id)

    def _late(self) -> TimedOut:
        reason = f"there was no whole answer within {self._limits.deadline:g} s"
        return TimedOut(reason, self.request_id)

    def _pause(self, failure: CallFailed, wanted: float | None) -> float:
        """A pause of random length, so that clients that were refused together do not return together."""
        self._made += 1
        if wanted is None:
            longest = min(_FIRST_PAUSE_S * 2.0 ** (self._made - 1), _LONGEST_PAUSE_S)
            pause = longest * (1 + self._chance()) / 2
        else:
            pause = wanted + self._chance() * max(wanted, 1) / 4
        if self._made >= self._limits.attempts or pause >= self._end - self._clock():
            raise failure
        return pause


def read_problem(reply: Reply, request_id: str) -> Problem:
    """The error of a reply, also if it comes from a proxy, which does not know our problems."""
    try:
        details = ProblemDetails.model_validate_json(reply.body)
    except ValidationError:
        details = ProblemDetails(
            type="about:blank", title=_phrase(reply.status), status=reply.status, detail=_reason(reply)
        )
    return Problem(details, retry_after(reply.headers.get("retry-after", "")), request_id)


def retry_after(text: str) -> float | None:
    """What a Retry-After says, in seconds from now; None if it says nothing."""
    if re.fullmatch(r"[0-9]{1,9}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000" says that the zone is unknown, and HTTP has only GMT
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown status"


def _reason(reply: Reply) -> str:
    if 300 <= reply.status < 400:
        return f"the service is at another address: {reply.headers.get('location', 'it does not say which')}"
    return "the answer does not come from a Gan Ainm service"
