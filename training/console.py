"""The console: where the commands print, and where they show the progress of long jobs."""

import time
from collections.abc import Callable

from rich.console import Console

from index.bars import Bars
from index.progress import Advance, Step, StepLines

console = Console(highlight=False, markup=False)


class ConsoleReporter:
    """A `Reporter` that prints its messages, and draws the latest steps as progress bars below them.

    Without a terminal, as in a log, it prints a line from time to time (`index.progress.StepLines`).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._step: Step | None = None
        self._lines = StepLines(self.say, clock)
        self._bars = Bars(console) if console.is_interactive else None

    def __enter__(self) -> "ConsoleReporter":
        if self._bars:
            self._bars.__enter__()
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._end_step()
        if self._bars:
            self._bars.__exit__()

    def step(self, description: str, total: int | None, done: int = 0) -> Advance:
        """Start a step; see `training.reporter.Reporter`."""
        self._end_step()
        self._step = Step(description, total, done, self._clock)
        return (self._bars or self._lines).begin(self._step)

    def say(self, text: str) -> None:
        """Print a message above the bars."""
        console.print(text, soft_wrap=True)

    def _end_step(self) -> None:
        """End the present step, even if parts of it are missing: it stopped early."""
        if self._step and self._bars:
            self._step.end()
        elif self._step:
            self._lines.end(self._step)
