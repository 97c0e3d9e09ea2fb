"""Jobs: re-indexes that a request starts without waiting for them. One runs at a time over all processes.

Each job runs in a process of its own (`service/reindex.py`): it does not compete with requests for the GIL,
has a low priority, and can be ended at any moment. Its record (`service/job_records.py`) says how far it is.
"""

import hashlib
import logging
import multiprocessing
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from gan_ainm_client.answers import Job
from index.publication import BusyError
from model.device import Device
from service import metrics
from service.job_records import JobRecords
from service.lease import HEARTBEAT_S, LOST_AFTER, Leases
from service.logs import LogFormat
from service.problems import AlreadyEnded, AlreadyRunning, KeyReused, NoSuchJob, StorageFailed, shortened

KEPT = 100  # jobs that can still be looked up
MODULE = "service.reindex"  # what the process of a job runs
# Beside a busy process on the same core a tenth of the time, so that a busy service can start a job, too.
_NICE = 10
# Of a job's process. pydantic would look for plugins in all installed packages, and find none.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "PYDANTIC_DISABLE_PLUGINS": "__all__"}
_GRACE_S = 1.0  # seconds that a job's process has to end when the service stops
_log = logging.getLogger("uvicorn.error")


@dataclass(eq=False)
class _Running:
    """The process of a job that this process has started.

    If somebody removes the record of a job, another job may get its id while this one is still running.

    Attributes
    ----------
    job_id : id of the job
    process : of the job
    attendant : waits for its end
    reason : why this process kills it, "" while it does not
    """

    job_id: str
    process: subprocess.Popen[bytes]
    attendant: Thread = field(init=False)
    reason: str = ""


