"""What GET /metrics shows, with one process and with several."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from service import metrics
from service.metrics_files import FOLDER, bury, prepare
from service.settings import Settings
from tests.support import KESH, KEY, serve

ROOT = Path(__file__).parents[2]
TUNE = {"Content-Type": "text/plain"}
TOTAL = "gan_ainm_requests_total"


def samples(text: str) -> dict[str, float]:
    """Every sample of an exposition: name with labels -> value."""
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


@pytest.fixture
def scrape(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, float]]:
    """Gets the samples of the client's server."""
    monkeypatch.setattr("service.metrics._KEPT_S", 0.0)
    return lambda: samples(client.get("/metrics").text)


def test_requests_are_counted_by_route_and_never_by_path(
    client: httpx.Client, scrape: Callable[[], dict[str, float]]
) -> None:
    before = scrape()
    client.post("/suggest-titles", content=KESH, headers=TUNE)
    client.post("/suggest-titles", content="K:C", headers=TUNE)
    client.get("/admin/jobs/some-job", headers=KEY)
    for path in ("/some-path", "/suggest-titles/some-path"):
        client.get(path)
    client.request("PROPFIND", "/health")
    assert client.request("SOMEMETHOD", "/health").status_code == 400  # no request of HTTP
    after = scrape()
    more = {name: value - before.get(name, 0) for name, value in after.items()}
    assert more[f'{TOTAL}{{method="POST",route="/suggest-titles",status="200"}}'] == 1
    assert more[f'{TOTAL}{{method="POST",route="/suggest-titles",status="422"}}'] == 1
    assert more[f'{TOTAL}{{method="GET",route="/admin/jobs/{{job_id}}",status="404"}}'] == 1
    assert more[f'{TOTAL}{{method="GET",route="other",status="404"}}'] == 2
    assert more[f'{TOTAL}{{method="other",route="/health",status="405"}}'] == 1
    assert more['gan_ainm_request_duration_seconds_count{route="/suggest-titles"}'] == 2
    assert more["gan_ainm_requests_in_progress"] == 0
    assert not [name for name in after if "some" in name.lower()]


def test_the_stages_of_an_answer_are_timed(
    client: httpx.Client, scrape: Callable[[], dict[str, float]]
) -> None:
    before = scrape()
    response = client.post("/suggest-titles", content=KESH, headers=TUNE)
    after = scrape()
    stages = ["body", "queue", "read", "encode", "candidates", "rank", "evidence", "json"]
    told = dict(part.split(";dur=") for part in response.headers["server-timing"].split(", "))
    assert list(told) == stages
    assert 0 < sum(map(float, told.values())) / 1000 < response.elapsed.total_seconds()
    for stage in stages:
        labels = f'{{route="/suggest-titles",stage="{stage}"}}'
        count, total = (f"gan_ainm_stage_duration_seconds_{kind}{labels}" for kind in ("count", "sum"))
        assert after[count] - before.get(count, 0) == 1
        # Both come from the same clock; the header has two decimals of a millisecond.
        assert after[total] - before.get(total, 0) == pytest.approx(float(told[stage]) / 1000, abs=1e-5)
    assert "server-timing" not in client.get("/livez").headers


def test_answers_are_counted_by_whether_the_tune_is_known(
    client: httpx.Client, scrape: Callable[[], dict[str, float]]
) -> None:
    before = scrape()
    known = [
        client.post("/suggest-titles", content=tune, headers=TUNE).json()["known"]
        for tune in (KESH, "K:C\nCCCCCCCCCCCC")
    ]
    after = scrape()
    for value in (True, False):
        name = f'gan_ainm_answers_total{{known="{str(value).lower()}"}}'
        assert after.get(name, 0) - before.get(name, 0) == known.count(value)


def test_the_artifact_and_its_figures_are_shown(
    client: httpx.Client, scrape: Callable[[], dict[str, float]]
) -> None:
    health, shown = client.get("/health").json(), scrape()
    assert shown[f'gan_ainm_artifact_workers{{artifact="{health["artifact"]}"}}'] == 1
    for when in ("recorded", "measured"):
        mrr = shown[f'gan_ainm_mrr{{of="title index",when="{when}"}}']
        assert mrr == pytest.approx(health["mrr"][when]["value"])
    assert shown["gan_ainm_degraded"] == 0


def test_an_artifact_that_nobody_serves_any_more_is_not_shown(small_artifacts: Path) -> None:
    from service.engine import Engine

    served = Engine(small_artifacts, "cpu").snapshot
    recorded = served.artifact.manifest.probes
    metrics.serves("old", None, recorded, served.measured, served.degraded)
    metrics.serves("new", "old", recorded, served.measured, served.degraded)
    shown = samples(metrics._render().decode())
    assert 'gan_ainm_artifact_workers{artifact="new"}' in shown
    assert 'gan_ainm_artifact_workers{artifact="old"}' not in shown


