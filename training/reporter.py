"""How long jobs report progress, independent of what displays it."""

from typing import Protocol

from index.progress import Advance


class Reporter(Protocol):
    """Displays the progress of a long job."""

    def step(self, description: str, total: int | None, done: int = 0) -> Advance:
        """Start a step of `total` parts (None if unknown), `done` of them finished; it ends the step before.

        Call the returned function after each part.
        """

    def say(self, text: str) -> None:
        """Display a message that stays visible."""
