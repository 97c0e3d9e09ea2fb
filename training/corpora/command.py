"""The command `download`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from training.console import console
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
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with resumable(), Progress(*columns, console=console) as progress, downloads.open_client() as client:
        tasks: dict[str, TaskID] = {}

        def show(file: str, done: int, total: int | None) -> None:
            if file not in tasks:
                tasks[file] = progress.add_task(file)
            progress.update(tasks[file], completed=done, total=total)

        downloads.download(collection, folder / name, client, show)
    console.print(f"train on it with --corpus {folder / name}", soft_wrap=True)
