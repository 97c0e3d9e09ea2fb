import asyncio
import contextvars
import threading
import time

import pytest

from model.stopwatch import lap, stopwatch


def test_stages_follow_each_other_and_add_up() -> None:
    start = time.perf_counter()
    with stopwatch() as watch:
        time.sleep(0.02)
        lap("first")
        time.sleep(0.01)
        lap("second")
        time.sleep(0.02)
        lap("first")
    total = time.perf_counter() - start
    assert list(watch.stages) == ["first", "second"]
    assert watch.stages["first"] >= 0.04
    assert watch.stages["second"] >= 0.01
    assert sum(watch.stages.values()) == pytest.approx(total, abs=0.005)


def test_where_nobody_measures_nothing_is_kept() -> None:
    lap("before")
    with stopwatch() as watch:
        pass
    lap("after")
    assert watch.stages == {}


def test_a_thread_counts_for_its_caller() -> None:
    with stopwatch() as watch:
        asyncio.run(asyncio.to_thread(lap, "to_thread"))
        thread = threading.Thread(target=contextvars.copy_context().run, args=(lap, "copied"))
        thread.start()
        thread.join()
        thread = threading.Thread(target=lap, args=("another context",))
        thread.start()
        thread.join()
    assert list(watch.stages) == ["to_thread", "copied"]


def test_requests_at_the_same_time_do_not_mix() -> None:
    async def request(name: str) -> list[str]:
        with stopwatch() as watch:
            for number in range(3):
                await asyncio.sleep(0)
                lap(f"{name}{number}")
        return list(watch.stages)

    async def both() -> tuple[list[str], list[str]]:
        first, second = await asyncio.gather(request("a"), request("b"))
        return first, second

    assert asyncio.run(both()) == (["a0", "a1", "a2"], ["b0", "b1", "b2"])


def test_who_looks_meanwhile_is_not_disturbed() -> None:
    with stopwatch() as watch:
        lap("first")
        for _ in watch.stages:
            lap("second")
