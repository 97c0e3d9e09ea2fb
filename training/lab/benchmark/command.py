"""The commands `benchmark` and `scale`."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Annotated

import typer

from index import artifact as artifacts_on_disk
from index.artifact import Artifact
from index.command_line import Artifacts, Device
from model.device import DeviceName, pick_device
from training.console import ConsoleReporter, console
from training.corpora import FOREIGN, find_corpora, find_foreign
from training.corpora.exclusions import read_exclusions
from training.lab.benchmark.benchmark import FIGURES, WORK, Benchmark, BenchmarkData
from training.lab.benchmark.protocols import PROTOCOLS
from training.lab.benchmark.scale import SIZES, measure_costs
from training.lab.benchmark.systems import SYSTEMS
from training.lab.leaks import LeakError
from training.lab.workspace import Workspace
from training.options import AcceptLicence, Exclude, resumable


def _one_of(names: Collection[str]) -> Callable[[list[str] | None], list[str] | None]:
    """A callback that refuses other names."""

    def check(chosen: list[str] | None) -> list[str] | None:
        for name in chosen or ():
            if name not in names:
                raise typer.BadParameter(f"{name!r} is not one of {', '.join(names)}")
        return chosen

    return check


def benchmark(
    corpus: Annotated[list[str], typer.Option(help="As for `fit`. Repeatable.")],
    out: Annotated[
        Path,
        typer.Option(help="Folder for results.json, results.md, results-tables.md, results/ and answers/."),
    ],
    system: Annotated[
        list[str] | None,
        typer.Argument(
            callback=_one_of(SYSTEMS), metavar="SYSTEM", help=f"Any of {', '.join(SYSTEMS)}; all by default."
        ),
    ] = None,
    artifact: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Artifact with the encoders; by default they are trained on what each protocol allows.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the corpora in the figures; by default their own names.")
    ] = None,
    protocol: Annotated[
        list[str] | None,
        typer.Option(
            callback=_one_of(PROTOCOLS),
            metavar="PROTOCOL",
            help=f"Run only this protocol: {', '.join(PROTOCOLS)}. Repeatable.",
        ),
    ] = None,
    foreign: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Corpus of another tradition for no-match-foreign, such as {FOREIGN}. Repeatable."
        ),
    ] = None,
    heard: Annotated[
        int,
        typer.Option(
            min=0, help="Number of settings to play to the listener for heard; needs the extra listen."
        ),
    ] = 0,
    audited: Annotated[
        Path | None, typer.Option(help="List of settings that are not queries of known-audited.")
    ] = None,
    exclude: Exclude = None,
    accept_licence: AcceptLicence = None,
    artifacts: Artifacts = Path("artifacts"),
    device: Device = "auto",
) -> None:
    """Compare systems on a corpus by one set of protocols. Resumes after an interruption."""
    with ConsoleReporter() as report, resumable():
        corpora = find_corpora(corpus, accept_licence)
        leaks = Benchmark(
            name=name or "+".join(corpus.name for corpus in corpora),
            data=BenchmarkData(
                corpora=corpora,
                excluded=read_exclusions(*exclude or ()),
                audited=read_exclusions(audited) if audited else frozenset(),
                foreign=find_foreign(foreign or (), accept_licence),
                heard=heard,
            ),
            systems=system or list(SYSTEMS),
            protocols=protocol or (),
            artifact=_read_artifact(artifact, device) if artifact else None,
        ).run(out, Workspace(artifacts / WORK, pick_device(device), report))
    console.print(f"see {out / FIGURES}", soft_wrap=True)
    if leaks:
        raise LeakError("not everything was measured: " + "; ".join(map(str, leaks)))


def scale(
    out: Annotated[Path, typer.Option(help="Folder for scale.json and results/scale.png.")],
    titles: Annotated[
        list[int] | None,
        typer.Option(
            min=1000, help="Number of titles; 1,000, 10,000, 100,000 and 1,000,000 by default. Repeatable."
        ),
    ] = None,
    artifacts: Artifacts = Path("artifacts"),
) -> None:
    """Measure what a suggestion costs with up to a million synthetic titles. Linux only."""
    from training.lab.benchmark.scale_report import save_costs, table  # matplotlib is slow to import

    with ConsoleReporter() as report, resumable():
        suggester = artifacts_on_disk.load(artifacts, "cpu").suggester
        out.mkdir(parents=True, exist_ok=True)
        costs = measure_costs(titles or SIZES, suggester, out, report)
        save_costs(costs, out)
    console.print(table(costs), soft_wrap=True)


def _read_artifact(path: Path, device: DeviceName) -> Artifact:
    """The artifact in a folder, or the current one of a folder of artifacts."""
    is_artifact = (path / artifacts_on_disk.MANIFEST).exists()
    read = artifacts_on_disk.read_folder if is_artifact else artifacts_on_disk.load
    return read(path, pick_device(device))
