"""The command `duplicates`: finds the same tune several times in tunebooks."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer

from cli.console import is_terminal, progress_bars
from cli.sources import SourceTune, read_sources
from cli.words import describe_bars, describe_key, plain
from index.duplicates import Duplicate, find_duplicates
from index.progress import OnStep, counted
from index.tunebook import TunebookError
from model.abc import AbcError, Tune
from model.nouns import with_noun


def duplicates(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="BOOK...",
            help="Tunebooks, folders or tar archives, as for suggest; `-` is standard input. "
            "All their tunes are compared with each other.",
        ),
    ],
    as_json: Annotated[
        bool | None,
        typer.Option(
            "--json/--table",
            help="A line of JSON for each group, or a table. Default: a table on a terminal, otherwise JSON.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find tunes that tunebooks have more than once, in any key and under any name.

    Tunes with fewer than eight notes are in no group. It needs no artifact.

    Exit status:

    0: the tunes were compared, whether there are duplicates or not

    1: no tune could be read

    2: wrong options
    """
    with progress_bars(wanted=True) as on_step:
        found = list(_read(files, on_step))
        if not found:
            raise TunebookError(f"no tune could be read from {', '.join(files)}")
        groups = _compare([tune for _, tune in found], on_step)
    places = [place for place, _ in found]
    if as_json or (as_json is None and not is_terminal()):
        for group in groups:
            typer.echo(_as_json(group, places))
    else:
        _print_table(groups, places)


def _read(files: Sequence[str], on_step: OnStep) -> list[tuple[SourceTune, Tune]]:
    """All tunes that can be read, each with the place where it is."""
    found = []
    for source in read_sources(files, lambda fault: typer.echo(fault, err=True)):
        for tune in counted(source.tunes(), on_step(f"reading {source.name}", len(source.book))):
            if isinstance(tune.tune, AbcError):
                typer.echo(f"{tune.reference}:{tune.tune.column}: {tune.tune.message}", err=True)
            else:
                found.append((tune, tune.tune))
    return found


def _compare(tunes: list[Tune], on_step: OnStep) -> list[list[Duplicate]]:
    advance = on_step("comparing tunes", None)
    steps = find_duplicates(tunes)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            groups: list[list[Duplicate]] = end.value
            return groups
        advance()


def _as_json(group: list[Duplicate], places: Sequence[SourceTune]) -> str:
    tunes = [
        {
            "reference": places[duplicate.tune].reference,
            "file": places[duplicate.tune].file,
            "line": places[duplicate.tune].heading.line,
            "number": places[duplicate.tune].number,
            "title": places[duplicate.tune].heading.title,
            "similarity": duplicate.similarity,
            "transposition": duplicate.transposition,
            "bars": duplicate.bars,
        }
        for duplicate in group
    ]
    return json.dumps({"tunes": tunes}, ensure_ascii=False)


def _print_table(groups: list[list[Duplicate]], places: Sequence[SourceTune]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, markup=False, emoji=False)
    width = console.width // 3
    if not groups:
        console.print(f"no duplicates among {with_noun(len(places), 'tune')}")
    for number, group in enumerate(groups):
        table = Table(box=None, show_header=number == 0, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column("alike", width=5, justify="right")
        table.add_column("title", width=width, overflow="fold")
        table.add_column("tune", overflow="fold", ratio=1)
        for duplicate in group:
            place = places[duplicate.tune]
            words = [plain(place.reference)]
            if duplicate is not group[0]:
                words += [describe_key(duplicate.transposition), describe_bars(duplicate.bars)]
            title = Text(plain(place.heading.title or "-"))
            table.add_row(f"{duplicate.similarity:.0%}", title, Text("; ".join(filter(None, words))))
        console.print(table)
        console.print()
