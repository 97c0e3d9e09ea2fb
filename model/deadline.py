"""Deadlines: stops work that takes too long, or lets other work go first, between two of its steps."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import NamedTuple, TypeVar

from model.errors import GanAinmError

T = TypeVar("T")

_AT_A_TIME = 64  # items between two checks


class DeadlineError(GanAinmError):
    """The work was not done by its deadline."""


class CpuLimitError(DeadlineError):
    """The work took more CPU time than it may."""


class _Limits(NamedTuple):
    """Limits of a thread's work.

    Attributes
    ----------
    monotonic : moment of `time.monotonic` when the work must end
    thread : moment of `time.thread_time` when it must end
    unspent : moment of `time.monotonic` before which the CPU time cannot be spent
    give_way : lets other work go first
    """

    monotonic: float = inf
    thread: float = inf
    unspent: float = inf
    give_way: Callable[[], None] | None = None


_limits: ContextVar[_Limits | None] = ContextVar("limits", default=None)


@contextmanager
def limited(deadline: float | None = None, cpu_s: float | None = None) -> Iterator[None]:
    """Limit the time of what runs within it, in this thread. Of nested limits, the stricter counts.

    Parameters
    ----------
    deadline : moment of `time.monotonic` when the work must end; None for no such limit
    cpu_s : CPU time that this thread may spend on the work, in seconds; None for no such limit
    """
    outer = _limits.get() or _Limits()
    limits = outer._replace(
        monotonic=outer.monotonic if deadline is None else min(outer.monotonic, deadline),
        thread=outer.thread if cpu_s is None else min(outer.thread, time.thread_time() + cpu_s),
        unspent=outer.unspent if cpu_s is None else min(outer.unspent, time.monotonic() + cpu_s),
    )
    with _within(limits):
        yield


@contextmanager
def giving_way(pause: Callable[[], None]) -> Iterator[None]:
    """Let other work go first while this runs: `check_deadline` also calls `pause`, which may sleep."""
    with _within((_limits.get() or _Limits())._replace(give_way=pause)):
        yield


def check_deadline() -> None:
    """Stop the work if its time is over. It takes less than a microsecond, and nothing outside `limited`.

    Work of unknown length calls it at least every 50 ms.

    Raises
    ------
    CpuLimitError
        When the thread has spent the CPU time that `limited` allows.
    DeadlineError
        When the deadline of `limited` has passed.
    """
    limits = _limits.get()
    if limits is None:
        return
    if limits.give_way:
        limits.give_way()
    now = time.monotonic()
    # A thread spends no more CPU time than time passes. Asking for its CPU time is a system call, which takes
    # ten times as long as asking the clock: 0.05 ms in every answer.
    if now > limits.unspent and time.thread_time() > limits.thread:
        raise CpuLimitError("the work took more CPU time than it may")
    if now > limits.monotonic:
        raise DeadlineError("the work was not done by its deadline")


@contextmanager
def _within(limits: _Limits) -> Iterator[None]:
    token = _limits.set(limits)
    try:
        yield
    finally:
        _limits.reset(token)


def checked(items: Iterable[T]) -> Iterator[T]:
    """The same items; calls `check_deadline` after every 64th. For long loops over quick steps."""
    for count, item in enumerate(items, 1):
        yield item
        if not count % _AT_A_TIME:
            check_deadline()
