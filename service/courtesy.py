"""Courtesy: what a worker does in the background lets requests go first.

Background work and a request share the interpreter lock. A request releases it hundreds of times, at each
call into a library that computes without it, and background work in Python gives it back only after the
switch interval. So a request beside such work takes several times as long, whatever the priorities.

Whoever waits for the lock costs time, too: each release wakes it up, mostly too late to get the lock. So
background work sleeps until an event wakes it, and does not look now and then.
"""

import time
from collections.abc import Callable
from threading import Event


def wait_for_requests(idle: Event, patience_s: float) -> Callable[[], None]:
    """A pause for `model.deadline.giving_way`: it ends when no request is at work.

    Parameters
    ----------
    idle : is set while no request is at work
    patience_s : time that all pauses together may take, in seconds
    """
    left = patience_s

    def pause() -> None:
        nonlocal left
        if left <= 0 or idle.is_set():
            return
        began = time.monotonic()
        idle.wait(left)
        left -= time.monotonic() - began

    return pause
