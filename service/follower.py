"""Follows the link `current`: whoever publishes an artifact, each worker soon serves it."""

import asyncio
import logging

from service.engine import Engine

_EVERY_S = 0.5
_RETRY_S = 30.0  # after an artifact that cannot be loaded
_log = logging.getLogger("uvicorn.error")


async def follow(engine: Engine) -> None:
    """Keep the engine up to date, until cancelled.

    It logs an artifact that it cannot load, and the engine keeps the old one.
    """
    while True:
        try:
            if await asyncio.to_thread(engine.refresh):
                _log.info("serving artifact %s", engine.snapshot.artifact.version)
            await asyncio.sleep(_EVERY_S)
        except Exception as error:
            _log.error("the current artifact cannot be served: %s", error)
            await asyncio.sleep(_RETRY_S)
