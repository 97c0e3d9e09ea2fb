"""Whether a worker takes requests: not while it stops, and not when its threads are stuck."""

import asyncio
import signal
import threading
from types import FrameType

from service.problems import NotReady
from service.work import Work


class Readiness:
    """Knows whether a worker is ready.

    Attributes
    ----------
    stopping : whether the service is about to stop
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self.stopping = False

    def check(self) -> None:
        """Raise NotReady when the worker is about to stop, or stuck."""
        if self.stopping:
            raise NotReady("the service is stopping")
        if self._work.overdue_s:
            raise NotReady("this worker is stuck and will be replaced")

    def stop_after(self, drain_s: float) -> None:
        """On SIGTERM, say for `drain_s` seconds that the worker is not ready, and only then stop.

        A load balancer that has seen /readyz fail sends no more requests, so none meets a closed port.
        """
        if threading.current_thread() is not threading.main_thread():
            return  # only the main thread gets signals
        loop = asyncio.get_running_loop()
        stop = signal.getsignal(signal.SIGTERM)

        def drain(signum: int, frame: FrameType | None) -> None:
            if self.stopping or not callable(stop):
                return
            self.stopping = True
            loop.call_soon_threadsafe(loop.call_later, drain_s, stop, signum, frame)

        signal.signal(signal.SIGTERM, drain)
