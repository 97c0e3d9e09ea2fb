"""Progress of long work: how far a step is, and how long the rest of it will take."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")
_FIRST_ESTIMATE_S = 1.0  # of work; an estimate from less would be a guess
_LONG_S = 2.0  # a shorter step is not worth a line
_LINE_EVERY_S = 10.0


class Advance(Protocol):
    """Counts finished parts of a step."""

    def __call__(self, parts: int = 1, /) -> object:
        """Count some more parts."""


OnStep = Callable[[str, int | None], Advance]  # begins a step: its description, its number of parts if known


def ignore_steps(_description: str, _total: int | None) -> Advance:
    """The `OnStep` of work that nobody watches."""
    return lambda _parts=1: None


def counted(items: Iterable[Item], advance: Advance) -> Iterator[Item]:
    """The same items; counts each as a finished part when the next one is asked for."""
    for item in items:
        yield item
        advance()


def counted_step(items: Sequence[Item], description: str, on_step: OnStep) -> Iterator[Item]:
    """The same items, counted as the parts of a step. Without items no step begins."""
    return counted(items, on_step(description, len(items))) if items else iter(())


class Step:
    """A step of long work.

    Attributes
    ----------
    description : what is done
    total : number of parts, None if unknown
    done : number of finished parts
    """

    def __init__(
        self, description: str, total: int | None, done: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.description, self.total, self.done = description, total, done
        self._clock = clock
        self._done_before = done  # by an earlier run of this step, which was interrupted
        self._started = self._advanced = clock()

    def advance(self, parts: int = 1) -> None:
        """Count finished parts. A total that was too low becomes unknown."""
        self.done += parts
        self._advanced = self._clock()
        if self.total is not None and self.done > self.total:
            self.total = None

    def end(self) -> None:
        """End the step with the parts that are done: there are no others."""
        self.total = self.done

    @property
    def seconds(self) -> float:
        """How long it has taken; once it has ended, how long it took."""
        return (self._advanced if self.done == self.total else self._clock()) - self._started

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take at the pace so far; None while that cannot be told."""
        total, done = self.total, self.done  # another thread may advance the step meanwhile
        seconds = self._advanced - self._started
        if total is None or done == self._done_before or seconds < _FIRST_ESTIMATE_S:
            return None
        pace = seconds / (done - self._done_before)
        # The part that is being worked on may take longer than expected, but the others are still to do.
        begun = min(self._clock() - self._advanced, pace) if done < total else 0
        return pace * (total - done) - begun

    @property
    def count(self) -> str:
        """How much is done: "12 of 40", or "12" if the total is unknown."""
        total = self.total  # another thread may make it unknown meanwhile
        return f"{self.done:,}" if total is None else f"{self.done:,} of {total:,}"

    @property
    def time_left(self) -> str:
        """The time left: "20 s left"; "" when nothing is left or it cannot be told."""
        left = self.seconds_left
        return "" if left is None or self.done == self.total else f"{spell_seconds(left)} left"


class StepLines:
    """Says in lines how far steps are, for logs: after two seconds, and then every ten.

    A step that took ten seconds or more also gets a line at its end.

    Parameters
    ----------
    say : prints a line
    clock : gives the time in seconds
    """

    def __init__(self, say: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._said_at = -math.inf

    def begin(self, step: Step) -> Advance:
        """Begin a step. Call the returned function after each part."""

        def advance(parts: int = 1) -> None:
            step.advance(parts)
            is_due = self._clock() - self._said_at >= _LINE_EVERY_S
            if is_due and step.seconds >= _LONG_S and step.done != step.total:
                time_left = step.time_left or f"{spell_seconds(step.seconds)} so far"
                self._print(f"{step.description}: {step.count}, {time_left}")

        return advance

    def end(self, step: Step) -> None:
        """End a step, even if parts of it are missing."""
        step.end()
        if step.seconds >= _LINE_EVERY_S:
            self._print(f"{step.description}: {step.done:,} done in {spell_seconds(step.seconds)}")

    def _print(self, line: str) -> None:
        self._said_at = self._clock()
        self._say(line)


def spell_seconds(seconds: float) -> str:
    """A duration in words: "50 s", "12 min", "3.5 h"."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
