"""How long work tells of its progress, whoever shows it."""

from collections.abc import Callable
from typing import Protocol


class Reporter(Protocol):
    """Shows a long job's progress."""

    def step(self, description: str, total: int | None = None, done: int = 0) -> Callable[[], object]:
        """Begin a step of so many parts, None if unknown, some done before; call the answer after each."""

    def say(self, text: str) -> None:
        """Tell something that stays."""
