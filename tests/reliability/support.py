"""What the tools share: a copy of the artifacts, the memory of a process, percentiles."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

os.environ["OMP_NUM_THREADS"] = "1"  # also for the processes that a tool starts; must precede FAISS

Artifacts = Annotated[Path, typer.Option(help="Folder of the published artifacts; it is only read.")]
ARTIFACTS = Path("artifacts")


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder."""
    with tempfile.TemporaryDirectory(prefix="gan-ainm-") as name:
        yield Path(name)


def copy_current(artifacts: Path, to: Path) -> Path:
    """Copy the current artifact into a new folder of artifacts, and return that folder."""
    current = (artifacts / "current").resolve(strict=True)
    to.mkdir(parents=True)
    shutil.copytree(current, to / current.name)
    (to / "current").symlink_to(current.name)
    return to


def private_bytes(pid: int) -> int:
    """The memory of a process that no file backs and no other process shares: what a leak would add to."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name == "Private_Dirty":
            return int(rest.split()[0]) * 1024
    raise ValueError(f"process {pid} has no Private_Dirty")


def percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    """p50, p95 and p99."""
    p50, p95, p99 = np.percentile(seconds, [50, 95, 99]).tolist()
    return p50, p95, p99
