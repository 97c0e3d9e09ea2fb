"""Jobs as real processes: one at a time, seen by every service over the folder, and ended in many ways."""

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gan_ainm_client.answers import Job
from index import artifact
from service.job_records import JobRecords
from service.settings import Settings
from tests.faulty_reindex import GO, PROCESS_ID, start_and_die
from tests.support import KESH, KEY, SECRET, eventually, finished, reindexed, serve, serves

PROBLEM = "urn:gan-ainm:problem:"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fault("slow", monkeypatch)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fault("idle", monkeypatch)


def use_fault(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.jobs.MODULE", "tests.faulty_reindex")
    monkeypatch.setenv("FAULT", name)


@pytest.fixture
def short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that are lost after three looks."""
    monkeypatch.setattr("service.lease.LOST_AFTER", 3)


def settings_of(root: Path) -> Settings:
    return Settings(artifacts=root, admin_api_key=SecretStr(SECRET))


@contextmanager
def service_process(root: Path) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """A service with two workers, whose jobs are slow."""
    with httpx.Client(trust_env=False, timeout=30) as client:
        with (root.parent / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faulty_service"],
                env={
                    **os.environ,
                    "ARTIFACTS": f"{root}",
                    "ADMIN_API_KEY": SECRET,
                    "PORT": "0",
                    "WORKERS": "2",
                    "DRAIN_S": "0",
                    "FAULT": "slow",
                },
                stderr=log,
            )
        try:
            client.base_url = httpx.URL(_address(process, root.parent / "log"))
            yield client, process
        finally:
            process.terminate()
            process.wait(20)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """The address at which a service says that it runs."""
    eventually(
        lambda: b"listening on " in log.read_bytes() or process.poll() is not None, "it does not start"
    )
    return log.read_text().partition("listening on ")[2].split()[0]


def start(client: httpx.Client, root: Path) -> tuple[str, int]:
    """Start a slow job. Returns its address and, once it works, its process id."""
    (root / PROCESS_ID).unlink(missing_ok=True)
    response = client.post("/admin/reindex", headers=KEY)
    assert response.status_code == 202, response.text
    eventually(lambda: bool(written(root / PROCESS_ID)), "it does not start")
    return response.headers["location"], int(written(root / PROCESS_ID))


def written(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def job_at(client: httpx.Client, location: str) -> dict[str, Any]:
    job: dict[str, Any] = client.get(location, headers=KEY).json()
    return job


@pytest.mark.usefixtures("slow")
def test_only_one_job_runs_at_a_time(client: httpx.Client, small_artifacts: Path) -> None:
    location, _ = start(client, small_artifacts)
    second = client.post("/admin/reindex", headers=KEY)
    assert second.status_code == 409
    assert second.headers["content-type"] == "application/problem+json"
    assert second.json()["type"] == f"{PROBLEM}already-running"
    assert second.headers["location"] == location == f"/admin/jobs/{second.json()['job']['id']}"
    assert client.post("/suggest-titles", json={"abc": KESH}).status_code == 200, "answers during a job"
    (small_artifacts / GO).touch()
    assert finished(client, location)["status"] == "succeeded"
    assert client.post("/admin/reindex", headers=KEY).status_code == 202


@pytest.mark.usefixtures("slow")
def test_a_running_job_says_how_far_it_is(client: httpx.Client, small_artifacts: Path) -> None:
    location, _ = start(client, small_artifacts)
    eventually(lambda: (job_at(client, location)["progress"] or {}).get("done", 0) > 0, "no progress")
    progress = job_at(client, location)["progress"]
    assert set(progress) == {"percent", "step", "done", "total", "seconds_left"}
    assert (progress["step"], progress["total"]) == ("reading settings", 1000)
    (small_artifacts / GO).touch()
    percents = [progress["percent"]]
    while (job := job_at(client, location))["status"] == "running":
        percents.append(job["progress"]["percent"])
        time.sleep(0.02)
    assert percents == sorted(percents)
    assert percents[-1] <= 100
    assert (job["status"], job["progress"]) == ("succeeded", None)


@pytest.mark.usefixtures("slow")
def test_a_job_does_not_disturb(client: httpx.Client, small_artifacts: Path) -> None:
    location, process_id = start(client, small_artifacts)
    assert os.getpgid(process_id) != os.getpgid(0), "Ctrl-C in the service's terminal must not reach it"
    assert os.getpriority(os.PRIO_PROCESS, process_id) >= min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)
    client.delete(location, headers=KEY)
    assert finished(client, location)["status"] == "cancelled"


@pytest.mark.usefixtures("slow")
def test_every_service_over_the_folder_sees_the_job(client: httpx.Client, small_artifacts: Path) -> None:
    with service_process(small_artifacts) as (other, _):
        location, _ = start(client, small_artifacts)
        refused = other.post("/admin/reindex", headers=KEY)
        assert (refused.status_code, refused.headers["location"]) == (409, location)
        assert other.get("/admin/jobs", headers=KEY).json()["jobs"][0]["id"] == job_at(client, location)["id"]
        assert other.delete(location, headers=KEY).status_code == 202
        assert finished(client, location) == finished(other, location)
        assert job_at(client, location)["status"] == "cancelled"
        location, _ = start(other, small_artifacts)
        assert client.post("/admin/reindex", headers=KEY).headers["location"] == location
        (small_artifacts / GO).touch()
        result = finished(client, location)["result"]
        for each in (client, other):
            serves(each, result["artifact"])


@pytest.mark.usefixtures("slow")
def test_of_many_requests_to_two_services_one_starts_a_job(
    client: httpx.Client, small_artifacts: Path
) -> None:
    with service_process(small_artifacts) as (other, _), ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda each: each.post("/admin/reindex", headers=KEY), [client, other] * 8))
        assert sorted(answer.status_code for answer in answers) == [202] + [409] * 15
        (location,) = {answer.headers["location"] for answer in answers}
        client.delete(location, headers=KEY)
        finished(client, location)
    assert len(list((small_artifacts / "jobs").glob("*.json"))) == 1


@pytest.mark.usefixtures("slow")
def test_a_job_is_cancelled(client: httpx.Client, small_artifacts: Path) -> None:
    before = artifact.current_version(small_artifacts)
    location, process_id = start(client, small_artifacts)
    answer = client.delete(location, headers=KEY)
    assert (answer.status_code, answer.headers["location"]) == (202, location)
    assert answer.json()["cancel_requested"]
    job = finished(client, location)
    assert (job["status"], job["error"], job["result"], job["progress"]) == ("cancelled", None, None, None)
    again = client.delete(location, headers=KEY)
    assert (again.status_code, again.json()["type"]) == (409, f"{PROBLEM}already-ended")
    assert again.json()["job"] == job
    eventually(lambda: not is_running(process_id), "its process goes on")
    assert artifact.current_version(small_artifacts) == before
    assert not list(small_artifacts.glob(".staging-*"))


def test_cancelling_again_changes_nothing(client: httpx.Client, small_artifacts: Path) -> None:
    save(small_artifacts, record())  # no process ends this job, until its lease is lost
    answers = [client.delete(record().location, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("job_id", ["none", "0" * 32, "..%2Fcurrent%2Fmanifest", "x" * 5000, "%00", "%ff"])
def test_an_unknown_job_is_not_found(client: httpx.Client, job_id: str) -> None:
    for method in ("GET", "DELETE"):
        response = client.request(method, f"/admin/jobs/{job_id}", headers=KEY)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
        assert len(response.content) < 500


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_job_has_failed(client: httpx.Client, small_artifacts: Path, number: signal.Signals) -> None:
    location, process_id = start(client, small_artifacts)
    os.kill(process_id, number)
    job = finished(client, location)
    assert job["status"] == "failed"
    assert ("signal 9" if number == signal.SIGKILL else "SIGTERM") in job["error"]
    assert client.post("/admin/reindex", headers=KEY).status_code == 202


@pytest.mark.usefixtures("slow", "short_lease")
def test_a_job_that_hangs_loses_its_lease(client: httpx.Client, small_artifacts: Path) -> None:
    location, process_id = start(client, small_artifacts)
    os.kill(process_id, signal.SIGSTOP)
    job = finished(client, location)
    assert (job["status"], "no heartbeat" in job["error"]) == ("failed", True)
    eventually(lambda: not is_running(process_id), "its process is still there")


@pytest.mark.usefixtures("slow")
def test_a_job_stops_when_it_has_lost_its_lease(client: httpx.Client, small_artifacts: Path) -> None:
    location, process_id = start(client, small_artifacts)
    job_id = location.rpartition("/")[2]
    JobRecords(small_artifacts).end(job_id, "another process saw no heartbeat")
    eventually(lambda: not is_running(process_id), "its process goes on")
    assert job_at(client, location)["error"] == "another process saw no heartbeat"


def record(job_id: str = "a" * 32, number: int = 1, **changes: Any) -> Job:
    job = Job(
        id=job_id, number=number, status="running", created_at=datetime.now(UTC), force=False, heartbeat=7
    )
    return job.model_copy(update=changes)


def save(root: Path, job: Job) -> None:
    records = JobRecords(root)
    with records.locked():
        records.save(job)


@pytest.mark.usefixtures("slow", "short_lease")
@pytest.mark.parametrize(
    ("left", "status"),
    [
        (record(), "failed"),
        (record(status="queued", heartbeat=0), "failed"),
        (record(cancel_requested=True), "cancelled"),
        (record(created_at=datetime(2100, 1, 1, tzinfo=UTC)), "failed"),
    ],
)
def test_a_job_without_a_process_blocks_only_until_its_lease_is_lost(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch, left: Job, status: str
) -> None:
    monkeypatch.setattr("service.jobs.HEARTBEAT_S", 0.2)
    save(small_artifacts, left)
    with serve(settings_of(small_artifacts)) as client:
        assert client.post("/admin/reindex", headers=KEY).headers["location"] == left.location
        assert finished(client, left.location)["status"] == status
        assert client.post("/admin/reindex", headers=KEY).status_code == 202
        assert [job["number"] for job in client.get("/admin/jobs", headers=KEY).json()["jobs"]] == [2, 1]


@pytest.mark.usefixtures("idle")
def test_jobs_survive_a_restart(small_artifacts: Path) -> None:
    with serve(settings_of(small_artifacts)) as client:
        job = reindexed(client)
    with serve(settings_of(small_artifacts)) as client:
        assert client.get("/admin/jobs", headers=KEY).json() == {"jobs": [job]}
        assert job_at(client, f"/admin/jobs/{job['id']}") == job
        reindexed(client)
        numbers = [job["number"] for job in client.get("/admin/jobs", headers=KEY).json()["jobs"]]
    assert numbers == [2, 1]


@pytest.mark.usefixtures("slow")
def test_the_same_key_returns_the_same_job(small_artifacts: Path) -> None:
    keyed = {**KEY, "Idempotency-Key": "the first"}
    with serve(settings_of(small_artifacts)) as client:
        location = client.post("/admin/reindex", headers=keyed).headers["location"]
        again = client.post("/admin/reindex?force=false", headers=keyed)
        assert (again.status_code, again.headers["location"]) == (202, location)
        other = client.post("/admin/reindex?force=true", headers=keyed)
        assert (other.status_code, other.json()["type"]) == (422, f"{PROBLEM}idempotency-key-reused")
        assert client.post("/admin/reindex", headers={**KEY, "Idempotency-Key": "2"}).status_code == 409
        (small_artifacts / GO).touch()
        job = finished(client, location)
    with serve(settings_of(small_artifacts)) as client:
        again = client.post("/admin/reindex", headers=keyed)
        assert (again.status_code, again.headers["location"], again.json()) == (202, location, job)
        assert client.post("/admin/reindex", headers={**KEY, "Idempotency-Key": "2"}).status_code == 202


@pytest.mark.usefixtures("slow")
def test_a_service_ends_both_jobs_with_one_id(small_artifacts: Path) -> None:
    """Somebody removes the record of a running job, and the next one gets its id."""
    keyed = {**KEY, "Idempotency-Key": "the first"}
    processes = []
    with serve(settings_of(small_artifacts)) as client:
        for _ in range(2):
            (small_artifacts / PROCESS_ID).unlink(missing_ok=True)
            for record in (small_artifacts / "jobs").glob("*.json"):
                record.unlink()
            assert client.post("/admin/reindex", headers=keyed).status_code == 202
            eventually(lambda: bool(written(small_artifacts / PROCESS_ID)), "it does not start")
            processes.append(int(written(small_artifacts / PROCESS_ID)))
        assert processes[0] != processes[1]
        client.delete(f"/admin/jobs/{record.stem}", headers=KEY)
        eventually(lambda: not any(map(is_running, processes)), "they do not end")


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_has_1_to_255_characters(client: httpx.Client, key: str) -> None:
    refused = client.post("/admin/reindex", headers={**KEY, "Idempotency-Key": key})
    assert (refused.status_code, refused.json()["type"]) == (422, f"{PROBLEM}invalid-request")
    assert not client.get("/admin/jobs", headers=KEY).json()["jobs"]


@pytest.mark.parametrize("force", ["maybe", "", "x" * 5000])
def test_force_is_true_or_false(client: httpx.Client, force: str) -> None:
    assert client.post(f"/admin/reindex?force={force}", headers=KEY).status_code == 422


DAMAGED = [
    b"",
    b"{",
    b"[1]",
    b"null",
    b"\xff\xfe",
    b"[" * 100_000,
    record("b" * 32).model_dump_json().encode(),
    record().model_dump_json().replace("running", "walking").encode(),
    record().model_dump_json()[:-20].encode(),
]


@pytest.mark.usefixtures("idle")
def test_a_damaged_record_is_left_out_and_logged_once(
    client: httpx.Client, small_artifacts: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reindexed(client)
    for number, content in enumerate(DAMAGED):
        (small_artifacts / "jobs" / f"{number:032x}.json").write_bytes(content)
    (small_artifacts / "jobs" / f"{'d' * 32}.json").mkdir()
    os.mkfifo(small_artifacts / "jobs" / f"{'e' * 32}.json")
    (small_artifacts / "jobs" / f"{'f' * 32}.json").symlink_to(f"{'f' * 32}.json")
    (small_artifacts / "jobs" / f"{'a' * 32}.json").symlink_to("nothing")
    (small_artifacts / "jobs" / "notes.json").write_text("{}")
    for _ in range(2):
        assert [job["number"] for job in client.get("/admin/jobs", headers=KEY).json()["jobs"]] == [1]
        assert client.get(f"/admin/jobs/{0:032x}", headers=KEY).status_code == 404
    reindexed(client)
    assert caplog.text.count("is damaged and left out") == len(DAMAGED) + 3


@pytest.mark.usefixtures("idle")
def test_the_last_hundred_jobs_are_kept(client: httpx.Client, small_artifacts: Path) -> None:
    for number in range(1, 121):
        save(small_artifacts, record(f"{number:032x}", number, status="failed"))
    (small_artifacts / "jobs" / ".half.part").touch()
    assert len(client.get("/admin/jobs", headers=KEY).json()["jobs"]) == 120
    reindexed(client)
    numbers = [job["number"] for job in client.get("/admin/jobs", headers=KEY).json()["jobs"]]
    assert numbers == list(range(121, 21, -1))
    assert not (small_artifacts / "jobs" / ".half.part").exists()


@pytest.mark.parametrize(
    ("fault", "error"), [("full_disk", "no space left"), ("our_fault", "AssertionError")]
)
def test_the_old_artifact_is_served_after_a_failed_job(
    client: httpx.Client, small_artifacts: Path, monkeypatch: pytest.MonkeyPatch, fault: str, error: str
) -> None:
    use_fault(fault, monkeypatch)
    before = client.get("/health").json()["artifact"]
    job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
    assert (job["status"], job["result"]) == ("failed", None)
    assert error in job["error"]
    assert client.get("/health").json()["artifact"] == before
    assert artifact.current_version(small_artifacts) == before
    assert client.post("/suggest-titles", json={"abc": KESH}).status_code == 200


def test_an_index_that_does_worse_is_published_only_by_force(
    client: httpx.Client, small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fault("shuffled", monkeypatch)
    before = client.get("/health").json()["artifact"]
    job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
    assert (job["status"], job["force"]) == ("failed", False)
    assert "the MRR of the probes is" in job["error"]
    assert artifact.current_version(small_artifacts) == before
    job = finished(client, client.post("/admin/reindex?force=true", headers=KEY).headers["location"])
    assert (job["status"], job["force"]) == ("succeeded", True)
    serves(client, job["result"]["artifact"])


def test_a_folder_that_cannot_hold_records_is_a_problem(client: httpx.Client, small_artifacts: Path) -> None:
    (small_artifacts / "jobs").touch()
    answer = client.post("/admin/reindex", headers=KEY)
    assert (answer.status_code, answer.json()["type"]) == (503, f"{PROBLEM}storage-failed")
    assert "jobs" in answer.json()["detail"]


def test_a_process_that_cannot_be_started_is_a_failed_job(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    job = finished(client, client.post("/admin/reindex", headers=KEY).headers["location"])
    assert (job["status"], "cannot be started" in job["error"]) == ("failed", True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_that_stops_ends_its_job(small_artifacts: Path, number: signal.Signals) -> None:
    with service_process(small_artifacts) as (client, service):
        location, process_id = start(client, small_artifacts)
        service.send_signal(number)
        service.wait(10)
    assert not is_running(process_id)
    job = JobRecords(small_artifacts).get(location.rpartition("/")[2])
    assert job
    assert (job.status, "the service stops" in f"{job.error}") == ("failed", True)


def test_a_service_that_stops_ends_a_job_that_hangs(small_artifacts: Path) -> None:
    with service_process(small_artifacts) as (client, service):
        location, process_id = start(client, small_artifacts)
        os.kill(process_id, signal.SIGSTOP)
        service.terminate()
        service.wait(10)
    assert not is_running(process_id)
    job = JobRecords(small_artifacts).get(location.rpartition("/")[2])
    assert job
    assert (job.status, job.error) == ("failed", "the service stopped")


@pytest.mark.usefixtures("slow")
def test_a_job_outlives_the_worker_that_started_it(client: httpx.Client, small_artifacts: Path) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=start_and_die, args=(small_artifacts,))
    worker.start()
    worker.join()
    eventually((small_artifacts / PROCESS_ID).exists, "it does not start")
    (job,) = client.get("/admin/jobs", headers=KEY).json()["jobs"]
    time.sleep(3)
    (later,) = client.get("/admin/jobs", headers=KEY).json()["jobs"]
    assert (later["status"], later["heartbeat"] > job["heartbeat"]) == ("running", True)
    (small_artifacts / GO).touch()
    assert finished(client, f"/admin/jobs/{job['id']}")["status"] == "succeeded"


def test_no_job_outlives_the_service(small_artifacts: Path) -> None:
    with service_process(small_artifacts) as (client, service):
        location, process_id = start(client, small_artifacts)
        service.kill()
        service.wait()
        eventually(lambda: not is_running(process_id), "its process goes on")
    job = JobRecords(small_artifacts).get(location.rpartition("/")[2])
    assert job
    # Its worker may notice before it does.
    assert job.status == "failed"
    assert job.error in ("the service is gone", "it was stopped by SIGTERM, as when the service stops")


def test_on_a_full_disk_the_problem_names_the_file(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    answer = client.post("/admin/reindex", headers=KEY)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:gan-ainm:problem:storage-failed")
    assert "No space left on device" in answer.json()["detail"]
    assert ".part" in answer.json()["detail"]
