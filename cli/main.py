"""The command `gan-ainm`: its subcommands, each imported only when it is called."""

from typing import Annotated

import typer

from index.command_line import LazyCommand, command_group
from model.version import VERSION
from training.commands import COMMANDS as TRAINING

COMMANDS = {
    "suggest": LazyCommand("cli.suggest:suggest", "Suggest titles for tunes, and write them into tunebooks."),
    "duplicates": LazyCommand("cli.duplicates:duplicates", "Find the same tune several times in tunebooks."),
    "report": LazyCommand(
        "cli.report:report", "Make one HTML page about an artifact: figures, plots, mistakes."
    ),
    "serve": LazyCommand("service.command:serve", "Serve the current artifact over HTTP."),
    **TRAINING,
}

app = command_group(COMMANDS, "Put names to folk tunes.")


@app.callback()
def main(
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=lambda requested: _print_version() if requested else None,
            help="Print the version.",
        ),
    ] = False,
) -> None:
    """Put names to folk tunes."""


def _print_version() -> None:
    typer.echo(VERSION)
    raise typer.Exit
