"""Draws the pictures of docs/how-it-works.md: `python -m training.lab.pictures`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from matplotlib.figure import Figure

from index.artifact import Artifact, load
from training.lab.pictures import (
    alignment,
    canvas,
    fitting,
    grams,
    keys,
    learning,
    notes,
    ranking,
    request,
    space,
)
from training.lab.pictures.example import KNOWN, MADE_UP, STRANGE, Example


def pictures(artifact: Artifact) -> Iterator[tuple[str, Figure]]:
    """Every picture with its name."""
    known, strange, made_up = (Example(abc, artifact.suggester) for abc in (KNOWN, STRANGE, MADE_UP))
    yield "request", request.draw(known)
    yield "notes", notes.draw(known)
    yield "keys", keys.draw(known)
    yield "grams", grams.draw(known)
    yield "space", space.draw(known)
    yield "alignment", alignment.draw(known)
    yield "ranking", ranking.draw(known, strange, made_up)
    yield "training", fitting.draw(artifact)
    yield "learning", learning.draw(artifact)


def main(
    artifacts: Annotated[
        Path, typer.Option(help="Folder of the artifacts; the pictures show the current one.")
    ] = Path("artifacts"),
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("docs/how-it-works"),
) -> None:
    """Draw the pictures of docs/how-it-works.md from an artifact of the three books."""
    out.mkdir(parents=True, exist_ok=True)
    with canvas.style():
        for name, picture in pictures(load(artifacts, "cpu")):
            canvas.save(picture, out / f"{name}.svg")


if __name__ == "__main__":
    typer.run(main)
