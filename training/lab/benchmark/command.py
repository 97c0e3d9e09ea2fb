"""The command `python -m training evaluate`."""

import signal
from pathlib import Path
from typing import Annotated

import torch
import typer
from rich.table import Table

from index import artifact
from index.artifact import Artifact, ArtifactError
from index.probes import measure
from model.device import DeviceError, DeviceName, pick_device
from training.console import ConsoleReporter, console
from training.corpora import FOREIGN, find_corpora, find_foreign
from training.corpora.exclusions import read_exclusions
from training.fitting.test_figure import recompute_test
from training.lab.benchmark.benchmark import RESULTS, WORK, Benchmark
from training.lab.benchmark.protocols import PROTOCOLS
from training.lab.benchmark.scale import SIZES
from training.lab.benchmark.scale import measure as measure_cost
from training.lab.benchmark.systems import SYSTEMS
from training.options import FIT_ERRORS, AcceptLicence, Artifacts, Device, Exclude, fail_with, stop


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
            fail_with("the benchmark needs --corpus")
        _recompute(artifacts, device)
        return
    if out is None:
        fail_with("the benchmark needs --out")
    signal.signal(signal.SIGTERM, stop)
    with ConsoleReporter() as report:
        try:
            systems = [one for one in what or () if one in SYSTEMS]
            others = [one for one in what or () if one not in SYSTEMS]
            if len(others) > 1:
                fail_with(f"{' and '.join(others)} are no systems, and only one can be an artifact")
            if strange := set(protocol or ()) - set(PROTOCOLS):
                fail_with(f"{' and '.join(strange)} is no protocol; those are: {', '.join(PROTOCOLS)}")
            corpora = find_corpora(corpus, accept_licence)
            benchmark = Benchmark(
                name=name or "+".join(found.name for found in corpora),
                corpora=corpora,
                systems=systems or list(SYSTEMS),
                protocols=protocol or (),
                excluded=read_exclusions(*exclude or ()),
                audited=read_exclusions(audited) if audited else frozenset(),
                foreign=find_foreign(foreign or (), accept_licence),
                artifact=_find_artifact(Path(others[0]), device) if others else None,
            )
            leaks = benchmark.run(out, artifacts / WORK, pick_device(device), report)
        except (*FIT_ERRORS, ValueError) as error:
            fail_with(error)
        except KeyboardInterrupt:
            console.print("interrupted; the same command trains on from the last checkpoint")
            raise typer.Exit(130) from None
    console.print(f"see {out / RESULTS}", soft_wrap=True)
    if leaks:
        fail_with("not everything was measured: " + "; ".join(map(str, leaks)))


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
        fail_with(error)
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
