"""A light HTTP client: it shares the machine with the service, so it must leave the cores to it."""

import asyncio
import re
from collections import deque
from typing import NamedTuple, cast

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


class Response(NamedTuple):
    """A response; status 0 stands for a connection that broke."""

    status: int
    head: bytes
    body: bytes


class Connection(asyncio.Protocol):
    """A connection that is kept alive and has one request at a time."""

    def __init__(self) -> None:
        self.closed = False
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[Response] | None = None
        self._size = 0  # of the whole response, 0 while unknown
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop has classes of its own

    def connection_lost(self, _error: Exception | None) -> None:
        self.closed = True
        if self._answer and not self._answer.done():
            self._answer.set_result(Response(0, b"", bytes(self._received)))

    async def ask(self, request: bytes) -> Response:
        """Send the bytes of a request, and return the response."""
        assert self._transport
        self._received.clear()
        self._size = 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def send(self, data: bytes) -> None:
        """Send a part of a request."""
        assert self._transport
        self._transport.write(data)

    def close(self) -> None:
        """Hang up."""
        self.closed = True
        if self._transport:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._size:
            end = self._received.find(_END)
            if end < 0:
                return
            self._head = bytes(self._received[:end])
            length = _LENGTH.search(self._head)
            self._size = end + len(_END) + (int(length[1]) if length else 0)
        if len(self._received) >= self._size and self._answer and not self._answer.done():
            body = bytes(self._received[len(self._head) + len(_END) : self._size])
            if b"connection: close" in self._head.lower():
                self.closed = True
            self._answer.set_result(Response(int(self._head[9:12]), self._head, body))


class Client:
    """Asks a service on this machine over as many connections as there are requests at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: deque[Connection] = deque()

    async def ask(self, request: bytes) -> Response:
        """The response to a request, over the connection that has been free for longest."""
        while self._free:
            connection = self._free.popleft()
            if not connection.closed:
                break
        else:
            connection = await self.connect()
        response = await connection.ask(request)
        if connection.closed:
            connection.close()
        else:
            self._free.append(connection)
        return response

    async def ask_once(self, request: bytes) -> Response:
        """The response to a request, over a connection of its own."""
        connection = await self.connect()
        try:
            return await connection.ask(request)
        finally:
            connection.close()

    async def connect(self) -> Connection:
        """A new connection."""
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, "127.0.0.1", self._port)
        return connection

    def close(self) -> None:
        """Hang up everywhere."""
        for connection in self._free:
            connection.close()


def post(body: str | bytes, kind: str = "text/plain", path: str = "/suggest-titles", key: str = "") -> bytes:
    """The bytes of a POST request."""
    content = body.encode() if isinstance(body, str) else body
    head = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(content)}"]
    if content:
        head.append(f"Content-Type: {kind}")
    if key:
        head.append(f"Authorization: Bearer {key}")
    return "\r\n".join(head).encode() + _END + content


def get(path: str, key: str = "") -> bytes:
    """The bytes of a GET request."""
    authorization = f"\r\nAuthorization: Bearer {key}" if key else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost{authorization}".encode() + _END