def test_refusals_are_counted_by_reason(scrape: Callable[[], dict[str, float]]) -> None:
    before = scrape()
    metrics.refused("too-many-connections")
    name = 'gan_ainm_requests_refused_total{reason="too-many-connections"}'
    assert scrape()[name] - before.get(name, 0) == 1


def test_the_metrics_are_text_that_prometheus_reads(client: httpx.Client) -> None:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    names = [line.split()[2] for line in response.text.splitlines() if line.startswith("# TYPE")]
    assert len(names) == len(set(names)) > 10
    for name in names:
        assert name.startswith("gan_ainm_")
        assert not name.endswith(("_ms", "_count", "_created"))


def test_a_second_scrape_within_a_second_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    exposition = metrics.Exposition()
    first = exposition.text()
    monkeypatch.setattr("service.metrics._render", lambda: b"new")
    assert exposition.text() == first
    monkeypatch.setattr("service.metrics._KEPT_S", 0.0)
    assert exposition.text() == b"new"


def test_the_metrics_can_be_closed(small_artifacts: Path) -> None:
    with serve(Settings(artifacts=small_artifacts, metrics="closed")) as client:
        assert client.get("/metrics").status_code == 404
        assert "/metrics" not in client.get("/openapi.json").json()["paths"]


WORKER = """
import sys
from service import metrics
metrics.request_began()
metrics.request_ended("GET", "/health", 200, 0.5, {"rank": 0.25})
metrics.request_began()
metrics.queued(3)
sys.stdout.write("ready\\n"); sys.stdout.flush()
sys.stdin.read()
"""
SCRAPE = "from service import metrics; import sys; sys.stdout.buffer.write(metrics.Exposition().text())"


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A prepared folder for the metrics of workers, with leftovers of an earlier service."""
    folder = tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"left over")
    monkeypatch.setenv(FOLDER, str(folder))
    prepare()
    return folder


def start_worker() -> "subprocess.Popen[str]":
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout
    assert worker.stdout.readline() == "ready\n"
    return worker


def end_worker(worker: "subprocess.Popen[str]") -> None:
    worker.kill()
    worker.communicate()


def shown() -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", SCRAPE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return samples(done.stdout)


@pytest.mark.usefixtures("shared")
def test_the_numbers_of_all_workers_are_added_and_outlive_them() -> None:
    total = f'{TOTAL}{{method="GET",route="/health",status="200"}}'
    rank = 'gan_ainm_stage_duration_seconds_sum{route="/health",stage="rank"}'
    workers = [start_worker(), start_worker()]
    both = shown()
    assert (both[total], both[rank]) == (2, 0.5)
    assert (both["gan_ainm_requests_in_progress"], both["gan_ainm_requests_queued"]) == (2, 6)
    assert both["gan_ainm_worker_restarts_total"] == 0
    for number, worker in enumerate(workers, 1):
        end_worker(worker)
        bury(worker.pid)
        after = shown()
        assert (after[total], after[rank]) == (2, 0.5), "what it counted stays"
        assert after["gan_ainm_worker_restarts_total"] == number
        assert after.get("gan_ainm_requests_in_progress", 0) == 2 - number
    workers = [start_worker()]
    assert shown()[total] == 3
    end_worker(workers[0])


def test_the_files_of_ended_workers_do_not_pile_up(shared: Path) -> None:
    for _ in range(3):
        worker = start_worker()
        end_worker(worker)
        bury(worker.pid)
    assert sorted(file.name for file in shared.glob("*.db")) == ["counter_ended.db", "histogram_ended.db"]


@pytest.mark.usefixtures("shared")
def test_a_worker_that_never_counted_is_a_restart_too() -> None:
    bury(2**22 + 1)
    assert shown()["gan_ainm_worker_restarts_total"] == 1


OWNER = """
import os, sys
from service.metrics_files import FOLDER, prepare
prepare()
print(os.environ[FOLDER], flush=True)
sys.stdin.read()
"""


def test_the_next_service_removes_the_folder_of_one_that_was_killed() -> None:
    environment = {name: value for name, value in os.environ.items() if name != FOLDER}
    services, folders = [], []

    def start() -> None:
        service = subprocess.Popen(
            [sys.executable, "-c", OWNER],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert service.stdout
        services.append(service)
        folders.append(Path(service.stdout.readline().strip()))
        os.utime(folders[-1] / "owner", (0, 0))  # as if it had run for long

    try:
        start()
        start()
        end_worker(services[0])
        start()
        assert [folder.exists() for folder in folders] == [False, True, True]
    finally:
        for service in services:
            end_worker(service)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def test_without_a_folder_of_the_users_there_is_one_of_our_own_until_the_end() -> None:
    code = """
import os
import shutil
from service.metrics_files import FOLDER, prepare
prepare()
folder = os.environ[FOLDER]
assert os.path.isdir(folder)
assert os.stat(folder).st_mode & 0o077 == 0
print(folder)
"""
    environment = {name: value for name, value in os.environ.items() if name != FOLDER}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()
