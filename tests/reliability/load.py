"""Load: requests one after another (closed loop), or at a constant rate (open loop)."""

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import NamedTuple

from tests.reliability.client import Client, Response


class Answer(NamedTuple):
    """A response and its times.

    Attributes
    ----------
    number : of the request in the list of requests
    begun : moment of `time.monotonic` when the request was sent; in an open loop, when it should have been
    ended : moment when the response was complete
    response : the response
    """

    number: int
    begun: float
    ended: float
    response: Response

    @property
    def seconds(self) -> float:
        """The time from request to response."""
        return self.ended - self.begun


OnAnswer = Callable[[Answer], object]


async def closed_loop(
    client: Client, requests: Sequence[bytes], clients: int, seconds: float, on_answer: OnAnswer
) -> None:
    """Let some clients send requests for some seconds, each the next when it has its answer."""
    ends = time.monotonic() + seconds
    numbers = count()

    async def ask() -> None:
        while (begun := time.monotonic()) < ends:
            number = next(numbers) % len(requests)
            response = await client.ask(requests[number])
            on_answer(Answer(number, begun, time.monotonic(), response))

    await asyncio.gather(*(ask() for _ in range(clients)))


async def open_loop(
    client: Client, requests: Sequence[bytes], rate: float, seconds: float, on_answer: OnAnswer
) -> None:
    """Send `rate` requests a second for some seconds, whether or not the earlier ones are answered.

    The time of an answer counts from the moment when its request should have been sent, so a service that
    keeps this program from sending does not look faster by it.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    running: set[asyncio.Task[None]] = set()

    async def ask(number: int, due: float) -> None:
        response = await client.ask(requests[number])
        on_answer(Answer(number, due, loop.time(), response))

    for number in range(round(rate * seconds)):
        due = started + number / rate
        if (early := due - loop.time()) > 0:
            await asyncio.sleep(early)
        task = asyncio.create_task(ask(number % len(requests), due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
