"""`gan-ainm serve` with several workers: real processes."""

import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from service import server
from tests.support import KESH

ABC = {"Content-Type": "text/plain"}


class Workers:
    """A running service with several workers."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path, url: str) -> None:
        self.process, self.log, self.url = process, log, url

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
        """The status of a suggestion."""
        try:
            url = f"{self.url}/suggest-titles"
            return httpx.post(url, content=KESH, headers=ABC, trust_env=False, timeout=20).status_code
        except httpx.HTTPError:
            return 0


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


@contextmanager
def workers(artifacts: Path, tmp_path: Path, **environment: str) -> Iterator[Workers]:
    log = tmp_path / "serve.log"
    settings = {"ARTIFACTS": str(artifacts), "PORT": "0", "WORKERS": "2", "DRAIN_S": "0", **environment}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "service"],
            env={**os.environ, "OMP_NUM_THREADS": "1", **settings},
            stdout=output,
            stderr=output,
            text=True,
        )
    try:
        listening = re.compile(r"listening on (http://127\.0\.0\.1:\d+)")
        until(lambda: listening.search(log.read_text()) is not None or process.poll() is not None)
        found = listening.search(log.read_text())
        assert found, log.read_text()
        service = Workers(process, log, found[1])
        until(lambda: log.read_text().count("startup complete") >= int(settings["WORKERS"]))
        yield service
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


def test_several_workers_answer_and_end_together(published: Path, tmp_path: Path) -> None:
    with workers(published, tmp_path) as service:
        pids = service.pids
        assert len(pids) == 2
        with ThreadPoolExecutor(8) as clients:
            assert set(clients.map(lambda _: service.suggest(), range(40))) == {200}
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(10) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("killing", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_or_stuck_worker_is_replaced(published: Path, tmp_path: Path, killing: signal.Signals) -> None:
    with workers(published, tmp_path) as service:
        victim, other = sorted(service.pids)
        os.kill(victim, killing)
        until(lambda: len(service.pids - {victim}) == 2)
        assert other in service.pids
        until(lambda: service.log.read_text().count("startup complete") == 3)
        assert {service.suggest() for _ in range(10)} == {200}


def test_it_ends_within_ten_seconds_even_if_a_worker_hangs(published: Path, tmp_path: Path) -> None:
    with workers(published, tmp_path, DRAIN_S="2") as service:
        pids = service.pids
        os.kill(min(pids), signal.SIGSTOP)
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(10)
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_readyz_fails_first_and_requests_are_answered_meanwhile(published: Path, tmp_path: Path) -> None:
    with workers(published, tmp_path, DRAIN_S="3", WORKERS="1") as service:
        assert service.get("/readyz") == 200
        service.process.send_signal(signal.SIGTERM)
        until(lambda: service.get("/readyz") == 503, seconds=3)
        assert service.get("/livez") == 200
        assert service.suggest() == 200
        service.process.wait(10)


def test_workers_end_with_their_supervisor(published: Path, tmp_path: Path) -> None:
    with workers(published, tmp_path) as service:
        pids = service.pids
        service.process.kill()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), seconds=20)


def test_an_artifact_that_cannot_be_served_ends_the_command(small_artifacts: Path) -> None:
    (small_artifacts / "current" / "catalogue.jsonl").write_text("{}")
    result = subprocess.run(
        [sys.executable, "-m", "service"],
        env={**os.environ, "ARTIFACTS": str(small_artifacts), "PORT": "0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 1
    assert "catalogue.jsonl has sha256" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_in_use_ends_the_command(published: Path, tmp_path: Path) -> None:
    with workers(published, tmp_path, WORKERS="1") as service:
        result = subprocess.run(
            [sys.executable, "-m", "service"],
            env={**os.environ, "ARTIFACTS": str(published), "PORT": service.url.rpartition(":")[2]},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == 1
        assert "Address already in use" in result.stderr
        assert "Traceback" not in result.stderr


def test_few_open_files_are_enough(published: Path, tmp_path: Path) -> None:
    """300 silent connections to a service with 128 files: others get answers, and the log stays short."""
    with workers(published, tmp_path, WORKERS="1") as service:
        (pid,) = service.pids
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (128, 128))
        host = httpx.URL(service.url)

        silent = [socket.create_connection((host.host, host.port or 0)) for _ in range(300)]
        assert {service.suggest() for _ in range(5)} == {200}
        for connection in silent:
            connection.close()
        assert service.log.stat().st_size < 10_000


@pytest.mark.parametrize(
    ("quota", "cores"), [("max 100000", 8), ("150000 100000", 2), ("50000 100000", 1), ("", 8)]
)
def test_the_default_is_a_worker_for_each_usable_core(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quota: str, cores: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(server, "_CPU_QUOTA", tmp_path / "cpu.max")
    (tmp_path / "cpu.max").write_text(quota)
    assert server.default_workers("cpu") == min(cores, 4)
    assert server.default_workers("cuda") == 1
