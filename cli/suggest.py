"""The command `suggest`: names tunes, and writes the names into their tunebooks."""

from pathlib import Path
from typing import Annotated

import typer

from cli.answers import AnswerTable, Show, print_json
from cli.console import is_terminal, progress_bars
from cli.diff import unified_diff
from cli.namer import Namer, NamerError, open_namer
from cli.sources import STANDARD_INPUT, Source, read_sources
from cli.titling import TitlingError, new_title, replace
from index.command_line import Artifacts, Device
from index.progress import OnStep, counted
from index.retitle import RetitleError, retitle
from index.tunebook import TunebookError
from model.abc import AbcError

NOTHING_KNOWN = 3  # exit status


def suggest(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Tunebooks in ABC, MusicXML (.musicxml, .xml, .mxl), MIDI or sound (.wav), or folders or "
            "tar archives of them; `-` or no file reads standard input.",
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=1, max=100, help="Titles per tune, 1 to 100.")] = 5,
    as_json: Annotated[
        bool | None,
        typer.Option(
            "--json/--table",
            help="A line of JSON for each tune, or a table. Default: a table on a terminal, otherwise JSON.",
            show_default=False,
        ),
    ] = None,
    write: Annotated[
        bool,
        typer.Option(
            "--write",
            help="Fill the titles of known tunes into the ABC files, and keep each old file as FILE.bak.",
        ),
    ] = False,
    min_confidence: Annotated[
        float,
        typer.Option(min=0, max=1, help="How sure a title must be for --write and --dry-run, 0 to 1."),
    ] = 0.9,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what --write would change as a diff, and change nothing.")
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            envvar="GAN_AINM_URL",
            help="Ask the service at this address instead of an artifact.",
        ),
    ] = None,
    artifacts: Artifacts = Path("artifacts"),
    device: Device = "auto",
) -> None:
    """Suggest titles for every tune of the files, each with the evidence for it.

    Tunes and files that cannot be read are reported on standard error, and the others are named.

    Exit status:

    0: at least one tune is known

    1: a file could not be written; or no tune is known, and something could not be read

    2: wrong options

    3: no tune is known
    """
    names = files or [STANDARD_INPUT]
    if (write or dry_run) and STANDARD_INPUT in names:
        raise typer.BadParameter("titles cannot be written into standard input", param_hint="--write")
    show: Show | None = None
    if not dry_run:
        show = print_json if as_json or (as_json is None and not is_terminal()) else AnswerTable()
    with open_namer(url, artifacts, device) as namer, progress_bars(dry_run or not is_terminal()) as on_step:
        run = _Run(namer, top, min_confidence, show)
        for source in read_sources(names, run.report):
            titles = run.name_tunes(source, on_step)
            if write or dry_run:
                run.write(source, titles, dry_run)
    if not run.read:
        raise TunebookError(f"no tune could be read from {', '.join(names)}")
    if run.unwritten or (run.faults and not run.known):
        raise typer.Exit(1)
    if not run.known:
        raise typer.Exit(NOTHING_KNOWN)


class _Run:
    """One call of the command, and what became of its tunes.

    Attributes
    ----------
    read, known : tunes that could be read; those of them that are known
    faults : files and tunes that could not be read or named
    unwritten : files that could not be written
    """

    def __init__(self, namer: Namer, top: int, min_confidence: float, show: Show | None) -> None:
        self._namer, self._top, self._min_confidence, self._show = namer, top, min_confidence, show
        self.read = self.known = self.faults = self.unwritten = 0

    def report(self, fault: str) -> None:
        """Report something that could not be read."""
        self.faults += 1
        typer.echo(fault, err=True)

    def name_tunes(self, source: Source, on_step: OnStep) -> dict[int, str]:
        """Name the tunes of a source. Returns the new title of each tune that should get one, by number."""
        titles = {}
        for tune in counted(source.tunes(), on_step(source.name, len(source.book))):
            if isinstance(tune.tune, AbcError):
                typer.echo(f"{tune.reference}:{tune.tune.column}: {tune.tune.message}", err=True)
                continue
            self.read += 1
            try:
                suggestions = self._namer.suggest(tune.tune, self._top)
            except NamerError as error:
                self.report(f"{tune.reference}: {error}")
                continue
            self.known += suggestions.known
            if self._show:
                self._show(tune, suggestions, (*source.warnings, *suggestions.warnings))
            title = new_title(tune, suggestions, self._min_confidence)
            if title:
                titles[tune.number] = title
        return titles

    def write(self, source: Source, titles: dict[int, str], dry_run: bool) -> None:
        """Write titles into a source, or only show what would change."""
        if source.path is None:
            typer.echo(f"{source.name}: titles can be written only into an ABC file", err=True)
            return
        try:
            content, changes, untouched = retitle(source.content, titles)
            for number in untouched:
                typer.echo(f"{source.name}: tune {number} has no line of its own for a title", err=True)
            written = f"{len(changes)} of {len(source.book)} tunes"
            if dry_run:
                for line in unified_diff(source.name, source.content, changes):
                    typer.echo(line)
                typer.echo(f"{source.name}: {written} would get a title", err=True)
            elif changes:
                backup = replace(source.path, source.content, content)
                typer.echo(f"{source.name}: {written} got a title; the old file is {backup.name}", err=True)
            else:
                typer.echo(f"{source.name}: no tune got a title", err=True)
        except (RetitleError, TitlingError, OSError) as error:
            self.unwritten += 1
            typer.echo(f"error: {source.name}: {error}", err=True)
