"""The command `duplicates-check`."""

from typing import Annotated

import numpy as np
import typer
from rich.table import Table

from training.console import ConsoleReporter, console
from training.corpora import find_corpora
from training.corpora.reading import read_corpora
from training.lab.duplicates_check.check import Figures, measure, settings_of_titles
from training.options import AcceptLicence, Exclude, Seed


def duplicates_check(
    corpora: Annotated[
        list[str], typer.Argument(metavar="CORPUS", help="Books or paths, as for `fit --corpus`.")
    ],
    titles: Annotated[
        list[int] | None, typer.Option(min=1, help="Measure on so many random titles. Repeatable.")
    ] = None,
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    seed: Seed = 0,
) -> None:
    """Find duplicates among settings and measure how many pairs of a group have one title."""
    figures = []
    with ConsoleReporter() as report:
        library = read_corpora(find_corpora(corpora, accept_licence), report, exclude).library
        sizes = titles or [len(library.catalogue)]
        advance = report.step("finding duplicates", len(sizes))
        for size in sizes:
            settings = settings_of_titles(library, size, np.random.default_rng(seed))
            figures.append(measure(library, settings))
            advance()
    console.print(_table(figures))


def _table(figures: list[Figures]) -> Table:
    table = Table(box=None)
    for heading in ("settings", "groups", "largest", "precision", "recall"):
        table.add_column(heading, justify="right")
    for row in figures:
        counts = (f"{count:,}" for count in (row.settings, row.groups, row.largest))
        table.add_row(*counts, f"{row.precision:.3f}", f"{row.recall:.3f}")
    return table
