"""The reference of all commands as a page in Markdown: `python -m cli.reference > docs/commands.md`."""

import inspect
import sys
from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from cli.main import COMMANDS, app
from index.markdown import table

_ABOUT = """# Commands

Made from the code of the commands by `make reference`. How to do what with them:
[command-line.md](command-line.md) and [training.md](training.md).

`gan-ainm --install-completion` teaches your shell (Bash, Zsh, Fish, PowerShell) to complete commands,
options and their values. `--show-completion` prints what it would install, `--version` the version. Every
command has `--help`.
"""


def reference() -> str:
    """The page."""
    return "\n".join([_ABOUT, *(_command(name) for name in COMMANDS)])


def _command(name: str) -> str:
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    context = typer.Context(group, info_name="gan-ainm")
    _, command, _ = group.resolve_command(context, [name])
    assert command is not None
    context = typer.Context(command, info_name=name, parent=context)
    usage = " ".join(("gan-ainm", name, *command.collect_usage_pieces(context)))
    lines = [f"## {name}", "", "```text", usage, "```", "", inspect.cleandoc(command.help or "")]
    rows = list(_parameters(command, context))
    if rows:
        lines += ["", table(("parameter", "meaning"), rows)]
    return "\n".join(lines) + "\n"


def _parameters(command: Any, context: typer.Context) -> Iterator[tuple[str, str]]:
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record:
            names, meaning = record
            yield f"`{names}`", meaning


if __name__ == "__main__":
    sys.stdout.write(reference())
