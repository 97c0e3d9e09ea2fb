"""The server: uvicorn with our options."""

import uvicorn
from fastapi import FastAPI

from service.logs import LogFormat, logging_config

_GRACE_S = 10  # seconds that running requests have to finish when the service stops


def make_server(
    app: FastAPI, host: str, port: int, log_level: str = "info", log_format: LogFormat = "auto"
) -> uvicorn.Server:
    """A server that is not yet running. Port 0 takes any free port."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=log_level,
        log_config=logging_config(log_format, log_level),
        timeout_graceful_shutdown=_GRACE_S,
        server_header=False,
    )
    return uvicorn.Server(config)
