"""What the tools share: copies of artifacts, jobs, the memory of a process, percentiles."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import numpy as np
import typer

from index.artifact import current_version
from index.catalogue import Catalogue
from index.suggester import CATALOGUE

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


def finished_job(url: str, key: str, seconds: float = 600) -> dict[str, Any]:
    """Start a re-index, and return its job once it has ended. If none can start, the job has failed."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as client:
        started = client.post("/admin/reindex")
        if started.status_code == 503:  # the record of the job cannot be written
            return {"status": "failed", "error": started.json()["detail"]}
        assert started.status_code == 202, started.text
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            job: dict[str, Any] = client.get(started.headers["Location"]).json()
            if job["status"] not in ("queued", "running"):
                return job
            time.sleep(0.1)
    raise TimeoutError(f"a re-index does not end within {seconds:g} s")


def small_tunebook(artifacts: Path, file: Path, count: int = 240) -> Path:
    """Write some settings of the current catalogue into a tunebook: little to train on, so it is fast."""
    settings = Catalogue.load(artifacts / current_version(artifacts) / CATALOGUE).settings
    file.write_text("\n".join(setting.abc for setting in settings[:count]), encoding="utf-8")
    return file
