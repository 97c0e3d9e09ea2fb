"""The server: uvicorn, and how long it waits for requests when it stops."""

import uvicorn
from fastapi import FastAPI

_GRACE_S = 10  # seconds that running requests get to finish when the service stops


def make_server(app: FastAPI, host: str, port: int, log_level: str = "info") -> uvicorn.Server:
    """A server, not yet running. Port 0 takes any free port."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=log_level,
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
    )
    return uvicorn.Server(config)
