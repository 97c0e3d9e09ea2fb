"""How long jobs report progress, independent of what displays it."""

from collections.abc import Callable
from typing import Protocol


class Reporter(Protocol):
    """Displays the progress of a long job."""

    def step(self, description: str, total: int | None = None, done: int = 0) -> Callable[[], object]:
        """Start a step of `total` parts (None if unknown), `done` of them finished.

        Call the returned function after each part.
        """

    def say(self, text: str) -> None:
        """Display a message that stays visible."""
