"""The work on tunes: how much of it runs at once, how much waits, and when it has to end.

Tunes are computed in threads of their own, so the event loop always answers. A thread too many only makes
everything slower, and a long queue only makes clients wait for answers that come too late. So a few requests
wait, and the rest is refused at once: the client can try another worker, or later.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from threading import Event
from typing import Any, ParamSpec, TypeVar

from model.deadline import CpuLimitError, DeadlineError, limited
from service import metrics
from service.problems import RETRY, DeadlineExceeded, NotReady, Overloaded, TooComplex

P = ParamSpec("P")
T = TypeVar("T")

_LATE_S = 1.0  # seconds after its deadline in which work notices that its time is over


class Work:
    """Runs functions in a few threads, each until its deadline. It belongs to one event loop.

    Parameters
    ----------
    threads : functions at work at a time
    queue : functions that wait for a thread at a time
    timeout_s : time from the admission of a request to its deadline, in seconds
    cpu_s : CPU time that one function may take, in seconds
    batches : requests with many tunes at a time

    Attributes
    ----------
    waiting : number of functions that wait for a thread
    idle : is set while no function is at work and none waits
    """

    def __init__(self, threads: int, queue: int, timeout_s: float, cpu_s: float, batches: int) -> None:
        self._queue, self._timeout_s, self._cpu_s, self._most_batches = queue, timeout_s, cpu_s, batches
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="work")
        self._free = asyncio.Semaphore(threads)
        self._deadlines: dict[object, float] = {}  # of the functions at work
        self._forgiven_at = 0.0  # what was late by then is not
        self._batches = 0
        self.waiting = 0
        self.idle = Event()
        self.idle.set()

    @property
    def at_work(self) -> int:
        """The number of functions at work."""
        return len(self._deadlines)

    @property
    def overdue_s(self) -> float:
        """By how many seconds the function that is latest should have noticed that its time is over."""
        latest = min(tuple(self._deadlines.values()), default=time.monotonic())
        return max(time.monotonic() - max(latest, self._forgiven_at) - _LATE_S, 0.0)

    def forgive(self) -> None:
        """Nothing ran until now: only from now on functions at work are late."""
        self._forgiven_at = time.monotonic()

    def admit(self) -> float:
        """Admit a request before anything reads its body, and return its deadline.

        The deadline is a moment of `time.monotonic`. Raises NotReady when the threads are stuck, Overloaded
        when the queue is full.
        """
        if self.overdue_s:
            raise NotReady("this worker is stuck and will be replaced", headers=RETRY)
        self._refuse_if_full()
        return self.new_deadline()

    @contextmanager
    def admit_batch(self) -> Iterator[None]:
        """Admit a request with many tunes, for as long as the block runs.

        Raises what `admit` raises, and Overloaded when as many as may are at work.
        """
        self.admit()
        if self._batches >= self._most_batches:
            detail = f"{self._most_batches} such requests are at work, which is the limit; try again later"
            raise Overloaded(detail, {"limit_requests": self._most_batches}, RETRY)
        self._batches += 1
        try:
            yield
        finally:
            self._batches -= 1

    def new_deadline(self) -> float:
        """The deadline of a request that begins now."""
        return time.monotonic() + self._timeout_s

    async def run(
        self, deadline: float, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs
    ) -> T:
        """The function's result. It runs in a thread, where `check_deadline` stops it when its time is over.

        Raises
        ------
        Overloaded
            When the queue is full.
        DeadlineExceeded
            When the deadline has passed, in the queue or at work.
        TooComplex
            When the function took more CPU time than it may.
        """
        self._refuse_if_full()
        return await self.run_queued(deadline, function, *arguments, **named)

    async def run_queued(
        self, deadline: float, function: Callable[P, T], /, *arguments: P.args, **named: P.kwargs
    ) -> T:
        """Like `run`, but waits even if the queue is full: for the parts of a request that is at work."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        try:
            # The client gets its answer at the deadline even if the thread notices it late.
            async with asyncio.timeout_at(deadline):
                await self._wait_for_a_thread()
                self._start(deadline, answer, partial(function, *arguments, **named))
                return await answer
        except CpuLimitError as error:
            detail = f"the text takes more than {self._cpu_s:g} s to compute; send a shorter part of it"
            raise TooComplex(detail, {"limit_s": self._cpu_s}) from error
        except (DeadlineError, TimeoutError) as error:
            raise self._too_late() from error

    def close(self) -> None:
        """End without waiting for what is at work."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _refuse_if_full(self) -> None:
        if self._free.locked() and self.waiting >= self._queue:
            detail = f"{self._queue} requests are waiting already, which is the limit; try again later"
            raise Overloaded(detail, {"limit_requests": self._queue}, RETRY)

    async def _wait_for_a_thread(self) -> None:
        self.idle.clear()
        self._count_waiting(1)
        try:
            await self._free.acquire()
        except asyncio.CancelledError:  # its time is over, or the client has hung up
            self._count_waiting(-1)
            self._note_idle()
            raise
        self._count_waiting(-1)

    def _count_waiting(self, change: int) -> None:
        self.waiting += change
        metrics.queued(self.waiting)

    def _note_idle(self) -> None:
        if not self._deadlines and not self.waiting:
            self.idle.set()

    def _start(self, deadline: float, answer: "asyncio.Future[T]", function: Callable[[], T]) -> None:
        loop, running = answer.get_loop(), object()
        self._deadlines[running] = deadline

        def compute() -> None:
            try:
                with limited(deadline, self._cpu_s):
                    result = function()
            except BaseException as error:
                loop.call_soon_threadsafe(end, answer.set_exception, error)
            else:
                loop.call_soon_threadsafe(end, answer.set_result, result)

        def end(settle: Callable[[Any], None], outcome: object) -> None:
            del self._deadlines[running]
            if not answer.done():  # else nobody waits for it any more
                settle(outcome)
            self._free.release()  # now, so that this answer is sent before the thread is busy again
            self._note_idle()

        self._executor.submit(copy_context().run, compute)  # the context has the stopwatch

    def _too_late(self) -> DeadlineExceeded:
        detail = f"no answer within {self._timeout_s:g} s, which is the limit"
        return DeadlineExceeded(detail, {"limit_s": self._timeout_s}, RETRY)
