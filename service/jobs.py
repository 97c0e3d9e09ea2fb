"""Jobs: long work that a request starts without waiting for it. One runs at a time."""

import logging
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from index.progress import Advance, OnStep, Step
from service.problems import AlreadyRunning, NoSuchJob, shortened

_KEPT = 100  # jobs that can still be looked up
_log = logging.getLogger("uvicorn.error")


class JobResult(BaseModel, frozen=True):
    """The result of a re-index."""

    artifact: str
    tunes: int = Field(description="Tunes from the user's own tunebooks in the new artifact.")
    skipped: int = Field(description="Tunes in the tunebooks that were skipped.")
    reasons: list[str] = Field(description="The first hundred skipped tunes, with the reasons.")


class JobProgress(BaseModel, frozen=True):
    """The step that a running job is at."""

    step: str
    done: int = Field(description="Finished parts of this step.")
    total: int | None = Field(description="All parts of this step, if known.")
    seconds_left: float | None = Field(description="Estimated time until this step ends, once there is one.")


class Job(BaseModel, frozen=True):
    """The state of a job."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "9f2c1a7e4b5d4c3e8a6f0d1b2c3d4e5f",
                    "status": "succeeded",
                    "created_at": "2026-11-22T23:00:00Z",
                    "finished_at": "2026-11-22T23:00:09Z",
                    "progress": None,
                    "result": {
                        "artifact": "20261122T230008Z-5d1c9b7e",
                        "tunes": 120,
                        "skipped": 1,
                        "reasons": ["session.abc:1042: the text has no notes"],
                    },
                    "error": None,
                }
            ]
        }
    )

    id: str
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    created_at: datetime
    finished_at: datetime | None = None
    progress: JobProgress | None = Field(default=None, description="Only while the job is running.")
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
        self._step: Step | None = None  # of the running job
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="job")

    def start(self, work: Callable[[OnStep], JobResult]) -> Job:
        """Queue work. Raises AlreadyRunning while another job is queued or running."""
        with self._lock:
            for other in self._jobs.values():
                if other.status in ("queued", "running"):
                    members = {"job": self._now(other).model_dump(mode="json")}
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
                given = shortened(job_id)
                raise NoSuchJob(f"no job has the id {given!r}; only the last {_KEPT} are remembered")
            return self._now(self._jobs[job_id])

    def close(self) -> None:
        """Wait until the running job ends."""
        self._executor.shutdown(wait=True)

    def _run(self, job_id: str, work: Callable[[OnStep], JobResult]) -> None:
        self._update(job_id, status="running")
        try:
            result = work(self._begin)
        except Exception as error:  # whatever happens, the job must end
            _log.exception("job %s failed", job_id)
            self._update(job_id, status="failed", error=f"{error}", finished_at=datetime.now(UTC))
        else:
            self._update(job_id, status="succeeded", result=result, finished_at=datetime.now(UTC))

    def _begin(self, description: str, total: int | None) -> Advance:
        step = self._step = Step(description, total)
        return step.advance

    def _now(self, job: Job) -> Job:
        """A job with its progress at this moment."""
        step = self._step
        if step is None or job.status != "running":
            return job
        left = step.seconds_left
        progress = JobProgress(
            step=step.description,
            done=step.done,
            total=step.total,
            seconds_left=None if left is None else round(left, 1),
        )
        return job.model_copy(update={"progress": progress})

    def _update(self, job_id: str, **changes: object) -> None:
        with self._lock:
            self._step = None
            self._jobs[job_id] = self._jobs[job_id].model_copy(update=changes)
