"""The command line: `python -m training fit`, `evaluate`, `audit` and `download`."""

import signal
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal, NoReturn

import torch
import typer
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from index import artifact
from index.artifact import Artifact, ArtifactError
from index.probes import measure
from index.tunebook import TunebookError
from model.device import DeviceError, DeviceName, pick_device
from training.addresses import COLLECTIONS
from training.aliases import AliasError, read_aliases
from training.audit import audit as audit_titles
from training.audit_check import NATURAL, Check, agree, check
from training.audit_report import shift_told, write_report
from training.benchmark.benchmark import RESULTS, WORK, Benchmark
from training.benchmark.protocols import PROTOCOLS
from training.benchmark.systems import SYSTEMS
from training.console import ConsoleReporter, console
from training.corpora import BOOKS, FOREIGN, find_corpora, find_foreign
from training.curate import CurationError, curate
from training.download import DownloadError, download, open_client
from training.evaluate import recompute_test
from training.exclusions import ExclusionError, read_exclusions, unmatched_told
from training.fit import fit as fit_artifact
from training.split import SplitError
from training.towers import FitConfig

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_READ_ERRORS = (TunebookError, CurationError, ExclusionError, AliasError, OSError)
_FIT_ERRORS = (*_READ_ERRORS, SplitError, ArtifactError, DeviceError)

Artifacts = Annotated[Path, typer.Option(envvar="ARTIFACTS", help="Folder of the published artifacts.")]
Exclude = Annotated[
    list[Path] | None,
    typer.Option(
        help="A list of settings to leave out, as exclude.txt of `audit`; may be given several times."
    ),
]
AcceptLicence = Annotated[
    Literal["thesession"] | None,
    typer.Option(help="Of a source that asks for it: you have read its licence and accept it."),
]
Device = Annotated[DeviceName, typer.Option(envvar="DEVICE", help="auto is a GPU when there is one.")]


@app.callback()
def main() -> None:
    """Train and measure the encoders that put names to tunes."""


@app.command()
def fit(
    corpus: Annotated[
        list[str] | None,
        typer.Option(
            help=f"A book ({', '.join(BOOKS)}), or the path of a tunebook, a folder or a tar of ABC, or of a "
            "dump of The Session; may be given several times. Without it: all three books."
        ),
    ] = None,
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    aliases: Annotated[
        Path | None,
        typer.Option(help="A list of settings whose titles are one, as `audit` proposes them: aliases.txt."),
    ] = None,
    artifacts: Artifacts = Path("artifacts"),
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of everything that is drawn.")] = 0,
    device: Device = "auto",
    if_needed: Annotated[
        bool,
        typer.Option("--if-needed", help="Do nothing if there is an artifact that this version can read."),
    ] = False,
) -> None:
    """Learn from corpora and publish an artifact. Interrupted, it goes on when called again."""
    if if_needed and _is_readable(artifacts):
        return
    signal.signal(signal.SIGTERM, _stop)
    with ConsoleReporter() as report:
        try:
            config = replace(FitConfig(), seed=seed)
            corpora = find_corpora(corpus or BOOKS, [accept_licence] if accept_licence else [])
            for found in corpora:
                report.say(f"{found.name}: {found.licence}")
            excluded = frozenset().union(*map(read_exclusions, exclude or ()))
            pairs = read_aliases(aliases) if aliases else frozenset()
            version = fit_artifact(corpora, config, artifacts, pick_device(device), report, excluded, pairs)
        except BlockingIOError:
            _fail(f"another training is at work in {artifacts}")
        except _FIT_ERRORS as error:
            _fail(error)
        except KeyboardInterrupt:
            console.print(
                "interrupted; the same command goes on from the last checkpoint, if one was written"
            )
            raise typer.Exit(130) from None
    console.print(f"published {artifacts / version}")


