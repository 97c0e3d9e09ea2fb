"""The command `download`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from index import dump
from training.console import ConsoleReporter, console
from training.corpora import download as downloads
from training.corpora import session_download
from training.corpora.collections import COLLECTIONS
from training.options import resumable


def download(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join((*COLLECTIONS, dump.NAME))}.")],
    folder: Annotated[Path, typer.Option(help="Folder in which the collection gets its own folder.")] = Path(
        "downloads"
    ),
    accept_licence: Annotated[
        bool,
        typer.Option(
            "--accept-licence",
            help="Confirm that you have read the licence and accept it. Only thesession asks for it.",
        ),
    ] = False,
) -> None:
    """Download a collection, to train on or to re-index. Run it again to resume when interrupted.

    thesession is the dump that The Session publishes, under a licence that you must accept first.
    """
    if name == dump.NAME:
        _download_dump(folder / name, accept_licence)
        return
    if name not in COLLECTIONS:
        available = ", ".join((*COLLECTIONS, dump.NAME))
        raise downloads.DownloadError(f"there is no collection {name}; these can be downloaded: {available}")
    collection = COLLECTIONS[name]
    console.print(f"{collection.description}: {collection.licence}; see {collection.source}", soft_wrap=True)
    with ConsoleReporter() as report, resumable(), downloads.open_client() as client:
        downloads.download(collection, folder / name, client, report.step)
    console.print(f"train on it with --corpus {folder / name}", soft_wrap=True)


def is_person() -> bool:
    """Whether somebody can answer a question on the terminal."""
    return sys.stdin.isatty()


def _download_dump(folder: Path, is_accepted: bool) -> None:
    console.print(session_download.TERMS, soft_wrap=True)
    if not is_accepted and is_person():
        is_accepted = typer.confirm("Do you accept this licence?")
    if not is_accepted:
        raise downloads.DownloadError(
            "the licence was not accepted, and nothing was downloaded; --accept-licence accepts it"
        )
    with ConsoleReporter() as report, resumable(), downloads.open_client() as client:
        rows = session_download.download_dump(folder, client, report.step, session_download.URL)
    (folder / dump.ACCEPTED).write_text(f"{session_download.TERMS}\n", encoding="utf-8")
    console.print(
        f"{rows.settings:,} settings and {rows.aliases:,} aliases; {rows.faults:,} rows cannot be used\n"
        f"let the service know them with TUNEBOOKS={folder} and a re-index, or train on them with "
        f"--corpus {folder}",
        soft_wrap=True,
    )
