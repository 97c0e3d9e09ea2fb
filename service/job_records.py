"""The records of jobs: a JSON file for each, in the folder `jobs` beside the artifacts.

Every worker, replica and restarted service sees the same records. A record is replaced as a whole, so any
process can read it at any time. Processes change records only while they hold the lock of the folder.
"""

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gan_ainm_client.answers import Job
from index.publication import locked, naming
from index.regular_files import IrregularFileError, read_regular

_FOLDER = "jobs"  # in the folder of artifacts
_LOCK_S = 5.0  # seconds to wait for the lock; a process holds it for milliseconds, unless it hangs
_ID = re.compile("[0-9a-f]{32}")
_LARGEST = 2**24  # bytes of a record; it may list a hundred tunebooks with long names
_Key = tuple[str, int, int]  # of a record as it was read: id, inode, time of its last change
_log = logging.getLogger("uvicorn.error")


class JobRecords:
    """Reads and writes the records of a folder of artifacts.

    Methods that read raise OSError when a record cannot be read. Methods that write raise OSError when the
    disk cannot be written, and BusyError when another process holds the lock for more than five seconds.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / _FOLDER
        self._ended: dict[_Key, Job] = {}  # they never change, so each is read once
        self._damaged: set[_Key] = set()  # each is read and logged once, too

    def all(self) -> list[Job]:
        """Every job, newest first. Damaged records are left out, and logged once."""
        ids = [path.stem for path in self._folder.glob("*.json") if _ID.fullmatch(path.stem)]
        jobs = (self.get(job_id) for job_id in ids)
        return sorted(filter(None, jobs), key=lambda job: job.number, reverse=True)

    def get(self, job_id: str) -> Job | None:
        """A job, None if there is no such job or its record is damaged."""
        if not _ID.fullmatch(job_id):  # a client's text
            return None
        path = self._path(job_id)
        try:
            state = path.lstat()
            # A job with an Idempotency-Key may get the id of one whose record has been swept.
            key = (job_id, state.st_ino, state.st_mtime_ns)
            if key in self._ended:
                return self._ended[key]
            if key in self._damaged:
                return None
            job = Job.model_validate_json(read_regular(path, _LARGEST))
            if job.id != job_id:
                raise ValueError(f"it is the record of {job.id}")
        except FileNotFoundError:
            return None
        except (ValueError, IrregularFileError) as error:
            self._damaged.add(key)
            _log.warning("%s is damaged and left out: %s", path, " ".join(f"{error}".split()))
            return None
        if job.has_ended:
            self._ended[key] = job
        return job

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of the folder, to read and then to write."""
        with locked(self._folder / ".lock", _LOCK_S):
            yield

    def save(self, job: Job) -> None:
        """Replace the record of a job. Hold the lock for this."""
        part = self._folder / f".{job.id}.part"
        with naming(part):
            with part.open("wb") as file:
                file.write(job.model_dump_json(indent=2).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path(job.id))

    def change(self, job_id: str, **changes: object) -> Job | None:
        """Change a job that has not ended, and return it; also if it had ended. None if it does not exist."""
        with self.locked():
            job = self.get(job_id)
            if job and not job.has_ended:
                job = job.model_copy(update=changes)
                self.save(job)
            return job

    def end(self, job_id: str, error: str, heartbeat: int | None = None) -> Job | None:
        """End a job that has no result: it was cancelled if somebody asked for that, otherwise it failed.

        Parameters
        ----------
        job_id : the job
        error : why it failed
        heartbeat : end the job only if it still has this heartbeat

        Returns
        -------
        The job, None if it does not exist.
        """
        with self.locked():
            job = self.get(job_id)
            if job and not job.has_ended and heartbeat in (None, job.heartbeat):
                cancelled = job.cancel_requested
                changes = {
                    "status": "cancelled" if cancelled else "failed",
                    "error": None if cancelled else error,
                    "progress": None,
                    "finished_at": datetime.now(UTC),
                }
                job = job.model_copy(update=changes)
                self.save(job)
            return job

    def sweep(self, keep: int) -> None:
        """Remove the oldest records until `keep` are left, and half-written files. Hold the lock for this."""
        for job in self.all()[keep:]:
            if job.has_ended:
                self._path(job.id).unlink(missing_ok=True)
        for part in self._folder.glob(".*.part"):
            part.unlink(missing_ok=True)
        self._ended.clear()

    def _path(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.json"
