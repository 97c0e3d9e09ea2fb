"""The figures of a tool, each with the limit that it should meet."""

import sys

import typer

_NAME = 62  # characters of a line
_VALUE = 24


class Figures:
    """Prints figures as they come. `end` ends the program with 1 if one did not meet its limit."""

    def __init__(self, title: str) -> None:
        self._failed = False
        typer.echo(f"\n{title}")

    def show(self, name: str, value: float | str, unit: str = "") -> None:
        """Print a figure without a limit."""
        typer.echo(f"  {name:<{_NAME}}{_written(value, unit)}")

    def at_most(self, name: str, value: float, limit: float, unit: str = "") -> None:
        """Print a figure that should be at most `limit`."""
        self._print(name, _written(value, unit), f"<= {_written(limit, unit)}", value <= limit)

    def at_least(self, name: str, value: float, limit: float, unit: str = "") -> None:
        """Print a figure that should be at least `limit`."""
        self._print(name, _written(value, unit), f">= {_written(limit, unit)}", value >= limit)

    def none(self, name: str, faults: list[str]) -> None:
        """Print the number of faults, which should be 0, and the first ten different ones."""
        self._print(name, f"{len(faults)}", "0", not faults)
        for fault in list(dict.fromkeys(faults))[:10]:
            typer.echo(f"    {fault[:200]!r}")

    def end(self) -> None:
        """Exit with 1 if a figure did not meet its limit."""
        if self._failed:
            sys.exit(1)

    def _print(self, name: str, value: str, limit: str, good: bool) -> None:
        self._failed |= not good
        typer.echo(f"  {name:<{_NAME}}{value:<{_VALUE}}{limit:<14}{'' if good else 'FAILS'}".rstrip())


def _written(value: float | str, unit: str) -> str:
    if isinstance(value, str):
        return value
    digits = 0 if float(value).is_integer() or abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()
