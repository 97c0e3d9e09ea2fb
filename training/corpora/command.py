"""The command `download`."""

from pathlib import Path
from typing import Annotated

import typer

from training.console import ConsoleReporter, console
from training.corpora import download as downloads
from training.corpora.collections import COLLECTIONS
from training.options import resumable


def download(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(COLLECTIONS)}.")],
    folder: Annotated[Path, typer.Option(help="Folder in which the collection gets its own folder.")] = Path(
        "downloads"
    ),
) -> None:
    """Download a collection with a free licence, to train on. Run it again to resume when interrupted."""
    if name not in COLLECTIONS:
        available = ", ".join(COLLECTIONS)
        raise downloads.DownloadError(f"there is no collection {name}; these can be downloaded: {available}")
    collection = COLLECTIONS[name]
    console.print(f"{collection.description}: {collection.licence}; see {collection.source}", soft_wrap=True)
    with ConsoleReporter() as report, resumable(), downloads.open_client() as client:
        downloads.download(collection, folder / name, client, report.step)
    console.print(f"train on it with --corpus {folder / name}", soft_wrap=True)
