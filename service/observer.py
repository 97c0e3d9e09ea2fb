"""Observes every request: counts and times it, logs one line about it, and says how long its stages took."""

import logging
import re
import time
from random import getrandbits

from asgi_correlation_id import correlation_id
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, get_contextvars

from model.stopwatch import stopwatch
from service import metrics
from service.logs import log_request

REQUEST_ID = "X-Request-ID"

_OTHER = "other"  # stands for the route of a request that none of ours answered
_QUIET = {"/livez", "/readyz", "/metrics"}  # asked every few seconds; they would fill the log
# Outcomes for which the service, and not the request, is the reason.
_REFUSALS = {"overloaded", "not-ready", "deadline-exceeded", "slow-sender", "too-complex"}


def note(**fields: object) -> None:
    """Add fields to the line of the request that is being answered, such as its `outcome`."""
    bind_contextvars(**fields)


def new_request_id() -> str:
    """A random id for a request. It is no secret, so it does without the system's slower randomness."""
    return f"{getrandbits(128):032x}"


def is_request_id(text: str) -> bool:
    """Whether a client's X-Request-ID is well-formed: 1 to 64 letters, digits, and . _ -"""
    return re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text) is not None


class Observer:
    """ASGI middleware that observes requests. It comes after the middleware that sets the request id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and observe it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500  # what an exception becomes

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if watch.stages:
                    watch.lap("json")
                    durations = (f"{stage};dur={1000 * s:.2f}" for stage, s in watch.stages.items())
                    MutableHeaders(scope=message)["Server-Timing"] = ", ".join(durations)
            await send(message)

        note(request_id=correlation_id.get())
        start = time.perf_counter()
        metrics.request_began()
        try:
            with stopwatch() as watch:
                await self._app(scope, receive, send_observed)
        finally:
            seconds = time.perf_counter() - start
            route = _route(scope)
            noted = get_contextvars()
            outcome = noted.get("outcome")
            metrics.request_ended(scope["method"], route, status, seconds, watch.stages)
            if outcome in _REFUSALS:
                metrics.refused(outcome)
            if route not in _QUIET:
                fields = {"method": scope["method"][:16], "route": route, "status": status}
                level = logging.ERROR if status == 500 else logging.INFO
                log_request(level, {**noted, **fields, "duration_ms": round(1000 * seconds, 2)})


def _route(scope: Scope) -> str:
    """The template of the route that answered a request."""
    route = scope.get("route")
    return getattr(route, "path_format", None) or _OTHER
