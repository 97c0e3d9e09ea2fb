"""The figures of a tool, each with the limit that it should meet."""

import sys

from rich.console import Console
from rich.table import Table

_WIDTH = 110


class Figures:
    """A table of figures. `print` ends the program with 1 if one does not meet its limit."""

    def __init__(self, title: str) -> None:
        self._table = Table("figure", "value", "limit", "", title=title, box=None, title_justify="left")
        self._failed = False

    def show(self, name: str, value: float | str, unit: str = "") -> None:
        """Add a figure without a limit."""
        self._table.add_row(name, _written(value, unit))

    def at_most(self, name: str, value: float, limit: float, unit: str = "") -> None:
        """Add a figure that should be at most `limit`."""
        self._add(name, _written(value, unit), f"<= {_written(limit, unit)}", value <= limit)

    def at_least(self, name: str, value: float, limit: float, unit: str = "") -> None:
        """Add a figure that should be at least `limit`."""
        self._add(name, _written(value, unit), f">= {_written(limit, unit)}", value >= limit)

    def none(self, name: str, faults: list[str]) -> None:
        """Add a count of faults, which should be 0; a few of them are listed below it."""
        self._add(name, f"{len(faults)}", "0", not faults)
        for fault in dict.fromkeys(faults[:5]):
            self._table.add_row(f"  {fault[:200]}")

    def print(self) -> None:
        """Print the table. Exits with 1 if a figure does not meet its limit."""
        Console(width=_WIDTH, highlight=False, markup=False).print(self._table)
        if self._failed:
            sys.exit(1)

    def _add(self, name: str, value: str, limit: str, good: bool) -> None:
        self._failed |= not good
        self._table.add_row(name, value, limit, "" if good else "FAILS")


def _written(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return value
    digits = 0 if value == int(value) or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()
