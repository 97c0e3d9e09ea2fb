"""Long work of one request: it takes short slices of a thread, and ends when its time is over."""

import time

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from model.steps import Result, Steps, advance
from service.problems import BatchTimeout, Disconnected

_SLICE_S = 0.02  # of work, before other requests have their turn


class Clock:
    """The time of one request with many tunes: it starts now, and ends after `limit` seconds.

    Attributes
    ----------
    started : `time.perf_counter()` at the start
    """

    def __init__(self, limit: float) -> None:
        self.started = time.perf_counter()
        self._limit = limit

    def check(self) -> None:
        """Raise BatchTimeout when the time is over."""
        if time.perf_counter() - self.started > self._limit:
            detail = f"the {self._limit:g} s for such a request were over before this was done"
            raise BatchTimeout(detail, {"limit_s": self._limit})

    @property
    def took_ms(self) -> float:
        """Milliseconds since the start."""
        return round(1000 * (time.perf_counter() - self.started), 3)


async def in_slices(steps: Steps[Result], request: Request, clock: Clock) -> Result:
    """The result of work in short steps; other requests have their turn in between.

    Raises what the work raises, BatchTimeout when the time is over, Disconnected when the client hangs up.
    """
    while True:
        clock.check()
        if await request.is_disconnected():
            raise Disconnected("the client hung up")
        result = await run_in_threadpool(advance, steps, _SLICE_S)
        if result is not None:
            return result
