"""The command `python -m training pretrain`."""

import signal
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from model.abc import write
from model.device import pick_device
from training.console import ConsoleReporter, console
from training.corpora import BOOKS, find_corpora
from training.corpora.aliases import read_aliases
from training.corpora.curate import CurationError, curate
from training.corpora.exclusions import read_exclusions
from training.corpora.lists import describe_unmatched
from training.fitting.split import group_titles, split_titles
from training.lab.pretraining.baseline import bigram, unigram
from training.lab.pretraining.nats import Nats
from training.lab.pretraining.next_note import PretrainConfig, framed
from training.lab.pretraining.pretrain import measure
from training.lab.pretraining.pretrain import pretrain as learn
from training.lab.pretraining.pretrained import save
from training.lab.pretraining.sample import sample
from training.options import (
    FIT_ERRORS,
    AcceptLicence,
    Aliases,
    Device,
    Exclude,
    end_interrupted,
    fail_with,
    stop,
)

_SAMPLES = (("G major", "6/8", "jig"), ("D major", "4/4", "reel"))


def pretrain(
    out: Annotated[Path, typer.Option(dir_okay=False, help="File for the weights: pretrained.safetensors.")],
    corpus: Annotated[
        list[str] | None, typer.Option(help="As for `fit`. Without it: all three books.")
    ] = None,
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    aliases: Aliases = None,
    epochs: Annotated[int, typer.Option(min=1, help="Most epochs.")] = PretrainConfig.max_epochs,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of everything that is drawn.")] = 0,
    device: Device = "auto",
) -> None:
    """Teach the recurrent note model to predict the next note. Interrupted, it goes on when called again."""
    signal.signal(signal.SIGTERM, stop)
    checkpoint = out.with_name(f"{out.name}.training")
    config = PretrainConfig(seed=seed, max_epochs=epochs)
    with ConsoleReporter() as report:
        try:
            corpora = find_corpora(corpus or BOOKS, accept_licence)
            pairs = read_aliases(aliases) if aliases else frozenset()
            read = curate(corpora, report.step("reading"), read_exclusions(*exclude or ()), pairs)
            if not read.library.tunes:
                raise CurationError(f"no tune can be learned; {len(read.skipped)} were left out")
            if read.unmatched:
                report.say(describe_unmatched(read.unmatched))
            split = split_titles(group_titles(read.library.catalogue, read.library.tunes), seed)
            learned, validation, test = (
                [
                    read.library.tunes[i]
                    for i in np.flatnonzero(np.isin(read.library.catalogue.title_of_setting, titles))
                ]
                for titles in (split.train, split.validation, split.test)
            )
            report.say(f"{len(learned)} tunes to learn, {len(validation)} to stop by, {len(test)} to test on")
            model = learn(learned, validation, config, checkpoint, pick_device(device), report)
            save(model, learned, out)
            known, asked = ([framed(tune, config.longest) for tune in part] for part in (learned, test))
            report.step("measuring")
            found = {
                "unigram": unigram(known, asked),
                "bigram": bigram(known, asked),
                "model": measure(model, asked),
            }
            drawn = [sample(model, *header, seed) for header in _SAMPLES]
            checkpoint.unlink()
        except FIT_ERRORS as error:
            fail_with(error)
        except KeyboardInterrupt:
            end_interrupted()
    _tell(found)
    for tune in drawn:
        console.print(f"\n{write(tune)}", soft_wrap=True)
    console.print(f"written: {out}", soft_wrap=True)


def _tell(found: dict[str, Nats]) -> None:
    """Print the perplexities of the tunes of the test part."""
    table = Table(box=None)
    for heading in ("perplexity", "pitch", "duration", "both"):
        table.add_column(heading, no_wrap=True)
    for name, nats in found.items():
        perplexity = nats.perplexity
        figures = (perplexity.pitch, perplexity.duration, perplexity.both)
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    console.print(table)
