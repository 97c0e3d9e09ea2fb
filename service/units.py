"""The units of a request with many tunes: other requests have their turn between two of them."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from typing import Annotated, ParamSpec, TypeVar

from fastapi import Depends, Request

from model.steps import Steps, advance
from service.problems import BatchTimeout, DeadlineExceeded, Disconnected
from service.state import CurrentState
from service.work import Work

P = ParamSpec("P")
T = TypeVar("T")

_SLICE_S = 0.02  # seconds of work in a slice


class Units:
    """Runs the work of one request, unit by unit, until its time is over or its client hangs up.

    Parameters
    ----------
    limit_s : time from now to the end of the request, in seconds
    admission : ends when the request needs no more units
    """

    def __init__(self, request: Request, work: Work, limit_s: float, admission: ExitStack) -> None:
        self._request, self._work, self._limit_s, self._admission = request, work, limit_s, admission
        self._started = time.monotonic()

    @property
    def took_ms(self) -> float:
        """Milliseconds since the start."""
        return round(1000 * (time.monotonic() - self._started), 3)

    async def run(self, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> T:
        """The function's result. The function is one unit: it has the time and the CPU time of one tune.

        Raises
        ------
        DeadlineExceeded, TooComplex
            When the unit takes too long.
        BatchTimeout
            When the time of the whole request is over.
        Disconnected
            When the client has hung up.
        """
        if await self._request.is_disconnected():
            raise Disconnected("the client hung up")
        end = self._started + self._limit_s
        deadline = min(end, self._work.new_deadline())
        if time.monotonic() > end:
            raise self._too_late()
        try:
            return await self._work.run_queued(deadline, function, *arguments, **named)
        except DeadlineExceeded as error:
            if deadline == end:
                raise self._too_late() from error
            raise

    async def run_slices(self, steps: Steps[T]) -> T:
        """The result of work in short steps. Each unit is a slice of it. Raises what `run` raises."""
        while (result := await self.run(advance, steps, _SLICE_S)) is None:
            pass
        return result

    def end(self) -> None:
        """Make room for the next such request, before the client has the end of the answer."""
        self._admission.close()

    def _too_late(self) -> BatchTimeout:
        detail = f"the {self._limit_s:g} s for such a request were over before this was done"
        return BatchTimeout(detail, {"limit_s": self._limit_s})


async def _admit(request: Request, state: CurrentState) -> AsyncIterator[Units]:
    with ExitStack() as admission:
        admission.enter_context(state.work.admit_batch())
        yield Units(request, state.work, state.settings.batch_timeout_s, admission)


AdmittedUnits = Annotated[Units, Depends(_admit)]
"""The units of a request that counts as admitted until they end, or the client hangs up."""
