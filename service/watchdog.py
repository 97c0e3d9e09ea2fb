"""The watchdog: ends a worker that is stuck, so that the supervisor replaces it.

It is a thread, because an event loop that is stuck cannot watch itself. If the whole interpreter is stuck,
the supervisor notices that the worker does not answer its pings.
"""

import asyncio
import logging
import os
import signal
import threading
import time

from service.work import Work

_EVERY_S = 0.5
_STUCK_S = 5.0  # seconds without a sign of life
_log = logging.getLogger("uvicorn.error")


class Watchdog:
    """Watches a worker's event loop, its threads, and its supervisor."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._supervisor = os.getppid()
        self._beat_at = time.monotonic()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def close(self) -> None:
        """Stop watching."""
        self._closed.set()

    def _watch(self) -> None:
        looked_at = time.monotonic()
        while not self._closed.wait(_EVERY_S):
            now = time.monotonic()
            if now - looked_at > _STUCK_S:
                # The whole process stood still, and not the event loop or a tune alone.
                self._beat_at = now
                self._work.forgive()
            looked_at = now
            if os.getppid() != self._supervisor:
                os.kill(os.getpid(), signal.SIGTERM)
                return
            if self._work.overdue_s > _STUCK_S:
                self._end("a tune does not stop at its deadline")
            if now - self._beat_at > _STUCK_S:
                self._end("the event loop is stuck")
            try:
                self._loop.call_soon_threadsafe(self._beat)
            except RuntimeError:  # the loop is closed
                return

    def _beat(self) -> None:
        self._beat_at = time.monotonic()

    def _end(self, reason: str) -> None:
        _log.error("%s: this worker ends", reason)
        os._exit(1)  # anything gentler would wait for what is stuck
