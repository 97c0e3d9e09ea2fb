"""The console: where the commands print, and where they show the progress of long jobs."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from index.progress import Advance, Step, StepLines, spell_seconds

_SHOWN = 12  # steps at once: an ablation has more than a screen has lines
_BAR_WIDTH = 16

console = Console(highlight=False, markup=False)


class ConsoleReporter:
    """A `Reporter` that prints its messages, and draws the latest steps as progress bars below them.

    Without a terminal, as in a log, it prints a line from time to time (`index.progress.StepLines`).
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steps: list[Step] = []
        self._lines = StepLines(self.say, clock)
        self._bars = Live(get_renderable=self._draw, console=console) if console.is_interactive else None

    def __enter__(self) -> "ConsoleReporter":
        if self._bars:
            self._bars.start()
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None:
            self._end_step()
        if self._bars:
            self._bars.stop()

    def step(self, description: str, total: int | None, done: int = 0) -> Advance:
        """Start a step; see `training.reporter.Reporter`."""
        self._end_step()
        step = Step(description, total, done, self._clock)
        self._steps = [*self._steps[-_SHOWN + 1 :], step]
        return step.advance if self._bars else self._lines.begin(step)

    def say(self, text: str) -> None:
        """Print a message above the bars."""
        console.print(text, soft_wrap=True)

    def _end_step(self) -> None:
        """End the present step, even if parts of it are missing: it stopped early."""
        if self._steps and self._bars:
            self._steps[-1].end()
        elif self._steps:
            self._lines.end(self._steps[-1])

    def _draw(self) -> Table:
        table = Table.grid(padding=(0, 1))
        for step in self._steps:
            if step.total != 0:
                description = Text(step.description, no_wrap=True, overflow="ellipsis")
                bar = ProgressBar(step.total, step.done, _BAR_WIDTH)
                table.add_row(description, bar, step.count, spell_seconds(step.seconds), step.time_left)
        return table
