"""A stopwatch for the stages of an answer. Code says which stage has ended; somebody else may be measuring.

The time goes with the context (`contextvars`), so a thread that runs in a copy of the caller's context counts
for the caller. Where nobody measures, a lap costs 0.2 microseconds.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._stages: dict[str, float] = {}
        self._since = time.perf_counter()

    @property
    def stages(self) -> dict[str, float]:
        """The seconds that each stage took so far, in the order in which they first ended."""
        return dict(self._stages)  # a thread whose caller has given up may still be working

    def lap(self, stage: str) -> None:
        """Count the time since the last lap for this stage."""
        now = time.perf_counter()
        self._stages[stage] = self._stages.get(stage, 0.0) + now - self._since
        self._since = now


_running: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Measure the stages that end in this block."""
    watch = Stopwatch()
    token = _running.set(watch)
    try:
        yield watch
    finally:
        _running.reset(token)


def lap(stage: str) -> None:
    """Say that a stage has ended. It began when the stage before it ended, or when measuring began."""
    if watch := _running.get():
        watch.lap(stage)
