"""A connection: uvicorn's, with limits for clients that send, read or do nothing.

uvicorn limits only the time between two requests. Without more limits, a few hundred silent connections use
up the open files of a worker, and nobody else can connect.
"""

import asyncio
import resource
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from service import metrics
from service.exchange import Exchange
from service.http_connection import HttpConnection
from service.problems import REFUSED, Problem, SlowSender
from service.settings import Settings

# Files that a worker has open besides its connections: the artifact, logs, pipes, a re-index.
_OTHER_FILES = 64
_ACCEPTED_AT_ONCE = 64  # by a server that is alone, before it can close any; a worker accepts one at a time
_REFUSED_PAUSE_S = 0.4  # seconds; less than what Retry-After says


class ServerConfig(uvicorn.Config):
    """uvicorn's options, with our limits for connections. It can be sent to a worker process."""

    def __init__(self, app: Any, settings: Settings, **options: Any) -> None:
        super().__init__(app, http=Connection, ws="none", backlog=_ACCEPTED_AT_ONCE, **options)
        self.settings = settings
        self.unasked: dict[Connection, None] = {}  # connections without a request, the oldest first

    @property
    def most_connections(self) -> int:
        """The number of connections that a worker may have open."""
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if files == resource.RLIM_INFINITY:
            return self.settings.max_connections
        return min(self.settings.max_connections, max(files - _OTHER_FILES - _ACCEPTED_AT_ONCE, 1))


class Connection(HttpConnection):
    """Cuts its client off when it takes too long to send the head of a request, or to read an answer.

    When there are too many connections, the one that has waited longest for a request is closed.
    """

    config: ServerConfig

    def __init__(
        self,
        config: ServerConfig,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop, config.settings.max_head_bytes)
        self.timeout_keep_alive = config.settings.idle_timeout_s  # type: ignore[assignment]
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        if len(self.connections) > self.config.most_connections:
            superfluous = next(iter(self.config.unasked), self)  # if all have a request, this one
            self.config.unasked.pop(superfluous, None)
            superfluous.transport.abort()
            metrics.refused("too-many-connections")
            if superfluous is self:
                return
        self.config.unasked[self] = None
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting for anything."""
        super().connection_lost(exc)
        self.config.unasked.pop(self, None)
        for timer in (self._head_timer, self._read_timer):
            if timer:
                timer.cancel()
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request: of its head if no request is being answered, else of its body."""
        self._unset_keepalive_if_required()
        was_between = self._is_between
        super().data_received(data)
        if not self.is_answered or self.has_ended:
            return
        if self._is_between and not was_between:  # that was the rest of a body that nobody read
            self._stop_head_timer()
            self.expect_request()
        elif self._head_timer is None:
            self._expect_head()

    def begin(self, exchange: Exchange) -> None:
        """Stop waiting for the head, and hand the request to the app."""
        self.config.unasked.pop(self, None)
        self._stop_head_timer()
        super().begin(exchange)

    def expect_request(self) -> None:
        """Begin to wait for the next request, or for the rest of its head."""
        self.config.unasked[self] = None
        if self._is_between:
            super().expect_request()
        else:
            self._expect_head()

    def on_response_complete(self) -> None:
        """Begin to wait for the client to read, or to ask again."""
        was_refused = self.cycle is not None and self.cycle.scope.get(REFUSED)
        super().on_response_complete()
        if self.transport.is_closing():
            self._expect_reading()  # what is left in the buffer keeps the connection open
        elif was_refused:
            # A client that does not wait before it asks again has to: reading its requests costs time, too.
            self.flow.pause_reading()
            self.loop.call_later(_REFUSED_PAUSE_S, self.flow.resume_reading)

    def pause_writing(self) -> None:
        """The client does not read as fast as we write."""
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if self._read_timer:
            self._read_timer.cancel()
            self._read_timer = None

    def refuse(self, problem: Problem) -> None:
        """Answer in place of the app, and close."""
        if not self.transport.is_closing():
            metrics.refused(problem.type)
            super().refuse(problem)
            self._expect_reading()

    @property
    def _is_between(self) -> bool:
        """Whether the requests so far have arrived in whole, and nothing of another."""
        return self._head is None and self._receiving is None

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.config.settings.header_timeout_s, self._give_up_head)

    def _stop_head_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up_head(self) -> None:
        self._head_timer = None
        limit = self.config.settings.header_timeout_s
        detail = f"the head of the request did not arrive within {limit:g} s, which is the limit"
        self.refuse(SlowSender(detail, {"limit_s": limit}))

    def _expect_reading(self) -> None:
        if self._read_timer is None:
            self._read_timer = self.loop.call_later(self.config.settings.read_timeout_s, self._give_up_reader)

    def _give_up_reader(self) -> None:
        metrics.refused("slow-reader")
        self.transport.abort()
