"""Jobs: long work that a request starts without waiting for it. One runs at a time."""

import logging
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock
from typing import Literal

from pydantic import BaseModel, Field

from service.problems import AlreadyRunning, NoSuchJob

_KEPT = 100  # jobs that can still be looked up
_log = logging.getLogger("uvicorn.error")


class JobResult(BaseModel, frozen=True):
    """The result of a re-index."""

    artifact: str
    tunes: int = Field(description="Tunes from the user's own tunebooks in the new artifact.")
    skipped: int = Field(description="Tunes in the tunebooks that were skipped.")
    reasons: list[str] = Field(description="The first hundred skipped tunes, with the reasons.")


class Job(BaseModel, frozen=True):
    """The state of a job."""

    id: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    created_at: datetime
    finished_at: datetime | None = None
    result: JobResult | None = None
    error: str | None = None

    @property
    def location(self) -> str:
        """Its address in the API."""
        return f"/admin/jobs/{self.id}"


class Jobs:
    """Runs jobs in one background thread, and remembers the last hundred."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="job")

    def start(self, work: Callable[[], JobResult]) -> Job:
        """Queue work. Raises AlreadyRunning while another job is queued or running."""
        with self._lock:
            for other in self._jobs.values():
                if other.status in ("queued", "running"):
                    members = {"job": other.model_dump(mode="json")}
                    raise AlreadyRunning(f"see {other.location}", members, {"Location": other.location})
            job = Job(id=uuid.uuid4().hex, status="queued", created_at=datetime.now(UTC))
            # The job cannot run before it is stored: its first step waits for the lock.
            self._executor.submit(self._run, job.id, work)
            self._jobs[job.id] = job
            while len(self._jobs) > _KEPT:
                self._jobs.popitem(last=False)
        return job

    def get(self, job_id: str) -> Job:
        """The state of a job. Raises NoSuchJob when the id is unknown or forgotten."""
        with self._lock:
            if job_id not in self._jobs:
                raise NoSuchJob(f"no job has the id {job_id!r}; only the last {_KEPT} are remembered")
            return self._jobs[job_id]

    def close(self) -> None:
        """Wait until the running job ends."""
        self._executor.shutdown(wait=True)

    def _run(self, job_id: str, work: Callable[[], JobResult]) -> None:
        self._update(job_id, status="running")
        try:
            result = work()
        except Exception as error:  # whatever happens, the job must end
            _log.exception("job %s failed", job_id)
            self._update(job_id, status="failed", error=f"{error}", finished_at=datetime.now(UTC))
        else:
            self._update(job_id, status="succeeded", result=result, finished_at=datetime.now(UTC))

    def _update(self, job_id: str, **changes: object) -> None:
        with self._lock:
            self._jobs[job_id] = self._jobs[job_id].model_copy(update=changes)
