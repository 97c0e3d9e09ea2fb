"""What clients see while others post the worst bodies, send slowly, or say nothing.

First each hostile text is posted alone, and the slowest are chosen. Then 64 clients post those without a
pause, while another process asks /livez. At last 200 slow senders and 200 silent connections stay open while
two well-behaved clients ask; their latency is compared with that before.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from typing import Annotated

import typer

from tests.reliability.client import Client, Connection, get, post
from tests.reliability.figures import Figures
from tests.reliability.hostile import hostile_texts
from tests.reliability.load import Answer, closed_loop
from tests.reliability.support import ARTIFACTS, Artifacts, copy_current, percentiles, scratch
from tests.reliability.tunes import queries
from tests.workers import Workers, workers

_BODY = 2**18  # bytes, the default limit
_WORST = 10  # hostile texts
_REFUSALS = (429, 503, 504)
_TIMEOUT_S = 5.0  # default of the service
_LATE_S = 0.5  # how late an answer at the deadline may come
_EVERY_S = 0.02  # between two questions to /livez


def main(
    artifacts: Artifacts = ARTIFACTS,
    seconds: float = 30.0,
    clients: Annotated[int, typer.Option(help="Clients that post hostile texts.")] = 64,
    idle: Annotated[int, typer.Option(help="Slow senders; and as many silent connections.")] = 200,
) -> None:
    """Measure the service under attack."""
    figures = Figures("Overload")
    with scratch() as folder:
        root = copy_current(artifacts, folder / "artifacts")
        good = [post(tune) for tune in queries(root, 200)]
        with workers(root, folder) as service:
            worst = asyncio.run(_find_worst(service, figures))
            _attack(service, worst, clients, seconds, figures)
            figures.at_most("log of the service so far", service.log.stat().st_size / 1000, 1000, "kB")
            asyncio.run(_stall(service, good, idle, seconds, figures))
    figures.end()


async def _find_worst(service: Workers, figures: Figures) -> list[bytes]:
    """The hostile requests that take longest."""
    client, times, faults = Client(service.port), {}, []
    texts = hostile_texts(_BODY)
    for name, text in texts.items():
        began = time.monotonic()
        response = await client.ask(post(text))
        times[name] = time.monotonic() - began
        if response.status >= 500 or response.status == 0:
            faults.append(f"{name}: {response.status} {response.body[:80]!r}")
    client.close()
    worst = sorted(times, key=lambda name: -times[name])[:_WORST]
    figures.show("slowest hostile text, alone", f"{worst[0]}: {times[worst[0]]:.2f} s")
    figures.none(f"faults in {len(texts)} hostile texts", faults)
    return [post(texts[name]) for name in worst]


def _attack(service: Workers, worst: list[bytes], clients: int, seconds: float, figures: Figures) -> None:
    pids, context = service.pids, multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        pool.submit(_alive, service.port, 1.0).result()
        alive = pool.submit(_alive, service.port, seconds)
        answers: list[Answer] = []
        asyncio.run(_post(service.port, worst, clients, seconds, answers))
        kept, new = alive.result()
    limit = 100.0
    figures.at_most("/livez on a kept connection, slowest", max(kept) * 1000, limit, "ms")
    figures.at_most("/livez on new connections, slowest", max(new) * 1000, limit, "ms")
    statuses = Counter(answer.response.status for answer in answers)
    figures.show(
        "answers by status", ", ".join(f"{number} x {status}" for status, number in statuses.items())
    )
    refused = [answer for answer in answers if answer.response.status in _REFUSALS]
    figures.none(
        "refusals without Retry-After",
        [
            f"{answer.response.status}"
            for answer in refused
            if b"retry-after:" not in answer.response.head.lower()
        ],
    )
    figures.none("broken connections, and faults", [f"{status}" for status in statuses if status in (0, 500)])
    full = [answer.seconds for answer in refused if answer.response.status == 429]
    if full:
        figures.at_most("429, p99", percentiles(full)[2] * 1000, 1000, "ms")
    slowest = max(answer.seconds for answer in answers)
    figures.at_most("slowest answer", slowest, _TIMEOUT_S + _LATE_S, "s")
    figures.none("workers that had to be replaced", [f"{pid}" for pid in pids - service.pids])


async def _post(
    port: int, requests: list[bytes], clients: int, seconds: float, answers: list[Answer]
) -> None:
    client = Client(port)
    await closed_loop(client, requests, clients, seconds, answers.append)
    client.close()


def _alive(port: int, seconds: float) -> tuple[list[float], list[float]]:
    """The latencies of /livez, on a kept connection and on new ones. Runs in a process of its own."""
    return asyncio.run(_ask_alive(port, seconds))


async def _ask_alive(port: int, seconds: float) -> tuple[list[float], list[float]]:
    kept: list[float] = []
    new: list[float] = []
    client, ends = Client(port), time.monotonic() + seconds
    while time.monotonic() < ends:
        for ask, times in ((client.ask, kept), (client.ask_once, new)):
            began = time.monotonic()
            response = await ask(get("/livez"))
            times.append(time.monotonic() - began if response.status == 200 else float("inf"))
        await asyncio.sleep(_EVERY_S)
    client.close()
    return kept, new


async def _stall(service: Workers, good: list[bytes], idle: int, seconds: float, figures: Figures) -> None:
    """Compare the latency of good clients without and with slow senders and silent connections."""
    before = await _latencies(service.port, good, seconds / 2)
    stop = asyncio.Event()
    client = Client(service.port)
    stalling = [asyncio.create_task(_silent(client, stop)) for _ in range(idle)]
    stalling += [asyncio.create_task(_dribble(client, good[0], stop)) for _ in range(idle)]
    await asyncio.sleep(1)
    during = await _latencies(service.port, good, seconds / 2)
    stop.set()
    await asyncio.gather(*stalling)
    for name, fast, slow in zip(("p50", "p95"), before, during, strict=False):
        figures.at_most(f"{name} with {idle} slow and {idle} silent / without", slow / fast, 1.5)


async def _latencies(port: int, good: list[bytes], seconds: float) -> tuple[float, float, float]:
    answers: list[Answer] = []
    client = Client(port)
    await closed_loop(client, good, 2, seconds, answers.append)
    client.close()
    assert all(answer.response.status == 200 for answer in answers), "a good client was refused"
    return percentiles([answer.seconds for answer in answers])


async def _silent(client: Client, stop: asyncio.Event) -> None:
    """Keep a connection open without a request, and open another when the service closes it."""
    while not stop.is_set():
        connection = await client.connect()
        await _until_closed(connection, stop)


async def _dribble(client: Client, request: bytes, stop: asyncio.Event) -> None:
    """Send a request byte by byte, again and again."""
    while not stop.is_set():
        connection = await client.connect()
        for byte in request:
            if connection.closed or stop.is_set():
                break
            connection.send(bytes([byte]))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.5)
        connection.close()


async def _until_closed(connection: Connection, stop: asyncio.Event) -> None:
    while not (connection.closed or stop.is_set()):
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.5)
    connection.close()


if __name__ == "__main__":
    typer.run(main)
