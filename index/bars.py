"""Progress bars on a terminal, one for each of the latest steps."""

from typing import Self

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from index.progress import Advance, Step, spell_seconds

_SHOWN = 12  # steps at once: an ablation has more than a screen has lines
_BAR_WIDTH = 16


class Bars:
    """Draws the latest steps as progress bars, below what the console prints meanwhile.

    Parameters
    ----------
    console : draws on a terminal
    transient : whether the bars disappear at the end
    """

    def __init__(self, console: Console, transient: bool = False) -> None:
        self._steps: list[Step] = []
        self._live = Live(get_renderable=self._draw, console=console, transient=transient)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def begin(self, step: Step) -> Advance:
        """Begin a step. Call the returned function after each part."""
        self._steps = [*self._steps[-_SHOWN + 1 :], step]
        return step.advance

    def _draw(self) -> Table:
        table = Table.grid(padding=(0, 1))
        for step in self._steps:
            if step.total != 0:
                description = Text(step.description, no_wrap=True, overflow="ellipsis")
                bar = ProgressBar(step.total, step.done, _BAR_WIDTH)
                table.add_row(description, bar, step.count, spell_seconds(step.seconds), step.time_left)
        return table
