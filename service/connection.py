"""A connection: uvicorn's, with limits for clients that send, read or do nothing.

uvicorn limits only the time between two requests. Without more limits, a few hundred silent connections use
up the open files of a worker, and nobody else can connect.
"""

import asyncio
import json
import resource
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from service import metrics
from service.headers import HEADERS
from service.problem_bodies import MEDIA_TYPE, problem_body
from service.problems import REFUSED, BadHttp, Problem, SlowSender
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


class _Joined(h11.Connection):
    """Joins the head of an answer with the first part of its body, so that both are one write."""

    _head = b""

    def send(self, event: h11.Event) -> bytes | None:  # type: ignore[override]
        """The bytes to write for an event."""
        data = super().send(event)
        if isinstance(event, h11.Response):
            self._head, data = data or b"", b""
        elif self._head and data is not None:
            self._head, data = b"", self._head + data
        return data


class Connection(H11Protocol):
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
        super().__init__(config, server_state, app_state, _loop)
        self.conn = _Joined(h11.SERVER)
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
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()
        super().data_received(data)

    def handle_events(self) -> None:
        """Handle what has arrived; stop waiting for the head when it is complete."""
        answered = self.cycle
        super().handle_events()
        if self.cycle is not answered:
            self.config.unasked.pop(self, None)
            self._stop_head_timer()
        elif self._head_timer and self._is_idle:  # that was the rest of a body that nobody read
            self._stop_head_timer()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self.config.unasked[self] = None
        super().on_response_complete()
        if self.scope.get(REFUSED):
            # A client that does not wait before it asks again has to: reading its requests costs time, too.
            self.flow.pause_reading()
            self.loop.call_later(_REFUSED_PAUSE_S, self.flow.resume_reading)
        if self.transport.is_closing():
            self.config.unasked.pop(self, None)
            self._expect_reading()  # what is left in the buffer keeps the connection open

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

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are not an HTTP request."""
        self._refuse(BadHttp(msg))

    @property
    def _is_idle(self) -> bool:
        """Whether a request has been answered and nothing of another one has arrived."""
        is_answered = self.cycle is not None and self.cycle.response_complete
        return is_answered and self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]

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
        self._refuse(SlowSender(detail, {"limit_s": limit}))

    def _expect_reading(self) -> None:
        if self._read_timer is None:
            self._read_timer = self.loop.call_later(self.config.settings.read_timeout_s, self._give_up_reader)

    def _give_up_reader(self) -> None:
        metrics.refused("slow-reader")
        self.transport.abort()

    def _refuse(self, problem: Problem) -> None:
        """Answer before there is a request that the app could answer, and close."""
        if self.transport.is_closing():
            return
        metrics.refused(problem.type)
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            status, body = problem.status, json.dumps(problem_body(problem)).encode()
            headers = [
                *HEADERS.items(),
                ("content-type", MEDIA_TYPE),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            for event in (
                h11.Response(status_code=status, headers=headers, reason=status.phrase.encode()),
                h11.Data(data=body),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
        self._expect_reading()
