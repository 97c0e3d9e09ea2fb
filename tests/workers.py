"""A running service with several workers: real processes, for tests and for `tests/reliability/`."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

_TUNE = "M:6/8\nK:G\nD|GAG GAB|ABA ABd|edd gdd|edB dBA|GAG GAB|ABA ABd|edd gdB|AGF G2:|\n"
_ABC = {"Content-Type": "text/plain"}
_LISTENING = re.compile(r"listening on (http://127\.0\.0\.1:(\d+))")


class Workers:
    """A running service with several workers."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path, url: str, port: int) -> None:
        self.process, self.log, self.url, self.port = process, log, url, port

    @property
    def pids(self) -> set[int]:
        """The worker processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        workers = set()
        for pid in children:
            try:
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    workers.add(int(pid))
            except OSError:
                continue
        return workers

    def get(self, path: str) -> int:
        """The status of a GET request on a connection of its own; 0 when there is no answer."""
        try:
            return httpx.get(self.url + path, trust_env=False, timeout=2).status_code
        except httpx.HTTPError:
            return 0

    def suggest(self) -> int:
        """The status of a suggestion; 0 when there is no answer."""
        try:
            url = f"{self.url}/suggest-titles"
            return httpx.post(url, content=_TUNE, headers=_ABC, trust_env=False, timeout=20).status_code
        except httpx.HTTPError:
            return 0


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


@contextmanager
def workers(artifacts: Path, folder: Path, **environment: str) -> Iterator[Workers]:
    """Start a service with two workers, wait until it is ready, and stop it at the end.

    Its log is in the folder. It has a process group of its own, so that a test can kill all of it at once.
    """
    log = folder / "serve.log"
    settings = {"ARTIFACTS": str(artifacts), "PORT": "0", "WORKERS": "2", "DRAIN_S": "0", **environment}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service"],
            env={**os.environ, "OMP_NUM_THREADS": "1", **settings},
            stdout=output,
            stderr=output,
            text=True,
            process_group=0,
        )
    try:
        until(lambda: _LISTENING.search(log.read_text()) is not None or process.poll() is not None)
        found = _LISTENING.search(log.read_text())
        assert found, log.read_text()
        service = Workers(process, log, found[1], int(found[2]))
        until(lambda: log.read_text().count("startup complete") >= int(settings["WORKERS"]))
        yield service
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def failed_start(**environment: str) -> str:
    """What a service that cannot start prints: a sentence, no traceback."""
    result = subprocess.run(
        [sys.executable, "-m", "service"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    return result.stderr
