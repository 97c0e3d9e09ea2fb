"""What the commands share: options, the errors they tell, and how they end."""

from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn

import typer

from index.artifact import ArtifactError
from index.tunebook import TunebookError
from model.checkpoint import CheckpointError
from model.device import DeviceError, DeviceName
from training.console import console
from training.corpora.aliases import AliasError
from training.corpora.curate import CurationError
from training.corpora.exclusions import ExclusionError
from training.fitting.split import SplitError

READ_ERRORS = (TunebookError, CurationError, ExclusionError, AliasError, OSError)
FIT_ERRORS = (*READ_ERRORS, SplitError, ArtifactError, CheckpointError, DeviceError)

Artifacts = Annotated[Path, typer.Option(envvar="ARTIFACTS", help="Folder of the published artifacts.")]
Exclude = Annotated[
    list[Path] | None,
    typer.Option(
        help="A list of settings to leave out, as exclude.txt of `audit`; may be given several times."
    ),
]
Aliases = Annotated[
    Path | None,
    typer.Option(help="A list of settings whose titles are one, as `audit` proposes them: aliases.txt."),
]
AcceptLicence = Annotated[
    Literal["thesession"] | None,
    typer.Option(help="Of a source that asks for it: you have read its licence and accept it."),
]
Device = Annotated[DeviceName, typer.Option(envvar="DEVICE", help="auto is a GPU when there is one.")]


def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End by SIGTERM as by Ctrl-C."""
    raise KeyboardInterrupt


def end_interrupted() -> NoReturn:
    """Tell that a training was interrupted and can go on, and end with status 130."""
    console.print("interrupted; the same command goes on from the last checkpoint, if one was written")
    raise typer.Exit(130) from None


def fail_with(error: Exception | str) -> NoReturn:
    """Tell an error and end with status 1."""
    console.print(f"error: {error}", soft_wrap=True)
    raise typer.Exit(1)
