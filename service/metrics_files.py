"""The files through which the workers share their metrics, as seen by the process that starts the workers.

Each worker writes numbers into files of its own, and the worker that answers GET /metrics adds up all files
(prometheus-client's multiprocess mode). Its module looks for the folder when it is first imported. So call
`prepare` before anything imports that module; workers inherit the environment.
"""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # environment variable; prometheus-client's name
RESTARTS = "gan_ainm_worker_restarts", "Workers that ended and were replaced."

_IN_MEMORY = Path("/dev/shm")  # here a full disk cannot hurt the workers, which map these files
_PREFIX = "gan-ainm-metrics-"
_OWNER = "owner"  # file that the process which made a folder keeps locked
_NEW_S = 60.0  # seconds in which a folder may not have its owner yet
_ENDED = "ended"  # stands for the process id in the names of the files of workers that have ended


def prepare() -> None:
    """Make an empty folder for the metrics of the workers, and put its path into the environment.

    If the variable PROMETHEUS_MULTIPROC_DIR is set, that folder is emptied and used. Otherwise the folder is
    removed when this process ends, or by the next service if this process is killed.

    Raises OSError when the folder cannot be made.
    """
    if folder := os.environ.get(FOLDER):
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            for file in Path(folder).glob("*.db"):
                file.unlink()
        except OSError as error:
            raise OSError(f"{FOLDER}={folder} cannot be used: {error.strerror}") from error
        return
    parent = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    _remove_abandoned(parent)
    folder = tempfile.mkdtemp(prefix=_PREFIX, dir=parent)
    owner = FileLock(Path(folder) / _OWNER)
    owner.acquire()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(owner.release)
    os.environ[FOLDER] = folder


def _remove_abandoned(parent: Path) -> None:
    """Remove the folders whose processes were killed."""
    for owner in parent.glob(f"{_PREFIX}*/{_OWNER}"):
        with suppress(OSError, Timeout):  # of another user; of a process that runs
            if time.time() - owner.stat().st_mtime > _NEW_S:
                with FileLock(owner, blocking=False):
                    shutil.rmtree(owner.parent)


def bury(pid: int) -> None:
    """Count a worker that has ended as restarted, and keep its counts: they go into one file for all of them.

    Does nothing when the workers share no metrics. Raises OSError when the files cannot be written.
    """
    if FOLDER not in os.environ:
        return
    from prometheus_client.mmap_dict import MmapedDict, mmap_key
    from prometheus_client.multiprocess import mark_process_dead

    folder = Path(os.environ[FOLDER])
    with locked(folder):
        mark_process_dead(pid, folder)  # removes its gauges
        for kind in ("counter", "histogram"):
            file, ended = folder / f"{kind}_{pid}.db", MmapedDict(folder / f"{kind}_{_ENDED}.db")
            values = {}
            if file.exists():
                values = {key: value for key, value, *_ in MmapedDict.read_all_values_from_file(file)}
            if kind == "counter":
                name, text = RESTARTS
                values[mmap_key(name, f"{name}_total", [], [], text)] = 1.0
            for key, value in values.items():
                ended.write_value(key, ended.read_value(key)[0] + value, 0.0)
            ended.close()
            file.unlink(missing_ok=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep the counts of a worker that ended from being read twice or not at all."""
    with FileLock(folder / "lock", timeout=5):
        yield
