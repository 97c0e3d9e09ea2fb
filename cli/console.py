"""The console: tables on standard output, progress bars on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from index.progress import OnStep, Step, ignore_steps


def is_terminal() -> bool:
    """Whether a person reads standard output."""
    return sys.stdout.isatty()


@contextmanager
def progress_bars(wanted: bool) -> Iterator[OnStep]:
    """Draws steps as bars on standard error, if they are wanted and that is a terminal."""
    if not wanted or not sys.stderr.isatty():
        yield ignore_steps
        return
    from rich.console import Console  # takes 50 ms

    from index.bars import Bars

    with Bars(Console(stderr=True), transient=True) as bars:
        yield lambda description, total: bars.begin(Step(description, total))
