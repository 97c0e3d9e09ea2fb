"""Accepts connections: a worker that has fewer of them comes first.

The workers share one listening socket. Left to themselves, the worker that wakes up first takes a whole burst
of connections, and as clients keep their connections, the other workers stay idle. So a worker pauses after
each connection, the longer the more it has open, and the next one goes to whoever is listening by then.
"""

import asyncio
import logging
import socket

import uvicorn

_PAUSE_S = 0.0001  # for each open connection
_LONGEST_PAUSE_S = 0.001  # the last of a burst of 64 connections waits for all pauses
_RETRY_S = 1.0  # after an error, such as too many open files
_log = logging.getLogger("uvicorn.error")


class WorkerServer(uvicorn.Server):
    """uvicorn's server, which accepts the connections of shared sockets itself."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, and begin to accept connections."""
        await super().startup(sockets=[])
        self._accepting = [asyncio.create_task(self._accept(listener)) for listener in sockets or []]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting connections, let requests end, and stop the app."""
        for task in self._accepting:
            task.cancel()
        await super().shutdown(sockets)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
                await loop.connect_accepted_socket(self._protocol, connection)
            except OSError as error:
                _log.error("a connection cannot be accepted: %s", error)
                await asyncio.sleep(_RETRY_S)
            await asyncio.sleep(min(len(self.server_state.connections) * _PAUSE_S, _LONGEST_PAUSE_S))

    def _protocol(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol
