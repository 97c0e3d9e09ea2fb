"""The console: what the commands print, and how a long job shows its progress."""

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_SHOWN = 12  # bars at once: a grid of trainings has more than a screen has lines

console = Console(highlight=False, markup=False)


class ConsoleReporter:
    """A progress bar with lines above it; where there is no terminal, the lines alone."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console)

    def __enter__(self) -> "ConsoleReporter":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def step(self, description: str, total: int | None = None, done: int = 0) -> Callable[[], object]:
        """Begin a step; see `training.reporter.Reporter`."""
        for task in self._progress.tasks:  # the step before has ended, early or not
            self._progress.update(task.id, total=task.completed)
        for task in self._progress.tasks[: -_SHOWN + 1]:
            self._progress.remove_task(task.id)
        task_id = self._progress.add_task(description, total=total, completed=done)
        return lambda: self._progress.advance(task_id)

    def say(self, text: str) -> None:
        """Print a line that stays."""
        console.print(text, soft_wrap=True)
