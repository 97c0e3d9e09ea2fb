"""An exchange: one request and its response, between a connection and the app."""

from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_WITHOUT_BODY = {204, 304}  # statuses


class Flow(FlowControl):
    """Pauses and resumes a connection.

    Attributes
    ----------
    is_full : whether requests wait for the response to the one before them; then nothing more is read
    is_half_closed : whether the client sends no more; it may still read, or it is gone
    """

    is_full = False
    is_half_closed = False

    def resume_reading(self) -> None:
        """Read on, unless requests wait."""
        if not self.is_full:
            super().resume_reading()


class Exchange(RequestResponseCycle):
    """uvicorn's, but it writes the head of a response together with the first part of its body.

    HTTP/1.0 has no chunks: to such a client a body without a length ends with the connection.

    To a client that has closed its side, an app may still answer. An app that asks whether its client is
    there, as for long work, is told no, and the connection is closed.
    """

    flow: Flow
    _is_read = False  # the app has the whole body
    _head = b""  # not written yet
    _left: int | None = None  # bytes of the body, None without Content-Length
    _has_body = True

    async def receive(self) -> Any:
        """The next part of the body; after the last, that the client has hung up, as soon as it has."""
        if not (self._is_read and self.flow.is_half_closed):
            message = await super().receive()
            if not (self._is_read and self.flow.is_half_closed):
                self._is_read = message["type"] == "http.request" and not message["more_body"]
                return message
        self.disconnected = True
        self.transport.close()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Take a message of the app. Raises RuntimeError when it is not one that may follow."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        is_start, is_body = (message["type"] == f"http.response.{part}" for part in ("start", "body"))
        if is_start and not self.response_started:
            self._begin(message["status"], [*self.default_headers, *message["headers"]])
        elif is_body and self.response_started and not self.response_complete:
            self._continue(message.get("body", b""), message.get("more_body", False))
        else:
            raise RuntimeError(f"the app sent {message['type']} out of turn")

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        lines, length = [STATUS_LINE[status]], None
        for name, value in headers:
            if name == b"connection":
                self.keep_alive &= value != b"close"
                continue
            if name == b"content-length":
                length = int(value)
            lines.append(b"%b: %b\r\n" % (name, value))
        self._has_body = self.scope["method"] != "HEAD" and status not in _WITHOUT_BODY
        if self._has_body:
            self._left = length
            self.chunked_encoding = length is None and self.scope["http_version"] != "1.0"
            if self.chunked_encoding:
                lines.append(b"transfer-encoding: chunked\r\n")
            elif length is None:
                self.keep_alive = False
        if self.waiting_for_100_continue:  # without it the client may send the body, or the next request
            self.keep_alive = self.waiting_for_100_continue = False
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        head = b"".join(lines)
        if not head.count(b"\r") == head.count(b"\n") == len(lines) or b"\0" in head:
            raise RuntimeError("a header of the response has a control character")
        self._head = head + b"\r\n"
        self.response_started = True

    def _continue(self, body: bytes, more: bool) -> None:
        if not self._has_body:
            body = b""
        elif self.chunked_encoding:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + (b"" if more else b"0\r\n\r\n")
        elif self._left is not None:
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("the body does not have the length that its head says")
        data, self._head = self._head + body, b""
        if data:
            self.transport.write(data)
        if not more:
            self.response_complete = True
            self.message_event.set()
            if not self.keep_alive:
                self.transport.close()
            self.on_response()
