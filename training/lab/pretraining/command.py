"""The commands `pretrain` and `fit-pretrained`."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from index.command_line import Artifacts, Device
from index.library import Library
from index.progress import counted
from model.abc import Tune, write
from model.device import pick_device
from training.console import ConsoleReporter, console
from training.corpora import BOOKS, find_corpora
from training.corpora.reading import read_corpora
from training.fitting.command import TitleEncoderName
from training.fitting.config import preset
from training.fitting.fit import fit
from training.fitting.split import group_titles, split_titles
from training.fitting.trainer import Trainer
from training.lab.pretraining.baseline import bigram, unigram
from training.lab.pretraining.nats import Nats
from training.lab.pretraining.next_note import PretrainConfig, framed
from training.lab.pretraining.pretrain import measure
from training.lab.pretraining.pretrain import pretrain as train
from training.lab.pretraining.pretrained import load, save
from training.lab.pretraining.sample import Header, sample
from training.lab.workspace import Workspace
from training.options import AcceptLicence, Aliases, Corpora, Exclude, Seed, resumable

_SAMPLES = (Header("G major", "6/8", "jig"), Header("D major", "4/4", "reel"))


def pretrain(
    out: Annotated[
        Path, typer.Option(dir_okay=False, help="File for the weights, such as pretrained.safetensors.")
    ],
    corpus: Corpora = None,
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    aliases: Aliases = None,
    epochs: Annotated[int, typer.Option(min=1, help="Maximum number of epochs.")] = PretrainConfig.max_epochs,
    seed: Seed = 0,
    device: Device = "auto",
) -> None:
    """Teach the recurrent note model to predict the next note. Resumes after an interruption."""
    checkpoint = out.with_name(f"{out.name}.training")
    config = PretrainConfig(seed=seed, max_epochs=epochs)
    with ConsoleReporter() as report, resumable():
        library = read_corpora(
            find_corpora(corpus or BOOKS, accept_licence), report, exclude, aliases
        ).library
        split = split_titles(group_titles(library, report.step), seed)
        training, validation, test = (
            _tunes_of(library, titles) for titles in (split.train, split.validation, split.test)
        )
        report.say(
            f"{len(training)} tunes for training, {len(validation)} for validation, {len(test)} for test"
        )
        workspace = Workspace(out.parent, pick_device(device), report)
        model = train(training, validation, config, workspace, checkpoint.name)
        save(model, training, out)
        training_rows, test_rows = (
            [framed(tune, config.longest) for tune in part] for part in (training, test)
        )
        nats = {
            "unigram": unigram(training_rows, test_rows),
            "bigram": bigram(training_rows, test_rows),
            "model": measure(model, test_rows, report.step),
        }
        headers = counted(_SAMPLES, report.step("sampling tunes", len(_SAMPLES)))
        samples = [sample(model, header, seed) for header in headers]
        checkpoint.unlink()
    console.print(_perplexities(nats))
    for tune in samples:
        console.print(f"\n{write(tune)}", soft_wrap=True)
    console.print(f"written: {out}", soft_wrap=True)


def fit_pretrained(
    file: Annotated[Path, typer.Argument(help="File written by `pretrain`.")],
    corpus: Corpora = None,
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    aliases: Aliases = None,
    artifacts: Artifacts = Path("artifacts"),
    title_encoder: TitleEncoderName = "ngram",
    seed: Seed = 0,
    device: Device = "auto",
) -> None:
    """Train with a recurrent tune encoder that starts from a pretrained note model, and publish an artifact.

    Use the corpora, lists and seed of `pretrain`: with others the note model has seen some of the test tunes.
    """
    with ConsoleReporter() as report, resumable():
        computing = pick_device(device)
        trainer = Trainer(preset("rnn", title_encoder, seed), computing, report, load(file, computing))
        curated = read_corpora(find_corpora(corpus or BOOKS, accept_licence), report, exclude, aliases)
        version = fit(curated, artifacts, trainer)
    console.print(f"published {artifacts / version}", soft_wrap=True)


def _tunes_of(library: Library, titles: tuple[int, ...]) -> list[Tune]:
    settings = np.flatnonzero(np.isin(library.catalogue.title_of_setting, titles))
    return [library.tunes[i] for i in settings.tolist()]


def _perplexities(nats: dict[str, Nats]) -> Table:
    """The perplexities of test tunes as a table, a row for each model."""
    table = Table(box=None)
    for heading in ("perplexity", "pitch", "duration", "both"):
        table.add_column(heading, no_wrap=True)
    for name, of_model in nats.items():
        perplexity = of_model.perplexity
        figures = (perplexity.pitch, perplexity.duration, perplexity.both)
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    return table
