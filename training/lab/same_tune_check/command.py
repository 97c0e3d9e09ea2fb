"""The command `same-tune-check`."""

from typing import Annotated

import typer
from rich.table import Table

from index.melody_pairs import CONSTANT, WEIGHTS, Likeness
from training.console import ConsoleReporter, console
from training.corpora import find_corpora
from training.corpora.reading import read_corpora
from training.lab.same_tune_check.weights import Weights, learn
from training.options import AcceptLicence, Exclude


def same_tune_check(
    corpora: Annotated[
        list[str], typer.Argument(metavar="CORPUS", help="Books or paths, as for `fit --corpus`.")
    ],
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
) -> None:
    """Learn from titles which settings are one tune, and compare the weights with those in use."""
    with ConsoleReporter() as report:
        library = read_corpora(find_corpora(corpora, accept_licence), report, exclude).library
        learned = learn(library, report.step)
    console.print(f"{learned.pairs:,} pairs of settings, {learned.of_one_title:,} of one title")
    console.print(
        f"pairs of one tune with one title: {learned.one_title_if_same:.3f}; "
        f"pairs of two tunes with one title: {learned.one_title_if_different:.5f}",
        soft_wrap=True,
    )
    console.print(_table(learned))


def _table(learned: Weights) -> Table:
    table = Table(box=None)
    table.add_column("feature")
    for heading in ("learned", "in use"):
        table.add_column(heading, justify="right")
    names = (*(name.replace("_", " ") for name in Likeness._fields), "constant")
    rows = zip(names, (*learned.weights, learned.constant), (*WEIGHTS, CONSTANT), strict=True)
    for name, value, in_use in rows:
        table.add_row(name, f"{value:.1f}", f"{in_use:.1f}")
    return table
