"""Work stops when its deadline has passed or its CPU time is spent, and not before."""

import threading
import time

import pytest

from model.abc import Book, book
from model.deadline import CpuLimitError, DeadlineError, check_deadline, checked, giving_way, limited


def spend_cpu(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_without_limits_nothing_stops() -> None:
    check_deadline()
    with limited():
        check_deadline()


def test_a_deadline_that_has_passed_stops_the_work() -> None:
    with limited(deadline=time.monotonic() + 60):
        check_deadline()
    with limited(deadline=time.monotonic() - 1), pytest.raises(DeadlineError) as caught:
        check_deadline()
    assert not isinstance(caught.value, CpuLimitError)
    check_deadline()


def test_cpu_time_counts_but_waiting_does_not() -> None:
    with limited(cpu_s=0.02):
        time.sleep(0.05)
        check_deadline()
        spend_cpu(0.03)
        with pytest.raises(CpuLimitError):
            check_deadline()


def test_cpu_time_of_other_threads_does_not_count() -> None:
    with limited(cpu_s=0.02):
        other = threading.Thread(target=spend_cpu, args=(0.05,))
        other.start()
        other.join()
        check_deadline()


def test_other_threads_have_no_limit() -> None:
    raised: list[Exception] = []

    def check() -> None:
        try:
            check_deadline()
        except DeadlineError as error:
            raised.append(error)

    with limited(deadline=time.monotonic() - 1):
        other = threading.Thread(target=check)
        other.start()
        other.join()
    assert raised == []


@pytest.mark.parametrize(("outer", "inner"), [(-1, 60), (60, -1)])
def test_of_nested_limits_the_stricter_counts(outer: float, inner: float) -> None:
    now = time.monotonic()
    with limited(deadline=now + outer), limited(deadline=now + inner), pytest.raises(DeadlineError):
        check_deadline()


def test_an_inner_limit_ends_where_it_ends() -> None:
    with limited(cpu_s=60):
        with limited(cpu_s=0):
            spend_cpu(0.001)
            with pytest.raises(CpuLimitError):
                check_deadline()
        check_deadline()


def test_a_limit_ends_when_the_work_fails() -> None:
    with pytest.raises(ZeroDivisionError), limited(deadline=time.monotonic() - 1):
        raise ZeroDivisionError
    check_deadline()


@pytest.mark.parametrize("step", ["is_music", "_applies_to_all"])
def test_looking_for_tunes_stops_between_two_lines(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when no line is what it looks for."""
    lines = 0

    def slow(_: object) -> bool:
        nonlocal lines
        lines += 1
        time.sleep(0.001)
        return False

    monkeypatch.setattr(book, step, slow)
    with limited(deadline=time.monotonic() + 2), pytest.raises(DeadlineError):
        Book.of("the age\n" * 20_000)
    assert 0 < lines < 2000


def test_work_gives_way_at_each_check_and_keeps_its_limits() -> None:
    pauses: list[int] = []
    with giving_way(lambda: pauses.append(1)):
        check_deadline()
        with limited(deadline=time.monotonic() - 1), pytest.raises(DeadlineError):
            check_deadline()
        list(checked(range(600)))
        other = threading.Thread(target=check_deadline)
        other.start()
        other.join()
    check_deadline()
    assert len(pauses) == 2 + 600 // 64
