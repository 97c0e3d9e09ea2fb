"""Reads the requests of a connection, and hands them to the app one after another.

A client may send a request before it has the answers to earlier ones. Such requests wait. The parser is
httptools, which takes less time than uvicorn's other one, h11.
"""

import asyncio
import json
from collections import deque
from typing import Any

import httptools
import uvicorn
from starlette.datastructures import Headers
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from service.exchange import Exchange, Flow
from service.headers import HEADERS
from service.observer import REQUEST_ID, is_request_id, new_request_id
from service.problem_bodies import MEDIA_TYPE, problem_body
from service.problems import BadHttp, Problem, SlowSender
from service.request_head import Head, too_long

_MOST_WAITING = 32  # after so many requests a connection takes no more, and ends with the last answer


class HttpConnection(HttpToolsProtocol):
    """uvicorn's, but stricter: it limits heads, and refuses what two programs could understand differently.

    Parameters
    ----------
    most_head_bytes : how long the head of a request may be
    """

    flow: Flow
    cycle: Exchange | None  # type: ignore[assignment]  # that the app has begun last

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        loop: asyncio.AbstractEventLoop | None,
        most_head_bytes: int,
    ) -> None:
        super().__init__(config, server_state, app_state, loop)
        self._renew_parser()
        self._most_head_bytes = most_head_bytes
        self._unread = 0  # bytes that arrived after the last part of a body, or end of a head or body
        self._head: Head | None = None  # that is arriving
        self._with_head = b""  # what has arrived since that head began, and perhaps a little from before
        self._receiving: Exchange | None = None  # whose body is arriving
        self._waiting: deque[Exchange] = deque()  # for the answer to the request before them
        self._without_upgrade = b""  # the head of a request that would like another protocol
        self._is_last = False  # no request follows the latest
        self._problem: Problem | None = None  # of what follows the latest

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.flow = Flow(transport)

    def data_received(self, data: bytes) -> None:
        """Take bytes of requests."""
        if self.has_ended:
            if not self.transport.is_closing():  # it still answers: leave the rest to the network
                self.flow.is_full = True
                self.flow.pause_reading()
            return
        self._unread += len(data)
        self._with_head += data
        while data and not self.has_ended:
            try:
                self.parser.feed_data(data)
                break
            except httptools.HttpParserUpgrade as pause:  # here another protocol would begin
                data = self._without_upgrade + data[pause.args[0] :]
                self._without_upgrade = b""
                self._renew_parser()  # this one reads no further if the connection ends with that request
            except httptools.HttpParserCallbackError as error:
                if not isinstance(error.__context__, Problem):
                    raise
                self._fail(error.__context__)
            except httptools.HttpParserError as error:
                self._fail(BadHttp(f"{error}"))
        if self._unread > self._most_head_bytes and not self.has_ended:
            self._fail(too_long(self._most_head_bytes))
        if self._head is None:
            self._with_head = b""

    def eof_received(self) -> bool:  # type: ignore[override]
        """Note that the client sends no more. Return whether the connection stays open, for the answer.

        While requests wait, nothing is read, not even this. So at most one request is without an answer.
        """
        if self.cycle is None or self.is_answered or self._receiving:
            return False
        self._is_last = self.flow.is_half_closed = True
        if self._problem is None:  # else its answer is the last
            self.cycle.keep_alive = False
        self.cycle.message_event.set()
        return True

    def on_message_begin(self) -> None:
        """Begin with a head."""
        self._head = Head(self._most_head_bytes)

    def on_url(self, url: bytes) -> None:
        """Take a part of the target."""
        if self._head:
            self._head.add_target(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header. Those that follow a body mean nothing to us."""
        if self._head:
            self._head.add_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to answer a request, or let it wait."""
        head, self._head, self._unread = self._head, None, 0
        if head is None or self.has_ended:
            return
        head.end(self.parser.get_method(), self.parser.get_http_version(), self._with_head)
        is_tunnel = head.method == b"CONNECT"
        if self.parser.should_upgrade() and not is_tunnel:
            # The parser would leave the body to the other protocol. It gets this head instead.
            self._without_upgrade = head.without_upgrade()
            return
        self._is_last = is_tunnel or not self.parser.should_keep_alive()
        exchange = self._exchange(head)
        if self.is_answered:
            self.begin(exchange)
        else:
            self._waiting.append(exchange)
            self._is_last |= len(self._waiting) == _MOST_WAITING
            self.flow.is_full = True
            self.flow.pause_reading()
        exchange.keep_alive = not self._is_last
        self._receiving = exchange

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._unread = 0
        if exchange := self._receiving:
            exchange.waiting_for_100_continue = False
            if not exchange.response_complete:
                exchange.body += body
                if len(exchange.body) > HIGH_WATER_LIMIT:
                    self.flow.pause_reading()
                exchange.message_event.set()

    def on_message_complete(self) -> None:
        """End a request."""
        self._unread = 0
        if exchange := self._receiving:
            exchange.waiting_for_100_continue = exchange.more_body = False
            exchange.message_event.set()
            self._receiving = None

    def on_response_complete(self) -> None:
        """Begin with the next request, or wait for it."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self._waiting:
            self.begin(self._waiting.popleft())
        elif self._problem:
            self.refuse(self._problem)
            return
        else:
            self.expect_request()
        self.flow.is_full = bool(self._waiting)
        self.flow.resume_reading()

    @property
    def is_answered(self) -> bool:
        """Whether every request so far has been answered."""
        return self.cycle is None or self.cycle.response_complete

    @property
    def has_ended(self) -> bool:
        """Whether nothing that may still arrive matters."""
        return self.transport.is_closing() or (self._is_last and self._receiving is None)

    def begin(self, exchange: Exchange) -> None:
        """Hand a request to the app."""
        self._unset_keepalive_if_required()
        self.cycle = exchange
        self._start_asgi_task(exchange, self.app)

    def expect_request(self) -> None:
        """Wait for a request."""
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def refuse(self, problem: Problem) -> None:
        """Answer in place of the app, unless it answers the arriving request already; and close."""
        broken = self._receiving
        given = Headers(raw=list(broken.scope["headers"])).get(REQUEST_ID, "") if broken else ""
        request_id = given if is_request_id(given) else new_request_id()
        if problem.status != SlowSender.status:  # a browser may open a connection that it does not need
            self.logger.warning("a request is refused: %s", problem, extra={"request_id": request_id})
        if broken is None or not broken.response_started:
            body = json.dumps(problem_body(problem)).encode()
            headers = {
                **HEADERS,
                REQUEST_ID: request_id,
                "Cache-Control": "no-store",
                "Content-Type": MEDIA_TYPE,
                "Content-Length": f"{len(body)}",
                "Connection": "close",
            }
            lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
            lines = [*self.server_state.default_headers, *lines]
            head = b"".join(b"%b: %b\r\n" % line for line in lines)
            self.transport.write(STATUS_LINE[problem.status] + head + b"\r\n" + body)
        if broken:
            broken.disconnected = True
            broken.message_event.set()
        self.transport.close()

    def _renew_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        # A request with two lengths is refused by `Head`, whose error says why, and what follows the last
        # request by `has_ended`.
        self.parser.set_dangerous_leniencies(lenient_chunked_length=True, lenient_data_after_close=True)

    def _exchange(self, head: Head) -> Exchange:
        scope: Any = {
            **head.scope(),
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
            "state": self.app_state.copy(),
        }
        return Exchange(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=head.expects_continue,
            keep_alive=True,
            on_response=self.on_response_complete,
        )

    def _fail(self, problem: Problem) -> None:
        """Refuse what arrives now, but first answer the complete requests before it."""
        self._is_last = True
        broken = self._receiving
        if self.is_answered or broken is self.cycle:
            self.refuse(problem)
            return
        if broken:
            self._waiting.pop()
        self._problem, self._receiving = problem, None
