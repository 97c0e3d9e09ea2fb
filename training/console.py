"""The console: where the commands print, and progress bars for long jobs."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_SHOWN = 12  # bars at once: an ablation has more steps than a screen has lines

console = Console(highlight=False, markup=False)


class ConsoleReporter:
    """A `Reporter` that draws progress bars below its messages; without a terminal, it only prints them."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console)

    def __enter__(self) -> "ConsoleReporter":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def step(self, description: str, total: int | None = None, done: int = 0) -> Callable[[], object]:
        """Start a step; see `training.reporter.Reporter`."""
        for task in self._progress.tasks:  # the previous step is over, even if it stopped early
            self._progress.update(task.id, total=task.completed)
        for task in self._progress.tasks[: -_SHOWN + 1]:
            self._progress.remove_task(task.id)
        task_id = self._progress.add_task(description, total=total, completed=done)
        return lambda: self._progress.advance(task_id)

    def say(self, text: str) -> None:
        """Print a message above the bars."""
        console.print(text, soft_wrap=True)
