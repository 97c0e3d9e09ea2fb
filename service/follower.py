"""Follows the link `current`: whoever publishes an artifact, each worker soon serves it."""

import asyncio
import logging

from model.deadline import giving_way
from service.courtesy import wait_for_requests
from service.engine import Engine
from service.work import Work

_EVERY_S = 0.4
_PATIENCE_S = 0.6  # how long a new artifact waits for requests
_RETRY_S = 30.0  # after an artifact that cannot be loaded
_log = logging.getLogger("uvicorn.error")


async def follow(engine: Engine, work: Work) -> None:
    """Keep the engine up to date, until cancelled. Requests go first.

    It logs an artifact that it cannot load, and the engine keeps the old one.
    """
    while True:
        try:
            if await asyncio.to_thread(_refresh, engine, work):
                _log.info("serving artifact %s", engine.snapshot.artifact.version)
            await asyncio.sleep(_EVERY_S)
        except Exception as error:
            _log.error("the current artifact cannot be served: %s", error)
            await asyncio.sleep(_RETRY_S)


def _refresh(engine: Engine, work: Work) -> bool:
    with giving_way(wait_for_requests(work.idle, _PATIENCE_S)):
        return engine.refresh()
