"""Kills writers with SIGKILL at random moments. Whatever they did, the next start has a whole artifact.

Three writers: `fit`, a publication, and a re-index by a running service. After each kill the folder must
load; before the first publication it must say that there is no artifact. A fit resumes each time, so it comes
to its end.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import httpx
import typer

from index import load
from index.artifact import ArtifactError, current_version
from tests.reliability.figures import Figures
from tests.reliability.support import (
    ARTIFACTS,
    Artifacts,
    copy_current,
    percentiles,
    scratch,
    small_tunebook,
)
from tests.workers import until, workers

_KEY = "reliability-reliability"
_NO_ARTIFACT = "no current artifact"
_PUBLISH = """
import sys
from pathlib import Path
from index import artifact
from index.publication import link_files, publish, staging
root = Path(sys.argv[1])
old = artifact.load(root, "cpu")
print("begins", flush=True)
with staging(root) as staged:
    link_files(old.path, staged, without=())
    publish(root, staged, old.manifest)
"""


def main(
    artifacts: Artifacts = ARTIFACTS,
    count: Annotated[int, typer.Option(help="How many times to kill each writer.")] = 50,
    seed: int = 0,
) -> None:
    """Kill writers again and again."""
    figures = Figures(f"{count} kills of each writer")
    chance = random.Random(seed)
    with scratch() as folder:
        corpus = small_tunebook(artifacts, folder / "tunes.abc")
        _kill_fits(folder / "fitted", corpus, count, chance, figures)
    with scratch() as folder:
        _kill_publications(copy_current(artifacts, folder / "artifacts"), count, chance, figures)
    with scratch() as folder:
        _kill_reindexes(copy_current(artifacts, folder / "artifacts"), folder, count, chance, figures)
    figures.end()


def _kill_fits(root: Path, corpus: Path, count: int, chance: random.Random, figures: Figures) -> None:
    command = [sys.executable, "-m", "training", "fit", "--corpus", str(corpus), "--artifacts", str(root)]
    faults, published, seed = [], 0, 0
    began = time.monotonic()
    subprocess.run([*command, "--seed", f"{seed}"], check=True, capture_output=True)
    whole = time.monotonic() - began
    shutil.rmtree(root)
    for _ in range(count):
        status = _run_and_kill([*command, "--seed", f"{seed}"], chance.uniform(0, whole))
        if status == 0:
            published += 1
            seed += 1  # the next fit begins from new weights
        elif status != -signal.SIGKILL:
            faults.append(f"fit ended with {status}")
        faults += _faults(root, published > 0)
    figures.show("a fit without a kill", whole, "s")
    figures.show("fits that came to their end between the kills", published)
    figures.none("faults after a killed fit", faults)
    figures.show("left behind by killed fits", _leftovers(root))


def _kill_publications(root: Path, count: int, chance: random.Random, figures: Figures) -> None:
    took = max(_publish(root, None) for _ in range(3))
    faults = []
    for _ in range(count):
        _publish(root, chance.uniform(0, 1.1 * took))
        faults += _faults(root)
    figures.show("a publication without a kill", took, "s")
    figures.none("faults after a killed publication", faults)
    figures.show("left behind by killed publications", _leftovers(root))


def _publish(root: Path, kill_after: float | None) -> float:
    """Publish once; return the seconds."""
    with subprocess.Popen([sys.executable, "-c", _PUBLISH, str(root)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        began = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            process.wait(kill_after)
        process.kill()
        process.wait()
    return time.monotonic() - began


def _kill_reindexes(root: Path, folder: Path, count: int, chance: random.Random, figures: Figures) -> None:
    """Kill a whole service, with all its processes, while it re-indexes, and start the next."""
    faults: list[str] = []
    ready: list[float] = []
    whole = 0.0
    for number in range(count + 1):
        began = time.monotonic()
        with workers(root, folder, ADMIN_API_KEY=_KEY) as service:
            ready.append(time.monotonic() - began)
            if service.suggest() != 200:
                faults.append("the next service gives no answer")
            before = current_version(root)
            if fault := _start_job(service.url):
                faults.append(fault)
            began = time.monotonic()
            if number:
                time.sleep(chance.uniform(0, 1.2 * whole))
            else:
                until(partial(_has_changed, root, before), 600)
                whole = time.monotonic() - began
            os.killpg(service.process.pid, signal.SIGKILL)
        faults += _faults(root)
    figures.show("a re-index without a kill", whole, "s")
    figures.show("the next service is ready after, median", percentiles(ready)[0], "s")
    figures.none("faults after a killed re-index", faults)
    figures.show("left behind by killed re-indexes", _leftovers(root))


def _start_job(url: str) -> str:
    """Start a re-index, within a minute: a killed job may hold its lease for a while. Returns the fault."""
    key = {"Authorization": f"Bearer {_KEY}"}
    ends = time.monotonic() + 60
    while True:
        answer = httpx.post(f"{url}/admin/reindex", headers=key, trust_env=False, timeout=20)
        if answer.status_code == 202:
            return ""
        if answer.status_code != 409 or time.monotonic() > ends:
            return f"no re-index after a kill: {answer.status_code} {answer.text[:100]}"
        time.sleep(0.5)


def _has_changed(root: Path, before: str) -> bool:
    return current_version(root) != before


def _run_and_kill(command: Sequence[str], after: float) -> int:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(after)
        process.kill()
        return process.wait()


def _faults(root: Path, published: bool = True) -> list[str]:
    try:
        load(root)
    except ArtifactError as error:
        # The kill may have come just after a publication, so only the other direction is certain.
        return [str(error)] if published or _NO_ARTIFACT not in str(error) else []
    return []


def _leftovers(root: Path) -> str:
    left = [path for path in root.glob(".staging-*") if path.is_dir()]
    files = {file.stat().st_ino: file.stat() for path in left for file in path.rglob("*") if file.is_file()}
    own = sum(status.st_size for status in files.values() if status.st_nlink == 1)
    return f"{len(left)} folders, {own / 1e6:.0f} MB"


if __name__ == "__main__":
    typer.run(main)
