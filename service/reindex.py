"""`python -m service.reindex`: the process of one job. The service starts it (`service/jobs.py`).

It rebuilds the index, renews the lease of the job, and records how the job ends. It stops early when somebody
cancels the job, when it gets SIGTERM, when the job has lost its lease, and when the service is gone. It goes
on when only the worker that started it is gone: the supervisor replaces that worker.
"""

import argparse
import logging.config
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Any, Self

from gan_ainm_client.answers import Job, JobResult
from index.publication import BusyError
from index.rebuild import rebuild
from model.errors import GanAinmError
from service.job_progress import ProgressOfJob
from service.job_records import JobRecords
from service.lease import HEARTBEAT_S
from service.logs import logging_config

_NICE = 19  # beside a busy process on the same core, a fiftieth of the time
_GRACE_S = 2.0  # seconds to clean up, once the job must end early
_REASONS = 100  # skipped tunes that a job lists
_log = logging.getLogger("service.reindex")


class Stopped(BaseException):
    """The job must end early. No `except Exception` may catch this."""


class Pulse:
    """Renews the lease of a job about once a second, and stops the job when it must end early.

    Parameters
    ----------
    records : the records of jobs
    job_id : the job
    service : process id of the service
    progress : how far the job is
    """

    def __init__(self, records: JobRecords, job_id: str, service: int, progress: ProgressOfJob) -> None:
        self._records, self._job_id, self._service, self._progress = records, job_id, service, progress
        self._heartbeat = 0
        self._over = Event()
        self._thread = Thread(target=self._run, name="pulse", daemon=True)
        self.reason = "it was stopped by SIGTERM, as when the service stops"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not (reason := self._beat()):
            if self._over.wait(HEARTBEAT_S):
                return
        self.reason = reason
        os.kill(os.getpid(), signal.SIGTERM)
        if not self._over.wait(_GRACE_S):  # the main thread is inside a library
            with suppress(OSError, BusyError):
                self._records.end(self._job_id, reason)
            os._exit(1)

    def _beat(self) -> str:
        """Renew the lease. Returns why the job must end early, "" if it need not."""
        self._heartbeat += 1
        try:
            job = self._records.change(
                self._job_id, status="running", heartbeat=self._heartbeat, progress=self._progress.now
            )
        except (OSError, BusyError) as error:
            _log.error("the lease cannot be renewed: %s", error)
            return ""
        if job is None or job.has_ended:
            return "another process has ended the job"
        if job.cancel_requested:
            return "somebody asked to cancel it"
        return "" if _is_running(self._service) else "the service is gone"


def main() -> None:
    """Run the job that the arguments name. Exits with status 0 if it succeeds, otherwise with 1."""
    arguments = _parse_arguments()
    logging.config.dictConfig(logging_config(arguments.log_format, "info", job=arguments.job))
    signal.signal(signal.SIGTERM, _stop)
    _lower_priority()
    records, progress = JobRecords(arguments.artifacts), ProgressOfJob(_log.info)
    pulse = Pulse(records, arguments.job, arguments.service, progress)
    job: Job | None
    try:
        with pulse:
            outcome = _rebuild(arguments, progress)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
    except Stopped:
        job = records.end(arguments.job, pulse.reason)
        _log.info("the job was stopped: %s", pulse.reason)
    else:
        job = records.change(arguments.job, progress=None, finished_at=datetime.now(UTC), **outcome)
    sys.exit(0 if job and job.status == "succeeded" else 1)


def _rebuild(arguments: argparse.Namespace, progress: ProgressOfJob) -> dict[str, Any]:
    """Rebuild the index. Returns the outcome as changes of the job."""
    try:
        rebuilt = rebuild(
            arguments.artifacts,
            arguments.device,
            arguments.tunebooks,
            progress.begin,
            force=arguments.force,
            keep=arguments.keep,
        )
    except (GanAinmError, OSError) as error:
        _log.error("the job failed: %s", error)
        return {"status": "failed", "error": _printable(f"{error}")}
    except Exception as error:  # whatever happens, the job must end
        _log.exception("the job failed")
        return {"status": "failed", "error": _printable(f"{error}") or type(error).__name__}
    _log.info("published %s", rebuilt.version)
    result = JobResult(
        artifact=rebuilt.version,
        tunes=rebuilt.tunes,
        skipped=len(rebuilt.skipped),
        reasons=[_printable(reason) for reason in rebuilt.skipped[:_REASONS]],
    )
    return {"status": "succeeded", "result": result}


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The process of a re-index. The service starts it.")
    parser.add_argument("job", help="id of the job")
    parser.add_argument("--artifacts", type=Path, required=True, help="folder of the published artifacts")
    parser.add_argument("--tunebooks", type=Path, help="folder of the user's own tunebooks")
    parser.add_argument("--device", choices=("cpu", "cuda"), required=True)
    parser.add_argument("--keep", type=int, required=True, help="number of artifacts that stay")
    parser.add_argument("--log-format", choices=("auto", "json", "text"), default="auto")
    parser.add_argument("--force", action="store_true", help="publish even if the probes do worse")
    parser.add_argument("--service", type=int, required=True, help="process id of the service")
    return parser.parse_args()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def _lower_priority() -> None:
    os.nice(_NICE)  # on Linux this lowers the priority of its reads and writes, too
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # some sandboxes do not allow it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)  # sends nothing
    except OSError:  # no such process, or by now one of another user
        return False
    return True


def _printable(text: str) -> str:
    """Text that JSON can hold: names of files may have bytes that are no characters."""
    return text.encode("utf-8", "backslashreplace").decode()


if __name__ == "__main__":
    main()
