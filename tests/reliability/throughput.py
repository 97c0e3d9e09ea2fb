"""How many requests a second the service answers, and how fast at 70 % of that.

The arms take turns in one run: the engine alone in one and in two processes, the service with one and with
two workers, and a plain FastAPI app with two workers. The medians of the rounds are compared.
"""

import asyncio
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import typer
import uvloop

from index import Suggester, load
from tests.reliability.client import Client, get, post
from tests.reliability.figures import Figures
from tests.reliability.load import Answer, closed_loop, open_loop
from tests.reliability.support import ARTIFACTS, Artifacts, copy_current, percentiles, scratch
from tests.reliability.tunes import queries
from tests.workers import Workers, workers

_CLIENTS = 4  # for each worker: one at work, and others that keep it busy
_CONNECTIONS = 32  # in the open loop
_WITHOUT_PROBES = {
    "PROBE_INTERVAL_S": "0"
}  # a service that has a pause would measure, and slow down the others
Arm = Callable[[], float]
_suggester: Suggester | None = None


def main(
    artifacts: Artifacts = ARTIFACTS, rounds: int = 7, seconds: float = 5.0, open_seconds: float = 60.0
) -> None:
    """Measure throughput and latency."""
    with scratch() as folder:
        root = copy_current(artifacts, folder / "artifacts")
        for name in ("one", "two"):
            (folder / name).mkdir()
        with (
            workers(root, folder / "one", WORKERS="1", **_WITHOUT_PROBES) as one,
            workers(root, folder / "two", WORKERS="2", **_WITHOUT_PROBES) as two,
            _plain(root, folder) as plain_port,
            _loops(root, 1) as loop,
            _loops(root, 2) as loops,
        ):
            _measure(queries(root, 500), one, two, plain_port, loop, loops, rounds, seconds, open_seconds)


def _measure(
    tunes: Sequence[str],
    one: Workers,
    two: Workers,
    plain_port: int,
    loop: ProcessPoolExecutor,
    loops: ProcessPoolExecutor,
    rounds: int,
    seconds: float,
    open_seconds: float,
) -> None:
    requests = [post(json.dumps({"abc": tune}), "application/json") for tune in tunes]
    own_cpu: list[float] = []
    arms = {
        "engine alone, 1 process": lambda: _in_process(loop, 1, tunes, seconds),
        "engine alone, 2 processes": lambda: _in_process(loops, 2, tunes, seconds),
        "service, 1 worker": lambda: _over_http(one.port, 1, requests, seconds, own_cpu),
        "service, 2 workers": lambda: _over_http(two.port, 2, requests, seconds, own_cpu),
        "plain app, 2 workers": lambda: _over_http(plain_port, 2, requests, seconds, own_cpu),
    }
    figures = Figures("Throughput: requests a second, median of the rounds")
    rates = {name: median(rates) for name, rates in _take_turns(arms, rounds).items()}
    for name, rate in rates.items():
        figures.show(name, rate, "/s")
    service = rates["service, 2 workers"]
    figures.at_least("2 workers / 1 worker", service / rates["service, 1 worker"], 1.8)
    figures.at_least("service / engine alone, 2 of each", service / rates["engine alone, 2 processes"], 0.8)
    figures.show("service / plain app", service / rates["plain app, 2 workers"])
    figures.show("CPU of this load generator, median", f"{median(own_cpu):.0%} of a core")

    answers: list[Answer] = []
    began, cpu_began = time.monotonic(), time.process_time()
    _run(_steady(two.port, requests, 0.7 * service, open_seconds, answers))
    cpu = (time.process_time() - cpu_began) / (time.monotonic() - began)
    p50, p95, p99 = percentiles([answer.seconds * 1000 for answer in answers])
    figures.show("at 70 % of that: p50", p50, "ms")
    figures.show("p95", p95, "ms")
    figures.show("p99", p99, "ms")
    figures.at_most("p99 / p50", p99 / p50, 5)
    bad = Counter(answer.response.status for answer in answers if answer.response.status != 200)
    figures.none("failed requests", [f"{number} times {status}" for status, number in bad.items()])
    figures.show("CPU of this load generator at that rate", f"{cpu:.0%} of a core")
    figures.end()


def _take_turns(arms: dict[str, Arm], rounds: int) -> dict[str, list[float]]:
    """The rates of each arm in each round, after a round to warm up."""
    rates: dict[str, list[float]] = {name: [] for name in arms}
    for number in range(rounds + 1):
        for name, measure in arms.items():
            rate = measure()
            if number:
                rates[name].append(rate)
    return rates


def _over_http(
    port: int, number: int, requests: Sequence[bytes], seconds: float, own_cpu: list[float]
) -> float:
    """The answers a second of a service with some workers. Adds this program's own share of a core."""
    statuses: Counter[int] = Counter()

    async def ask() -> None:
        client = Client(port)
        await closed_loop(
            client,
            requests,
            _CLIENTS * number,
            seconds,
            lambda answer: statuses.update([answer.response.status]),
        )
        client.close()

    began, cpu_began = time.monotonic(), time.process_time()
    _run(ask())
    own_cpu.append((time.process_time() - cpu_began) / (time.monotonic() - began))
    return statuses[200] / (time.monotonic() - began)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop, as the service does: it leaves more of the cores to the service."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _steady(
    port: int, requests: Sequence[bytes], rate: float, seconds: float, answers: list[Answer]
) -> None:
    client = Client(port)
    await asyncio.gather(*(client.ask(get("/livez")) for _ in range(_CONNECTIONS)))
    await open_loop(client, requests, rate, seconds, answers.append)
    client.close()


def _in_process(loops: ProcessPoolExecutor, number: int, tunes: Sequence[str], seconds: float) -> float:
    return sum(loops.map(_suggest, [tunes] * number, [seconds] * number))


def _suggest(tunes: Sequence[str], seconds: float) -> float:
    assert _suggester
    began, answers = time.monotonic(), 0
    for tune in cycle(tunes):
        _suggester.suggest(tune)
        answers += 1
        if time.monotonic() - began > seconds:
            break
    return answers / (time.monotonic() - began)


def _load(root: Path) -> None:
    global _suggester  # each process of a pool has its own
    _suggester = load(root)


def _loops(root: Path, number: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # FAISS hangs in a forked process
    return ProcessPoolExecutor(number, context, _load, (root,))


@contextmanager
def _plain(root: Path, folder: Path) -> Iterator[int]:
    """Run the plain app with two workers, and yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "tests.reliability.plain:create_app"]
    options = ["--workers", "2", "--port", f"{port}", "--no-access-log"]
    log = folder / "plain.log"
    with log.open("w") as output:
        environment = {**os.environ, "ARTIFACTS": str(root)}
        process = subprocess.Popen([*command, *options], env=environment, stdout=output, stderr=output)
    try:
        while log.read_text().count("startup complete") < 2:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    typer.run(main)
