"""How much work runs at a time, how much waits, and how it ends."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from model.deadline import check_deadline
from service.problems import DeadlineExceeded, NotReady, Overloaded, TooComplex
from service.work import Work


@contextmanager
def work(
    threads: int = 1, queue: int = 2, timeout_s: float = 20.0, cpu_s: float = 10.0, batches: int = 2
) -> Iterator[Work]:
    created = Work(threads, queue, timeout_s, cpu_s, batches)
    try:
        yield created
    finally:
        created.close()


def spin() -> None:
    while True:
        check_deadline()


def rest() -> None:
    while True:
        time.sleep(0.001)
        check_deadline()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.001)


def test_it_runs_a_function_with_its_arguments() -> None:
    async def go() -> int:
        with work() as w:
            return await w.run(w.admit(), int, "ff", base=16)

    assert asyncio.run(go()) == 255


def test_the_error_of_a_function_is_raised() -> None:
    async def go() -> None:
        with work() as w:
            await w.run(w.admit(), int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        asyncio.run(go())


def test_a_full_queue_refuses_before_any_body_is_read() -> None:
    async def go() -> None:
        go_on = Event()
        with work(threads=1, queue=2) as w:
            tasks = [asyncio.create_task(w.run(w.admit(), go_on.wait, 20)) for _ in range(3)]
            await until(lambda: (w.at_work, w.waiting) == (1, 2))
            with pytest.raises(Overloaded, match="2 requests are waiting") as refused:
                w.admit()
            assert refused.value.headers["Retry-After"] == "1"
            with pytest.raises(Overloaded):
                await w.run(w.new_deadline(), int)
            go_on.set()
            assert await asyncio.gather(*tasks) == [True, True, True], "those that waited are answered"
            assert await w.run(w.admit(), int) == 0, "and there is room again"

    asyncio.run(go())


def test_the_deadline_counts_the_queue_and_stops_the_work() -> None:
    async def go() -> None:
        with work(threads=1, timeout_s=0.2) as w:
            first = asyncio.create_task(w.run(w.admit(), rest))
            second = asyncio.create_task(w.run(w.admit(), int))
            for task in (first, second):
                with pytest.raises(DeadlineExceeded, match=r"0\.2 s, which is the limit"):
                    await task
            await until(lambda: w.at_work == 0)
            assert w.overdue_s == 0

    asyncio.run(go())


def test_work_that_takes_too_much_cpu_time_is_too_complex() -> None:
    async def go() -> None:
        with work(cpu_s=0.1) as w:
            with pytest.raises(TooComplex, match=r"0\.1 s"):
                await w.run(w.admit(), spin)
            await until(lambda: w.at_work == 0)

    asyncio.run(go())


def test_work_that_does_not_stop_makes_the_worker_not_ready() -> None:
    async def go() -> None:
        go_on = Event()
        with work(timeout_s=0.1) as w:
            with pytest.raises(DeadlineExceeded):
                await w.run(w.admit(), go_on.wait, 20)  # the client has its answer
            await until(lambda: w.overdue_s > 0)
            with pytest.raises(NotReady):
                w.admit()
            go_on.set()
            await until(lambda: w.at_work == 0)
            w.admit()

    asyncio.run(go())


STUCK = """
import asyncio, sys, time
from service.watchdog import Watchdog
from service.work import Work

async def main():
    work = Work(1, 1, 0.1, 1.0, 1)
    Watchdog(work)
    {stuck}
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("stuck", "reason"),
    [
        ("asyncio.create_task(work.run(work.admit(), time.sleep, 60))", "does not stop at its deadline"),
        ("await asyncio.sleep(1); time.sleep(60)", "the event loop is stuck"),
    ],
)
def test_the_watchdog_ends_a_stuck_worker(stuck: str, reason: str) -> None:
    script = STUCK.format(stuck=stuck)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=50)
    assert result.returncode == 1
    assert reason in result.stderr


STOOD_STILL = """
import asyncio, time
from service.problems import DeadlineExceeded
from service.watchdog import Watchdog
from service.work import Work

async def main():
    work = Work(1, 1, 0.1, 1.0, 1)
    Watchdog(work)
    print("at work", flush=True)
    try:
        await work.run(work.admit(), time.sleep, {at_work_s})
    except DeadlineExceeded:
        print("late", flush=True)
    while work.at_work:
        await asyncio.sleep(0.01)
    await asyncio.sleep(1)

asyncio.run(main())
"""


def test_the_watchdog_forgives_a_tune_that_stood_still_with_the_process() -> None:
    """A tune at work ends a second after the process goes on. Another never does."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", STOOD_STILL.format(at_work_s=at_work_s)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for at_work_s in (9, 60)
    ]
    for process in running:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["at work\n", "late\n"]
        process.send_signal(signal.SIGSTOP)
    time.sleep(8)
    for process in running:
        process.send_signal(signal.SIGCONT)
    complaints = [process.communicate(timeout=50)[1] for process in running]
    assert [process.returncode for process in running] == [0, 1], complaints
    assert "does not stop at its deadline" in complaints[1]


def test_batches_at_a_time_are_limited() -> None:
    with work(batches=2) as running:
        with running.admit_batch(), running.admit_batch(), pytest.raises(Overloaded), running.admit_batch():
            pass
        with running.admit_batch():
            pass
