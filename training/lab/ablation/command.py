"""The command `python -m training ablate`."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from index.publication import locked
from model.device import pick_device
from training.console import ConsoleReporter, console
from training.lab.ablation.ablate import Ablation
from training.lab.ablation.cell import Outcome
from training.lab.ablation.plan import PlanError, read_plan
from training.lab.benchmark.run import LeakError
from training.options import FIT_ERRORS, AcceptLicence, Artifacts, Device, end_interrupted, fail_with, stop

FOLDER, WORK = "ablation", ".ablation"  # in the folder of results, and in that of artifacts


def ablate(
    plan: Annotated[Path, typer.Argument(help="A plan as a TOML file; docs/ablation.toml is one.")],
    out: Annotated[
        Path,
        typer.Option(help="Folder for ablation.md, results.md, results.json, plots and cells."),
    ],
    accept_licence: AcceptLicence = None,
    artifacts: Artifacts = Path("artifacts"),
    device: Device = "auto",
) -> None:
    """Train and compare the systems of a plan. Interrupted, it goes on when called again."""
    signal.signal(signal.SIGTERM, stop)
    done: list[Outcome] = []
    interrupted = False
    try:
        planned = read_plan(plan)
        work = artifacts / WORK / plan.stem
        with locked(work, wait=False), ConsoleReporter() as report:
            ablation = Ablation(planned, out / FOLDER, work, pick_device(device), report, accept_licence)
            try:
                for outcome in ablation.outcomes():
                    done.append(outcome)
            except KeyboardInterrupt:
                interrupted = True
        from training.lab.ablation.report import report as write_report  # matplotlib takes its time

        write_report(planned, done, out)
    except BlockingIOError:
        fail_with(f"another ablation of this plan is at work in {artifacts}")
    except (PlanError, LeakError, ValueError, *FIT_ERRORS) as error:
        fail_with(error)
    console.print(f"see {out / 'ablation.md'}", soft_wrap=True)
    if interrupted:
        end_interrupted()
