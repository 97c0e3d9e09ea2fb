"""A server that plays a script, to see what a client makes of it."""

import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

# What the server does with a request: it sends the bytes, pauses for the seconds, and hangs up at the end.
Act = Sequence[bytes | float]


def response(
    status: int,
    content: object,
    headers: Mapping[str, str] | None = None,
    kind: str = "application/json",
) -> bytes:
    """The bytes of a response; content that is not bytes becomes JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    shown = {"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in shown.items())
    return f"HTTP/1.1 {status} Some\r\n{head}\r\n".encode() + body


def problem(status: int, name: str, headers: Mapping[str, str] | None = None, **members: Any) -> bytes:
    """The bytes of an error of the service."""
    body = {"type": f"urn:gan-ainm:problem:{name}", "title": "A title", "status": status, "detail": "why"}
    return response(status, {**body, **members}, headers, "application/problem+json")


class Fake:
    """Plays one act for each request, the last one for all further requests.

    Attributes
    ----------
    url : its address
    requests : the head of each request, and its body
    """

    def __init__(self, acts: Sequence[Act]) -> None:
        self.requests: list[tuple[str, bytes]] = []
        self._acts, self._closed = acts, Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads = [Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    @property
    def heads(self) -> list[str]:
        """The head of each request, in small letters."""
        return [head.lower() for head, _ in self.requests]

    def close(self) -> None:
        """Stop."""
        self._closed.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self._threads.append(Thread(target=self._play, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _play(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            head = "".join(line.decode() for line in iter(stream.readline, b"\r\n"))
            lengths = [line for line in head.lower().splitlines() if line.startswith("content-length:")]
            body = stream.read(int(lengths[0].partition(":")[2])) if lengths else b""
            act = self._acts[min(len(self.requests), len(self._acts) - 1)]
            self.requests.append((head, body))
            for step in act:
                if isinstance(step, float):
                    self._closed.wait(step)
                else:
                    try:
                        connection.sendall(step)
                    except OSError:  # the client has hung up
                        return


@contextmanager
def fake(*acts: Act) -> Iterator[Fake]:
    """A server that plays these acts."""
    server = Fake(acts)
    try:
        yield server
    finally:
        server.close()
