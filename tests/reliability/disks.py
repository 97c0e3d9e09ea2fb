"""Fills the disk of the artifacts, and makes it read-only, for a re-index, a fit and the service.

Each has to end with one message that says so; the service goes on with the artifact that it has, and
re-indexes once there is room again. The disk is a small tmpfs, so this needs the right to mount.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from index import load
from tests.reliability.figures import Figures
from tests.reliability.support import (
    ARTIFACTS,
    Artifacts,
    copy_current,
    finished_job,
    scratch,
    small_tunebook,
)
from tests.workers import workers

_KEY = "reliability-reliability"
_DISK = 400 * 10**6  # bytes
_LEFT = (0, 10**6, 4 * 10**6, 12 * 10**6)  # bytes that are free when a writer begins
_FULL = "No space left on device"
_READ_ONLY = "Read-only file system"


def main(artifacts: Artifacts = ARTIFACTS) -> None:
    """Fill a disk and make it read-only."""
    figures = Figures("Full and read-only disks")
    with scratch() as folder, _disk(folder / "disk") as disk:
        tunebook = small_tunebook(artifacts, folder / "tunes.abc")
        root = copy_current(artifacts, disk / "artifacts")
        full = [fault for left in _LEFT for fault in _reindex_on_full_disk(root, folder, left)]
        figures.none(f"faults of re-indexes on a full disk ({len(_LEFT)} sizes)", full)
        full = [_fit(disk / f"fit-{left}", tunebook, _FULL) for left in _LEFT if _fill(disk, left)]
        figures.none(
            f"faults of fits on a full disk ({len(_LEFT)} sizes)", [fault for fault in full if fault]
        )
        _empty(disk)
        _mount(disk, "remount,ro")
        figures.none("faults of a re-index in a read-only folder", _reindex_read_only(root, folder))
        fault = _fit(disk / "fit", tunebook, _READ_ONLY)
        figures.none("faults of a fit in a read-only folder", [fault] if fault else [])
    figures.end()


def _reindex_on_full_disk(root: Path, folder: Path, left: int) -> list[str]:
    """Re-index with some bytes left, then with enough room. Returns what went wrong."""
    faults = []
    with workers(root, folder, WORKERS="1", ADMIN_API_KEY=_KEY) as service:
        _fill(root.parent, left)
        job = finished_job(service.url, _KEY)
        if job["status"] != "failed" or _FULL not in str(job["error"]):
            faults.append(f"{left} bytes left: the job says {str(job)[:150]}")
        if service.suggest() != 200:
            faults.append(f"{left} bytes left: no answer")
        if staged := list(root.glob(".staging-*")):
            faults.append(f"{left} bytes left: {len(staged)} temporary folders are left behind")
        _empty(root.parent)
        job = finished_job(service.url, _KEY)
        if job["status"] != "succeeded":
            faults.append(f"with room again: the job says {str(job)[:150]}")
        faults += _traces(service.log.read_text())
    load(root)
    return faults


def _reindex_read_only(root: Path, folder: Path) -> list[str]:
    faults = []
    with workers(root, folder, WORKERS="1", ADMIN_API_KEY=_KEY) as service:
        job = finished_job(service.url, _KEY)
        if job["status"] != "failed" or _READ_ONLY not in str(job["error"]):
            faults.append(f"the job says {str(job)[:150]}")
        if service.suggest() != 200:
            faults.append("no answer")
        faults += _traces(service.log.read_text())
    return faults


def _fit(root: Path, tunebook: Path, expected: str) -> str:
    """Train where it cannot be written. Returns what went wrong, if anything."""
    command = [sys.executable, "-m", "training", "fit", "--corpus", str(tunebook), "--artifacts", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 1:
        return f"{root.name} exits with {done.returncode}"
    if _traces(done.stderr) or expected not in done.stderr:
        return f"{root.name}: {done.stderr.strip().splitlines()[-1][:150]}"
    return ""


def _traces(log: str) -> list[str]:
    return ["a traceback in the log"] if "Traceback" in log else []


def _fill(disk: Path, left: int) -> bool:
    """Fill the disk until only some bytes are left."""
    _empty(disk)
    space = os.statvfs(disk)
    with (disk / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(space.f_bavail * space.f_frsize - left, 1))
    return True


def _empty(disk: Path) -> None:
    (disk / "filler").unlink(missing_ok=True)


@contextmanager
def _disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    _mount(folder, f"size={_DISK}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mount(folder: Path, options: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"this machine does not let us mount a small disk: {done.stderr.strip()}")


if __name__ == "__main__":
    typer.run(main)
