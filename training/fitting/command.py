"""The commands `fit` and `evaluate`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from index import artifact
from index.artifact import ArtifactError
from index.command_line import Artifacts, Device
from index.probes import measure_probes
from index.publication import staging
from model.device import pick_device
from model.registry import TitleName, TuneName
from training.console import ConsoleReporter, console
from training.corpora import BOOKS, find_corpora
from training.corpora.reading import read_corpora
from training.options import AcceptLicence, Aliases, Corpora, Exclude, Seed, resumable

TitleEncoderName = Annotated[
    TitleName,
    typer.Option(
        "--title-encoder", help="Title encoder: n-grams, or a frozen sentence model (the extra `sentence`)."
    ),
]


def fit(
    corpus: Corpora = None,
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    aliases: Aliases = None,
    artifacts: Artifacts = Path("artifacts"),
    encoder: Annotated[
        TuneName,
        typer.Option(help="Tune encoder: n-grams, or for comparison a recurrent or convolutional network."),
    ] = "ngram",
    title_encoder: TitleEncoderName = "ngram",
    seed: Seed = 0,
    device: Device = "auto",
    if_needed: Annotated[
        bool,
        typer.Option("--if-needed", help="Do nothing when there is an artifact that this version can read."),
    ] = False,
) -> None:
    """Train on corpora and publish an artifact. An interrupted fit resumes when you run it again."""
    if if_needed and _is_readable(artifacts):
        return
    # They import PyTorch, which takes two seconds; the check above does without it.
    from training.fitting.config import preset
    from training.fitting.fit import fit as fit_artifact
    from training.fitting.trainer import Trainer

    with ConsoleReporter() as report, resumable():
        computing = pick_device(device)
        with staging(artifacts):
            pass  # fails at once if nothing can be written, before the corpora are read
        preset(encoder, title_encoder)  # fails at once if an extra is missing, before the corpora are read
        curated = read_corpora(find_corpora(corpus or BOOKS, accept_licence), report, exclude, aliases)
        config = preset(encoder, title_encoder, seed, settings=len(curated.library.tunes))
        trainer = Trainer(config, computing, report)
        version = fit_artifact(curated, artifacts, trainer)
    console.print(f"published {artifacts / version}", soft_wrap=True)


def evaluate(artifacts: Artifacts = Path("artifacts"), device: Device = "auto") -> None:
    """Measure the figures of the published artifact again, from its own files alone."""
    from training.fitting.evaluation import recompute_test

    with ConsoleReporter() as report:
        loaded = artifact.load(artifacts, pick_device(device))
        figures = {
            "unseen": (recompute_test(loaded, pick_device(device), report.step), loaded.manifest.test),
            "probes": (measure_probes(loaded.probes, loaded.suggester, report.step), loaded.manifest.probes),
        }
    table = Table(box=None)
    for heading in ("figure", "MRR@20", "95 %", "queries", "pool", "chance", "recorded"):
        table.add_column(heading, no_wrap=True)
    for name, (mrr, recorded) in figures.items():
        interval = f"{mrr.low:.4f}-{mrr.high:.4f}"
        counts = (f"{mrr.queries}", f"{mrr.pool}", f"{mrr.chance:.4f}")
        table.add_row(name, f"{mrr.value:.4f}", interval, *counts, f"{recorded.value:.4f}")
    console.print(table)


def _is_readable(artifacts: Path) -> bool:
    try:
        current = artifact.load(artifacts, "cpu")
    except ArtifactError as error:
        console.print(f"training, because there is no usable artifact: {error}", soft_wrap=True)
        return False
    console.print(f"{current.path} is ready", soft_wrap=True)
    return True
