"""Work in steps: a generator that yields between its steps, so that its caller can do other things there."""

import math
import time
from collections.abc import Generator
from typing import TypeVar

Result = TypeVar("Result")
Steps = Generator[None, None, Result]
"""Work that yields after each short step and returns its result, which is not None."""


def finish(steps: Steps[Result]) -> Result:
    """The result of the work, all steps at once."""
    result = advance(steps, math.inf)
    assert result is not None
    return result


def advance(steps: Steps[Result], seconds: float) -> Result | None:
    """Take steps for this time, at least one. The result of the work if that was the last step, else None."""
    stop = time.monotonic() + seconds
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
        if time.monotonic() >= stop:
            return None