class Jobs:
    """Starts jobs, shows and cancels the jobs of all processes, and ends its own when the service stops.

    Parameters
    ----------
    root : the folder of artifacts
    device : where the encoders run
    tunebooks : folder of the user's own tunebooks, None for none
    keep : number of artifacts that stay
    log_format : of what the processes of jobs log
    """

    def __init__(
        self, root: Path, device: Device, tunebooks: Path | None, keep: int, log_format: LogFormat
    ) -> None:
        self._root, self._device, self._tunebooks, self._keep = root, device, tunebooks, keep
        self._log_format = log_format
        self._records = JobRecords(root)
        self._running: list[_Running] = []
        self._closing = Event()
        self._watcher = Thread(target=self._watch, name="leases", daemon=True)
        self._watcher.start()

    def start(self, force: bool = False, key: str | None = None) -> Job:
        """Start a job, or return the one that was started with the same key.

        Parameters
        ----------
        force : publish the new index even if the probes do worse
        key : the client's Idempotency-Key

        Raises
        ------
        AlreadyRunning
            When a job of any process is queued or running.
        KeyReused
            When the job with this key has another `force`.
        StorageFailed
            When the records cannot be written.
        """
        job_id = hashlib.sha256(key.encode()).hexdigest()[:32] if key else uuid.uuid4().hex
        with storage(), self._records.locked():
            known = self._records.get(job_id)
            if known:
                if known.force != force:
                    raise KeyReused("another job was started with this key and another `force`")
                return known
            jobs = self._records.all()
            for other in jobs:
                if not other.has_ended:
                    raise AlreadyRunning(
                        f"see {other.location}", _members(other), {"Location": other.location}
                    )
            number = jobs[0].number + 1 if jobs else 1
            job = Job(id=job_id, number=number, status="queued", created_at=datetime.now(UTC), force=force)
            self._records.sweep(KEPT - 1)
            self._records.save(job)
        self._run(job)
        return job

    def all(self) -> list[Job]:
        """The jobs of all processes, newest first. Raises StorageFailed when a record cannot be read."""
        with storage():
            return self._records.all()

    def get(self, job_id: str) -> Job:
        """The state of a job. Raises NoSuchJob when the id is unknown or no longer kept."""
        with storage():
            job = self._records.get(job_id)
        return self._found(job, job_id)

    def cancel(self, job_id: str) -> Job:
        """Ask a job to end, which takes a second or two. Asking again changes nothing.

        Raises
        ------
        NoSuchJob
            When the id is unknown or no longer kept.
        AlreadyEnded
            When the job has ended.
        StorageFailed
            When its record cannot be written.
        """
        with storage():
            job = self._found(self._records.change(job_id, cancel_requested=True), job_id)
        if job.has_ended:
            raise AlreadyEnded(f"the status of the job is {job.status}", _members(job))
        return job

    def close(self) -> None:
        """End the jobs that this process has started. One that hangs for a second is killed."""
        self._closing.set()
        running = list(self._running)
        for each in running:
            each.reason = "the service stopped"
            each.process.terminate()
        for each in running:
            each.attendant.join(_GRACE_S)
            each.process.kill()
            each.attendant.join()
        self._watcher.join(HEARTBEAT_S)

    def _run(self, job: Job) -> None:
        supervisor = multiprocessing.parent_process()  # None when this is the only worker
        arguments = {
            "artifacts": self._root,
            "tunebooks": self._tunebooks,
            "device": self._device,
            "keep": self._keep,
            "log-format": self._log_format,
            "service": supervisor.pid if supervisor else os.getpid(),
        }
        command = [sys.executable, "-m", MODULE, job.id]
        command += [f"--{name}={value}" for name, value in arguments.items() if value is not None]
        command += ["--force"] if job.force else []
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # it logs to the standard error of the service
                env={**os.environ, **_ENVIRONMENT},
                # Ctrl-C in a terminal goes to a process group. A session of its own would protect it, too,
                # but Linux (autogroup) divides the cores between sessions, whatever the niceness.
                process_group=0,
            )
        except OSError as error:
            self._end(job.id, f"its process cannot be started: {error}")
            return
        _lower_priority(process.pid)
        running = _Running(job.id, process)
        running.attendant = Thread(target=self._attend, args=(running,), name="job", daemon=True)
        self._running.append(running)
        running.attendant.start()
        _log.info("job %s runs in process %d", job.id, process.pid)

    def _attend(self, running: _Running) -> None:
        """Wait for the process of a job to end, and end the job if the process did not."""
        status = running.process.wait()
        how = f"with status {status}" if status >= 0 else f"by signal {-status}"
        self._end(running.job_id, running.reason or f"its process ended {how}")
        self._report(running.job_id)
        self._running.remove(running)

    def _watch(self) -> None:
        """Look at all jobs once a second, and end those that have lost their lease."""
        leases, said = Leases(), ""
        while not self._closing.wait(HEARTBEAT_S):
            try:
                self._end_lost(leases)
                said = ""
            except (OSError, BusyError) as error:
                if said != f"{error}":  # not every second
                    said = f"{error}"
                    _log.error("jobs cannot be watched: %s", error)

    def _end_lost(self, leases: Leases) -> None:
        for job in leases.look([job for job in self._records.all() if not job.has_ended]):
            reason = f"its process is gone or hangs: no heartbeat for {LOST_AFTER} s"
            own = [running for running in self._running if running.job_id == job.id]
            for running in own:
                running.reason = reason
                running.process.kill()
            if not own:
                self._records.end(job.id, reason, job.heartbeat)

    def _end(self, job_id: str, error: str) -> None:
        try:
            self._records.end(job_id, error)
        except (OSError, BusyError) as fault:
            _log.error("the end of job %s cannot be recorded: %s", job_id, fault)

    def _report(self, job_id: str) -> None:
        with suppress(OSError):
            job = self._records.get(job_id)
            if job and job.finished_at:
                metrics.job_ended(job.status, (job.finished_at - job.created_at).total_seconds())

    @staticmethod
    def _found(job: Job | None, job_id: str) -> Job:
        if job is None:
            given = shortened(job_id)
            raise NoSuchJob(f"no job has the id {given!r}; only the last {KEPT} are kept")
        return job


@contextmanager
def storage() -> Iterator[None]:
    """Raise StorageFailed when the folder of artifacts cannot be used, or another process works in it."""
    try:
        yield
    except (OSError, BusyError) as error:
        raise StorageFailed(f"{error}") from error


def _members(job: Job) -> dict[str, object]:
    return {"job": job.model_dump(mode="json")}


def _lower_priority(process_id: int) -> None:
    """Let requests go first while the process still imports its modules. Then it does more itself."""
    with suppress(OSError):  # it has ended already, or a sandbox does not allow it
        os.setpriority(os.PRIO_PROCESS, process_id, _NICE)
