"""The command `audit`."""

from pathlib import Path
from typing import Annotated

import typer

from training.audit.agreement import agree
from training.audit.audit import audit as audit_library
from training.audit.report import describe_shift, write_report
from training.console import ConsoleReporter, console
from training.corpora import find_corpora
from training.corpora.exclusions import read_exclusions
from training.corpora.reading import read_corpora
from training.options import AcceptLicence, Exclude


def audit(
    corpora: Annotated[
        list[str], typer.Argument(metavar="CORPUS", help="Books or paths, as for `fit --corpus`.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for audit.csv, audit.html and the lists exclude.txt, outliers.txt and aliases.txt."
        ),
    ],
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    suspects: Annotated[
        Path | None,
        typer.Option(
            "--known",
            help="List of settings suspected of wrong titles; the audit reports how far it agrees with it.",
        ),
    ] = None,
) -> None:
    """Find titles on the wrong tune from the music alone."""
    with ConsoleReporter() as report:
        listed = read_exclusions(suspects) if suspects else None
        library = read_corpora(find_corpora(corpora, accept_licence), report, exclude).library
        result = audit_library(library, report.step)
        write_report(result, out)
    misfits = sum(finding.kind == "misfit" for finding in result.findings)
    twins = len(result.findings) - misfits
    counts = f"{misfits} misfits, {twins} twins, {len(result.proposals)} pairs of aliases"
    console.print(f"{counts}: see {out}", soft_wrap=True)
    console.print(describe_shift(result), soft_wrap=True)
    for row in agree(result, listed) if listed is not None else []:
        console.print(
            f"titles with {row.titles}: {row.settings} settings, {row.listed} on the list, "
            f"{row.flagged} flagged by the audit, {row.both} both",
            soft_wrap=True,
        )
