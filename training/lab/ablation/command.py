"""The command `ablate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from index.command_line import Artifacts, Device
from index.publication import locked
from model.device import pick_device
from training.console import ConsoleReporter, console
from training.lab.ablation.ablate import Ablation
from training.lab.ablation.cell import Outcome
from training.lab.ablation.plan import Plan, read_plan
from training.lab.ablation.report import report as write_report
from training.lab.workspace import Workspace
from training.options import AcceptLicence, resumable

FOLDER, WORK = "ablation", ".ablation"  # in the folder of results, and in that of artifacts
_LOCK = ".lock"  # in the folder of work


def ablate(
    plan: Annotated[Path, typer.Argument(help="Plan as a TOML file, such as docs/ablation.toml.")],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for ablation.md, ablation/, results.json and results/; also for results.md and "
            "results-tables.md when systems of the benchmark are in the plan."
        ),
    ],
    accept_licence: AcceptLicence = None,
    artifacts: Artifacts = Path("artifacts"),
    device: Device = "auto",
) -> None:
    """Train and compare the systems of a plan. Resumes after an interruption."""
    outcomes: list[Outcome] = []
    checked_plan = read_plan(plan)
    work = artifacts / WORK / plan.stem
    with resumable(), locked(work / _LOCK, wait=False):
        try:
            with ConsoleReporter() as report:
                workspace = Workspace(work, pick_device(device), report)
                for outcome in Ablation(checked_plan, out / FOLDER, workspace, accept_licence).outcomes():
                    outcomes.append(outcome)
        except KeyboardInterrupt:  # the finished cells can already be compared
            _report(checked_plan, outcomes, out)
            raise
    _report(checked_plan, outcomes, out)


def _report(plan: Plan, outcomes: Sequence[Outcome], out: Path) -> None:
    write_report(plan, outcomes, out)
    console.print(f"see {out / 'ablation.md'}", soft_wrap=True)
