"""The command `gan-ainm report`: an artifact as one HTML page of figures, plots and notes."""

from pathlib import Path
from typing import Annotated

import typer

import service
from index import artifact
from index.command_line import Artifacts
from training.console import ConsoleReporter, console

_ABCJS = "abcjs-*-basic-min.js", "abcjs-*-LICENSE.txt"  # in the page of the service


def report(
    artifacts: Artifacts = Path("artifacts"),
    out: Annotated[
        Path, typer.Option(dir_okay=False, writable=True, help="The HTML file. It replaces one of this name.")
    ] = Path("report.html"),
) -> None:
    """Make one HTML page about the current artifact: how it learned, how well it ranks, where it is wrong.

    The page needs no other file and no network. Everything in it is measured on the artifact alone.
    """
    from training.report.page import page  # needs the extra `train`
    from training.report.reporting import make_report

    if not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="--out")
    with ConsoleReporter() as reporter:
        loaded = artifact.load(artifacts, "cpu")
        text = page(make_report(loaded, reporter.step), _abcjs())
        out.write_text(text, encoding="utf-8")
    console.print(f"wrote {out}, {len(text.encode()) / 2**20:.1f} MB", soft_wrap=True)


def _abcjs() -> str:
    """The code of abcjs with its licence, which must go with every copy."""
    folder = Path(str(service.__file__)).parent / "page"
    code, licence = (next(folder.glob(pattern)).read_text(encoding="utf-8") for pattern in _ABCJS)
    return f"/*\n{licence}*/\n{code}"
