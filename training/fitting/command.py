"""The command `fit`."""

import signal
from pathlib import Path
from typing import Annotated

import torch
import typer

from index import artifact
from index.artifact import ArtifactError
from model.device import pick_device
from training.console import ConsoleReporter, console
from training.corpora import BOOKS, find_corpora
from training.corpora.aliases import read_aliases
from training.corpora.exclusions import read_exclusions
from training.fitting.config import TitleName, TuneName, preset
from training.fitting.fit import fit as fit_artifact
from training.options import (
    FIT_ERRORS,
    AcceptLicence,
    Aliases,
    Artifacts,
    Device,
    Exclude,
    end_interrupted,
    fail_with,
    stop,
)


def fit(
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A book ({', '.join(BOOKS)}), or the path of a tunebook, a folder or a tar of ABC, or of a "
            "dump of The Session; may be given several times. Without it: all three books."
        ),
    ] = None,
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    aliases: Aliases = None,
    artifacts: Artifacts = Path("artifacts"),
    encoder: Annotated[
        TuneName,
        typer.Option(help="Of tunes: n-grams, or a recurrent or a convolutional network, to compare."),
    ] = "ngram",
    title_encoder: Annotated[
        TitleName,
        typer.Option(help="Of names: n-grams, or a frozen sentence model (the extra `sentence`)."),
    ] = "ngram",
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of everything that is drawn.")] = 0,
    device: Device = "auto",
    if_needed: Annotated[
        bool,
        typer.Option("--if-needed", help="Do nothing if there is an artifact that this version can read."),
    ] = False,
) -> None:
    """Learn from corpora and publish an artifact. Interrupted, it goes on when called again."""
    if if_needed and _is_readable(artifacts):
        return
    signal.signal(signal.SIGTERM, stop)
    with ConsoleReporter() as report:
        try:
            config = preset(encoder, title_encoder, seed)
            corpora = find_corpora(corpus or BOOKS, accept_licence)
            for found in corpora:
                report.say(f"{found.name}: {found.licence}")
            excluded = read_exclusions(*exclude or ())
            pairs = read_aliases(aliases) if aliases else frozenset()
            version = fit_artifact(corpora, config, artifacts, pick_device(device), report, excluded, pairs)
        except BlockingIOError:
            fail_with(f"another training is at work in {artifacts}")
        except FIT_ERRORS as error:
            fail_with(error)
        except KeyboardInterrupt:
            end_interrupted()
    console.print(f"published {artifacts / version}")


def _is_readable(artifacts: Path) -> bool:
    try:
        found = artifact.load(artifacts, torch.device("cpu"))
    except ArtifactError as error:
        console.print(f"{error}", soft_wrap=True)
        return False
    console.print(f"{found.path} is ready", soft_wrap=True)
    return True
