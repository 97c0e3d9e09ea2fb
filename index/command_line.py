"""What all commands share: they are imported when they are called, and they report errors the same way.

So `gan-ainm --help` lists every command without importing torch, and `gan-ainm suggest` does not import the
training code.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_command

from model.device import DeviceName
from model.errors import GanAinmError

Artifacts = Annotated[Path, typer.Option(envvar="ARTIFACTS", help="Folder of the published artifacts.")]
Device = Annotated[
    DeviceName, typer.Option(envvar="DEVICE", help="Where to compute; auto uses a GPU if there is one.")
]
_OWN_FOLDERS = ("cli", "index", "model", "service", "training")


class LazyCommand(NamedTuple):
    """A command that is imported when it is called.

    Attributes
    ----------
    target : "module:function"
    summary : one line for the list of commands
    """

    target: str
    summary: str


def command_group(commands: Mapping[str, LazyCommand], summary: str) -> typer.Typer:
    """An app with these subcommands, given by name. `summary` is its help.

    A subcommand that raises GanAinmError or OSError, or lacks a package of an extra, exits with status 1 and
    the error on standard error.
    """

    class Group(TyperGroup):
        def resolve_command(self, ctx: Any, args: Any) -> Any:
            name, command, rest = super().resolve_command(ctx, args)
            return name, command and _load(commands[str(name)]), rest

        def invoke(self, ctx: Any) -> Any:
            try:
                return super().invoke(ctx)
            except BrokenPipeError:  # as in `gan-ainm suggest ... | head`: typer ends quietly
                raise
            except (GanAinmError, OSError) as error:
                fail(error)
            except ModuleNotFoundError as error:
                if str(error.name).split(".")[0] in _OWN_FOLDERS:
                    raise
                fail(f"{error.name} is not installed; docs/installing.md says which extra it belongs to")

    app = typer.Typer(cls=Group, help=summary, no_args_is_help=True, pretty_exceptions_enable=False)
    for name, command in commands.items():
        app.command(name, help=command.summary)(_placeholder)
    return app


def fail(error: Exception | str) -> NoReturn:
    """Print an error to standard error and exit with status 1."""
    typer.echo(f"error: {error}", err=True)
    raise typer.Exit(1)


def _placeholder() -> None:
    """Takes the place of a command in the list until the command is imported."""


def _load(command: LazyCommand) -> Any:
    module, _, function = command.target.partition(":")
    app = typer.Typer(add_completion=False)
    app.command()(getattr(importlib.import_module(module), function))
    return get_command(app)
