"""The command line: `python -m training`, from learning to measuring."""

import signal
from pathlib import Path
from typing import Annotated

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
from index.artifact import ArtifactError
from model.device import pick_device
from training.audit.audit import audit as audit_titles
from training.audit.report import shift_told, write_report
from training.console import ConsoleReporter, console
from training.corpora import BOOKS, find_corpora
from training.corpora.aliases import read_aliases
from training.corpora.collections import COLLECTIONS
from training.corpora.curate import CurationError, curate
from training.corpora.download import DownloadError, download, open_client
from training.corpora.exclusions import read_exclusions, unmatched_told
from training.fitting.config import TitleName, TuneName, preset
from training.fitting.fit import fit as fit_artifact
from training.lab.ablation.command import ablate
from training.lab.audit_check.check import NATURAL, Check, agree, check
from training.lab.benchmark.command import evaluate
from training.lab.benchmark.scale import SIZES
from training.lab.benchmark.scale import measure as measure_cost
from training.lab.pretraining.command import pretrain
from training.options import (
    FIT_ERRORS,
    READ_ERRORS,
    AcceptLicence,
    Aliases,
    Artifacts,
    Device,
    Exclude,
    end_interrupted,
    fail_with,
    stop,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(evaluate)
app.command()(ablate)
app.command()(pretrain)


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
    aliases: Aliases = None,
    artifacts: Artifacts = Path("artifacts"),
    encoder: Annotated[
        TuneName,
        typer.Option(help="Of tunes: n-grams, or a recurrent or a convolutional network, to compare."),
    ] = "ngram",
    title_encoder: Annotated[
        TitleName,
        typer.Option(help="Of names: n-grams, or a frozen sentence model (the extra `sentence`)."),
    ] = "ngram",
    pretrained: Annotated[
        Path | None,
        typer.Option(help="With `--encoder rnn`: a file of `pretrain`, whose note model it begins with."),
    ] = None,
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
    signal.signal(signal.SIGTERM, stop)
    with ConsoleReporter() as report:
        try:
            config = preset(encoder, title_encoder, seed)
            corpora = find_corpora(corpus or BOOKS, accept_licence)
            for found in corpora:
                report.say(f"{found.name}: {found.licence}")
            excluded = read_exclusions(*exclude or ())
            pairs = read_aliases(aliases) if aliases else frozenset()
            version = fit_artifact(
                corpora, config, artifacts, pick_device(device), report, excluded, pairs, pretrained
            )
        except BlockingIOError:
            fail_with(f"another training is at work in {artifacts}")
        except FIT_ERRORS as error:
            fail_with(error)
        except KeyboardInterrupt:
            end_interrupted()
    console.print(f"published {artifacts / version}")


@app.command()
def audit(
    corpus: Annotated[list[str], typer.Argument(help="Books or paths, as for `fit --corpus`.")],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for audit.csv, audit.html and the lists exclude.txt, outliers.txt, aliases.txt."
        ),
    ],
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
            excluded = read_exclusions(*exclude or ())
            listed = read_exclusions(known) if known else frozenset()
            corpora = find_corpora(corpus, accept_licence)
            read = curate(corpora, report.step("reading"), excluded)
            if not read.library.tunes:
                raise CurationError(f"no tune can be audited; {len(read.skipped)} were left out")
            if read.unmatched:
                report.say(unmatched_told(read.unmatched))
            report.say(f"{len(read.library.catalogue)} titles, {len(read.library.tunes)} settings")
            out.mkdir(parents=True, exist_ok=True)
            if measure:
                measured = check(read.library.catalogue, read.library.tunes, seed)
                _tell_check(measured)
                measured.save(out / "measure.csv")
                from training.lab.audit_check.plot import (
                    draw,  # matplotlib takes its time, and a folder to write to
                )

                draw(measured, out / "measure.png")
                return
            found = audit_titles(
                read.library.catalogue, read.library.tunes, report.step("comparing", len(read.library.tunes))
            )
            write_report(found, out)
        except READ_ERRORS as error:
            fail_with(error)
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
def scale(
    out: Annotated[Path, typer.Option(help="Folder for scale.json and results/scale.png.")],
    titles: Annotated[
        list[int] | None,
        typer.Option(min=1000, help="How many; may be given several times. Without it: 1,000 to 1,000,000."),
    ] = None,
    artifacts: Artifacts = Path("artifacts"),
) -> None:
    """Measure what a suggestion costs with up to a million synthetic titles, made of an artifact's. Linux."""
    signal.signal(signal.SIGTERM, stop)
    with ConsoleReporter() as report:
        try:
            made_of = artifact.load(artifacts, torch.device("cpu"))
            out.mkdir(parents=True, exist_ok=True)
            costs = measure_cost(titles or SIZES, made_of, out, report)
            from training.lab.benchmark.scale_report import save_costs, table  # matplotlib takes its time

            save_costs(costs, out)
        except (ArtifactError, OSError, ValueError) as error:
            fail_with(error)
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
    console.print(table(costs), soft_wrap=True)


@app.command("download")
def download_collection(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(COLLECTIONS)}.")],
    folder: Annotated[Path, typer.Option(help="Where its own folder goes.")] = Path("downloads"),
) -> None:
    """Download a collection with a free licence, to train on. Interrupted, it goes on when called again."""
    if name not in COLLECTIONS:
        fail_with(f"nothing is known of {name}; what can be downloaded: {', '.join(COLLECTIONS)}")
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
            fail_with(error)
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


def _is_readable(artifacts: Path) -> bool:
    try:
        found = artifact.load(artifacts, torch.device("cpu"))
    except ArtifactError as error:
        console.print(f"{error}", soft_wrap=True)
        return False
    console.print(f"{found.path} is ready", soft_wrap=True)
    return True


if __name__ == "__main__":
    app()
