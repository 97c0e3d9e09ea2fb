"""Lets the clock jump, for a running service and during re-indexes. Needs `faketime` (a package of Debian).

The clock that jumps is the one that people read; the monotonic clock never does. libfaketime does not
change the times that the kernel gives to files, so these are changed here: when a clock has gone back,
earlier artifacts lie in the future.
"""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import typer

from index import load
from index.artifact import MANIFEST, current_version
from tests.reliability.figures import Figures
from tests.reliability.support import ARTIFACTS, Artifacts, copy_current, finished_job, scratch
from tests.workers import workers

_LIBRARIES = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
_KEY = "reliability-reliability"
_JUMPS = ("-10d", "+3650d", "+0d")
_EARLIER = 5  # artifacts, as many as a publication keeps
_YEAR_S = 365 * 86_400


def main(artifacts: Artifacts = ARTIFACTS) -> None:
    """Let the clock jump."""
    figures = Figures("Jumps of the clock")
    library = next(_LIBRARIES, None)
    if library is None:
        raise SystemExit("faketime is missing: apt-get install faketime")
    with scratch() as folder:
        root = copy_current(artifacts, folder / "artifacts")
        for number in range(_EARLIER):
            shutil.copytree(root / "current", root / f"2026010{number}T000000Z-{number:08}")
        clock = folder / "clock"
        clock.write_text("+0d")
        environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        with workers(root, folder, WORKERS="1", ADMIN_API_KEY=_KEY, **environment) as service:
            faults = list(_jump(service.url, root, clock))
            if "Traceback" in service.log.read_text():
                faults.append("a traceback in the log")
    figures.none(f"faults after {len(_JUMPS)} jumps, each with a re-index", faults)
    figures.end()


def _jump(url: str, root: Path, clock: Path) -> Iterator[str]:
    for jump in _JUMPS:
        clock.write_text(jump)
        time.sleep(1.5)  # libfaketime looks at the file every second
        for manifest in root.glob(f"[0-9]*/{MANIFEST}"):
            os.utime(manifest, (time.time() + _YEAR_S,) * 2)
        before = current_version(root)
        job = finished_job(url, _KEY)
        if job["status"] != "succeeded":
            yield f"{jump}: the job says {str(job)[:150]}"
        try:
            load(root)
        except Exception as error:
            yield f"{jump}: {error}"
            return
        if current_version(root) == before:
            yield f"{jump}: no new artifact"
        time.sleep(2)  # the service follows
        health = httpx.get(f"{url}/health", trust_env=False, timeout=10).json()
        if health["artifact"] != current_version(root) or health["uptime_s"] < 0:
            yield f"{jump}: {str(health)[:150]}"


if __name__ == "__main__":
    typer.run(main)
