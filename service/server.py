"""The server: uvicorn, with problem+json also for what never becomes a request."""

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.problems import MEDIA_TYPE, bad_request

_SECONDS_TO_FINISH = 10  # for requests under way when the service is told to stop


class ProblemProtocol(H11Protocol):
    """HTTP/1.1 whose answer to what is no HTTP is a problem, too."""

    def send_400_response(self, msg: str) -> None:
        """Answer and hang up."""
        body = bad_request(msg)
        headers = [("content-type", MEDIA_TYPE), ("content-length", str(len(body))), ("connection", "close")]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def make_server(app: FastAPI, host: str, port: int, log_level: str = "info") -> uvicorn.Server:
    """A server that is yet to be run; port 0 is any free one."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=ProblemProtocol,
        log_level=log_level,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        server_header=False,
    )
    return uvicorn.Server(config)
