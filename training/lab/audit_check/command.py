"""The command `audit-check`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from training.console import ConsoleReporter, console
from training.corpora import find_corpora
from training.corpora.reading import read_corpora
from training.lab.audit_check.check import NATURAL, Check, check
from training.lab.audit_check.plot import draw
from training.options import AcceptLicence, Exclude, Seed


def audit_check(
    corpora: Annotated[
        list[str], typer.Argument(metavar="CORPUS", help="Books or paths, as for `fit --corpus`.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for measure.csv and measure.png.")],
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    seed: Seed = 0,
) -> None:
    """Plant wrong titles and measure how many of them the audit finds."""
    with ConsoleReporter() as report:
        library = read_corpora(find_corpora(corpora, accept_licence), report, exclude).library
        out.mkdir(parents=True, exist_ok=True)
        result = check(library, seed, report.step)
        result.save(out / "measure.csv")
        draw(result, out / "measure.png")
    console.print(_table(result))


def _table(result: Check) -> Table:
    """Recall at two levels of precision, and precision and recall at the audit's own threshold."""
    table = Table(box=None)
    for heading in ("titles of", "natural outliers", "R@P.80", "R@P.90", "P", "R"):
        table.add_column(heading, no_wrap=True)
    for group, settings in result.settings.items():
        for natural in NATURAL:
            points = [result.at(group, natural, precision) for precision in (0.8, 0.9)]
            recalls = [f"{point.recall:.3f}" if point else "-" for point in points]
            audited = result.as_audited(group, natural)
            figures = (f"{audited.precision:.3f}", f"{audited.recall:.3f}") if audited else ("-", "-")
            outliers = f"{result.outliers[group]} {natural}"
            table.add_row(f"{group} ({settings})", outliers, *recalls, *figures)
    return table
