"""Courtesy: what a worker does in the background lets requests go first.

Background work and a request share the interpreter lock. A request releases it hundreds of times, at each
call into a library that computes without it, and background work in Python gives it back only after the
switch interval. So a request beside such work takes several times as long, whatever the priorities.
"""

import time
from collections.abc import Callable

_LOOK_S = 0.002  # how often it looks whether the requests are done


def wait_for_requests(is_busy: Callable[[], bool], patience_s: float) -> Callable[[], None]:
    """A pause for `model.deadline.giving_way`: it ends when no request is at work.

    Parameters
    ----------
    is_busy : whether a request is at work
    patience_s : time that all pauses together may take, in seconds
    """
    left = patience_s

    def pause() -> None:
        nonlocal left
        if left <= 0 or not is_busy():
            return
        began = time.monotonic()
        while is_busy() and time.monotonic() - began < left:
            time.sleep(_LOOK_S)
        left -= time.monotonic() - began

    return pause