@app.command()
def audit(
    corpus: Annotated[list[str], typer.Argument(help="Books or paths, as for `fit --corpus`.")],
    out: Annotated[Path, typer.Option(help="Folder for audit.csv, audit.html, exclude.txt and aliases.txt.")],
    accept_licence: AcceptLicence = None,
    exclude: Exclude = None,
    known: Annotated[
        Path | None,
        typer.Option(help="A list of settings thought to bear wrong titles: tell how the audit agrees."),
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Plant wrong titles and tell how many are found, instead.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of what --measure plants.")] = 0,
) -> None:
    """Find titles on the wrong tune from the music alone."""
    with ConsoleReporter() as report:
        try:
            excluded = frozenset().union(*map(read_exclusions, exclude or ()))
            listed = read_exclusions(known) if known else frozenset()
            corpora = find_corpora(corpus, [accept_licence] if accept_licence else [])
            read = curate(corpora, report.step("reading"), excluded)
            if not read.tunes:
                raise CurationError(f"no tune can be audited; {len(read.skipped)} were left out")
            if read.unmatched:
                report.say(unmatched_told(read.unmatched))
            report.say(f"{len(read.catalogue)} titles, {len(read.tunes)} settings")
            out.mkdir(parents=True, exist_ok=True)
            if measure:
                measured = check(read.catalogue, read.tunes, seed)
                _tell_check(measured)
                measured.save(out / "measure.csv")
                from training.audit_plot import draw  # matplotlib takes its time, and a folder to write to

                draw(measured, out / "measure.png")
                return
            found = audit_titles(read.catalogue, read.tunes, report.step("comparing", len(read.tunes)))
            write_report(found, out)
        except _READ_ERRORS as error:
            _fail(error)
    misfits = sum(one.kind == "misfit" for one in found.findings)
    counts = (
        f"{misfits} misfits, {len(found.findings) - misfits} twins, {len(found.proposals)} pairs of aliases"
    )
    console.print(f"{counts}: see {out}", soft_wrap=True)
    console.print(shift_told(found), soft_wrap=True)
    for row in agree(found, listed) if known else []:
        console.print(
            f"titles with {row.titles}: {row.settings} settings, {row.listed} listed, {row.found} found, "
            f"{row.both} both",
            soft_wrap=True,
        )


@app.command()
def evaluate(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ARTIFACT|SYSTEM]...",
            help=f"Systems ({', '.join(SYSTEMS)}), all without any. With the folder of an artifact the "
            "encoders are its own, else they are trained on what each protocol allows.",
        ),
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option(help="As for `fit`. Without it the current artifact's own figures are measured again."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for results.json, results.md, results/ and answers/.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="What the figures call the corpora together.")] = None,
    protocol: Annotated[
        list[str] | None, typer.Option(help="Only this one; may be given several times.")
    ] = None,
    foreign: Annotated[
        list[str] | None,
        typer.Option(help=f"A corpus of another tradition, for no-match-foreign; {FOREIGN} is at hand."),
    ] = None,
    audited: Annotated[
        Path | None, typer.Option(help="A list of settings that known-audited does not ask, as --exclude.")
    ] = None,
    exclude: Exclude = None,
    accept_licence: AcceptLicence = None,
    artifacts: Artifacts = Path("artifacts"),
    device: Device = "auto",
) -> None:
    """Measure systems on a corpus by one set of protocols; or measure an artifact's own figures again."""
    if not corpus:
        if what or out:
            _fail("the benchmark needs --corpus")
        _recompute(artifacts, device)
        return
    if out is None:
        _fail("the benchmark needs --out")
    signal.signal(signal.SIGTERM, _stop)
    with ConsoleReporter() as report:
        try:
            systems = [one for one in what or () if one in SYSTEMS]
            others = [one for one in what or () if one not in SYSTEMS]
            if len(others) > 1:
                _fail(f"{' and '.join(others)} are no systems, and only one can be an artifact")
            if strange := set(protocol or ()) - set(PROTOCOLS):
                _fail(f"{' and '.join(strange)} is no protocol; those are: {', '.join(PROTOCOLS)}")
            accepted = [accept_licence] if accept_licence else []
            corpora = find_corpora(corpus, accepted)
            benchmark = Benchmark(
                name=name or "+".join(found.name for found in corpora),
                corpora=corpora,
                systems=systems or list(SYSTEMS),
                protocols=protocol or (),
                excluded=frozenset().union(*map(read_exclusions, exclude or ())),
                audited=read_exclusions(audited) if audited else frozenset(),
                foreign=find_foreign(foreign or (), accepted),
                artifact=_find_artifact(Path(others[0]), device) if others else None,
            )
            leaks = benchmark.run(out, artifacts / WORK, pick_device(device), report)
        except (*_FIT_ERRORS, ValueError) as error:
            _fail(error)
        except KeyboardInterrupt:
            console.print("interrupted; the same command trains on from the last checkpoint")
            raise typer.Exit(130) from None
    console.print(f"see {out / RESULTS}", soft_wrap=True)
    if leaks:
        _fail("not everything was measured: " + "; ".join(map(str, leaks)))


