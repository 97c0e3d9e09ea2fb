import time

import pytest

from model.steps import Steps, advance, finish


def counted(steps: int, seconds: float = 0) -> Steps[str]:
    for _ in range(steps):
        time.sleep(seconds)
        yield
    return "done"


def failing() -> Steps[str]:
    yield
    raise ValueError("no")


def test_all_steps_at_once() -> None:
    assert finish(counted(5)) == finish(counted(0)) == "done"


def test_steps_are_taken_for_a_time_and_go_on_where_they_stopped() -> None:
    steps = counted(6, 0.01)
    slices = 1
    while (result := advance(steps, 0.02)) is None:
        slices += 1
    assert result == "done"
    assert 3 <= slices <= 4


def test_at_least_one_step_is_taken() -> None:
    steps = counted(2)
    assert [advance(steps, 0) for _ in range(3)] == [None, None, "done"]


def test_what_a_step_raises_reaches_the_caller() -> None:
    with pytest.raises(ValueError, match="no"):
        finish(failing())
    with pytest.raises(ValueError, match="no"):
        advance(failing(), 1)
