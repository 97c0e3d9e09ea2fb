"""`gan-ainm serve` with several workers: real processes."""

import os
import resource
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from service import server
from tests.workers import Workers, failed_start, until, workers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


def unmeasured(published: Path, folder: Path, **environment: str) -> AbstractContextManager[Workers]:
    """Workers that leave the artifacts as they are."""
    return workers(published, folder, PROBE_INTERVAL_S="0", **environment)


def test_several_workers_answer_and_end_together(published: Path, tmp_path: Path) -> None:
    with unmeasured(published, tmp_path) as service:
        pids = service.pids
        assert len(pids) == 2
        with ThreadPoolExecutor(8) as clients:
            assert set(clients.map(lambda _: service.suggest(), range(40))) == {200}
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(10) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.parametrize("killing", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_or_stuck_worker_is_replaced(published: Path, tmp_path: Path, killing: signal.Signals) -> None:
    with unmeasured(published, tmp_path) as service:
        victim, other = sorted(service.pids)
        time.sleep(2)  # until the supervisor has heard that both serve
        os.kill(victim, killing)
        until(lambda: len(service.pids - {victim}) == 2)
        assert other in service.pids
        until(lambda: service.log.read_text().count("startup complete") == 3)
        assert {service.suggest() for _ in range(10)} == {200}


def test_it_ends_within_ten_seconds_even_if_a_worker_hangs(published: Path, tmp_path: Path) -> None:
    with unmeasured(published, tmp_path, DRAIN_S="2") as service:
        pids = service.pids
        os.kill(min(pids), signal.SIGSTOP)
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(10)
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_readyz_fails_first_and_requests_are_answered_meanwhile(published: Path, tmp_path: Path) -> None:
    with unmeasured(published, tmp_path, DRAIN_S="3", WORKERS="1") as service:
        assert service.get("/readyz") == 200
        service.process.send_signal(signal.SIGTERM)
        until(lambda: service.get("/readyz") == 503, seconds=3)
        assert service.get("/livez") == 200
        assert service.suggest() == 200
        service.process.wait(10)


def test_workers_end_with_their_supervisor(published: Path, tmp_path: Path) -> None:
    with unmeasured(published, tmp_path) as service:
        pids = service.pids
        service.process.kill()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), seconds=20)


def test_an_artifact_that_cannot_be_served_ends_the_command(small_artifacts: Path) -> None:
    (small_artifacts / "current" / "catalogue.jsonl").write_text("{}")
    assert "catalogue.jsonl has sha256" in failed_start(ARTIFACTS=str(small_artifacts), PORT="0")


def test_a_port_in_use_ends_the_command(published: Path, tmp_path: Path) -> None:
    with unmeasured(published, tmp_path, WORKERS="1") as service:
        printed = failed_start(ARTIFACTS=str(published), PORT=service.url.rpartition(":")[2])
        assert "Address already in use" in printed


def test_the_folder_for_metrics_is_made_if_there_is_none(published: Path, tmp_path: Path) -> None:
    folder = tmp_path / "metrics" / "of workers"
    with unmeasured(published, tmp_path, PROMETHEUS_MULTIPROC_DIR=str(folder)) as service:
        assert service.suggest() == 200
        assert list(folder.glob("*.db"))


def test_few_open_files_are_enough(published: Path, tmp_path: Path) -> None:
    """300 silent connections to a service with 128 files: others get answers, and the log stays short."""
    with unmeasured(published, tmp_path, WORKERS="1") as service:
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