@app.command("download")
def download_collection(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(COLLECTIONS)}.")],
    folder: Annotated[Path, typer.Option(help="Where its own folder goes.")] = Path("downloads"),
) -> None:
    """Download a collection with a free licence, to train on. Interrupted, it goes on when called again."""
    if name not in COLLECTIONS:
        _fail(f"nothing is known of {name}; what can be downloaded: {', '.join(COLLECTIONS)}")
    collection = COLLECTIONS[name]
    console.print(f"{collection.description}: {collection.licence}; see {collection.source}", soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console) as progress, open_client() as client:
        tasks: dict[str, TaskID] = {}

        def show(file: str, done: int, total: int | None) -> None:
            if file not in tasks:
                tasks[file] = progress.add_task(file)
            progress.update(tasks[file], completed=done, total=total)

        try:
            download(collection, folder / name, client, show)
        except (DownloadError, OSError) as error:
            _fail(error)
        except KeyboardInterrupt:
            console.print("interrupted; the same command goes on where it was")
            raise typer.Exit(130) from None
    console.print(f"train on it with --corpus {folder / name}", soft_wrap=True)


def _tell_check(measured: Check) -> None:
    """Print recall at two levels of precision, and both at the audit's own threshold."""
    table = Table(box=None)
    for heading in ("titles of", "natural outliers", "R@P.80", "R@P.90", "P", "R"):
        table.add_column(heading, no_wrap=True)
    for group, settings in measured.settings.items():
        for natural in NATURAL:
            points = [measured.at(group, natural, precision) for precision in (0.8, 0.9)]
            recalls = [f"{point.recall:.3f}" if point else "-" for point in points]
            audited = measured.as_audited(group, natural)
            figures = (f"{audited.precision:.3f}", f"{audited.recall:.3f}") if audited else ("-", "-")
            outliers = f"{measured.outliers[group]} {natural}"
            table.add_row(f"{group} ({settings})", outliers, *recalls, *figures)
    console.print(table)


def _find_artifact(path: Path, device: DeviceName) -> Artifact:
    """The artifact in a folder, or the current one of a folder of artifacts."""
    read = artifact.read_folder if (path / artifact.MANIFEST).exists() else artifact.load
    return read(path, pick_device(device))


def _recompute(artifacts: Path, device: DeviceName) -> None:
    """Measure what the manifest of the current artifact says again: from its own files alone."""
    try:
        loaded = artifact.load(artifacts, pick_device(device))
        test = recompute_test(loaded, pick_device(device))
    except (ArtifactError, DeviceError) as error:
        _fail(error)
    probes = measure(loaded.probes, loaded.tune_encoder, loaded.title_index, loaded.catalogue)
    recorded = loaded.manifest
    table = Table(box=None)
    for heading in ("figure", "MRR@20", "95 %", "queries", "pool", "chance", "recorded"):
        table.add_column(heading, no_wrap=True)
    for name, mrr, before in (("unseen", test, recorded.test), ("probes", probes, recorded.probes)):
        interval = f"{mrr.low:.4f}-{mrr.high:.4f}"
        counts = (f"{mrr.queries}", f"{mrr.pool}", f"{mrr.chance:.4f}")
        table.add_row(name, f"{mrr.value:.4f}", interval, *counts, f"{before.value:.4f}")
    console.print(table)


def _is_readable(artifacts: Path) -> bool:
    try:
        found = artifact.load(artifacts, torch.device("cpu"))
    except ArtifactError as error:
        console.print(f"{error}", soft_wrap=True)
        return False
    console.print(f"{found.path} is ready", soft_wrap=True)
    return True


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _fail(error: Exception | str) -> NoReturn:
    console.print(f"error: {error}", soft_wrap=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
