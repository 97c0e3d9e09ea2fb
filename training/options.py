"""What the training commands share: their options, and what they do when they are interrupted."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn

import typer

from training.console import console
from training.corpora import BOOKS

Corpora = Annotated[
    list[str] | None,
    typer.Option(
        "--corpus",
        help=f"A book ({', '.join(BOOKS)}), or the path of a tunebook, of a folder or tar of ABC, or of a "
        "dump of The Session. Repeatable. Default: all three books.",
    ),
]
Exclude = Annotated[
    list[Path] | None,
    typer.Option(help="List of settings to leave out, such as exclude.txt from `audit`. Repeatable."),
]
Aliases = Annotated[
    Path | None,
    typer.Option(
        help="List of pairs of settings whose titles name one tune, such as aliases.txt from `audit`."
    ),
]
AcceptLicence = Annotated[
    Literal["thesession"] | None,
    typer.Option(help="Confirm that you have read this source's licence and accept it."),
]
Seed = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Random seed.")]


@contextmanager
def resumable() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end a command with status 130 and a sentence that says how to resume it."""
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        console.print(
            "interrupted; run the same command again to resume from what was saved, if anything",
            soft_wrap=True,
        )
        raise typer.Exit(130) from None
    finally:
        signal.signal(signal.SIGTERM, previous)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
