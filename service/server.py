"""The server: uvicorn with our options, in one process or in several workers."""

import logging
import math
import os
import signal
import socket
import sys
import time
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from index.artifact import current_version
from model.device import Device, pick_device
from model.errors import GanAinmError
from service.app import create_app
from service.connection import ServerConfig
from service.engine import load_engine
from service.logs import logging_config
from service.metrics_files import bury, prepare
from service.settings import Settings

_MOST_WORKERS = 4  # by default; a worker more costs memory, and few need so many answers
_PING_S = 5  # seconds in which a worker answers its supervisor
_WAITING_CONNECTIONS = 1024  # that no worker has accepted yet
_KILL_S = 2.0  # seconds after which a worker that should have stopped is killed
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container
_log = logging.getLogger("uvicorn.error")


class WorkerError(GanAinmError):
    """A worker process that cannot start."""


def make_server(app: FastAPI, settings: Settings, log_level: str = "info") -> uvicorn.Server:
    """A server for this process alone, not yet running."""
    return uvicorn.Server(ServerConfig(app, settings, log_level=log_level, **_options(settings, log_level)))


def run_workers(settings: Settings) -> None:
    """Serve with several processes until stopped.

    Raises
    ------
    ArtifactError, DeviceError
        When there is no current artifact, or no such device.
    WorkerError
        When a worker cannot start; it has logged why.
    OSError
        When the address is in use.
    """
    prepare()
    current_version(settings.artifacts)  # fails with one message, and not with one from each worker
    workers = settings.workers or default_workers(pick_device(settings.device))
    config = ServerConfig(
        partial(_make_worker_app, settings),
        settings,
        factory=True,
        workers=workers,
        timeout_worker_healthcheck=_PING_S,
        **_options(settings),
    )
    with _bind(settings) as listener:
        _log.info("listening on http://%s:%d with %d workers", *listener.getsockname()[:2], workers)
        supervisor = _Supervisor(config, [listener])
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise WorkerError("the workers cannot start; the log says why")


def default_workers(device: Device) -> int:
    """One worker for each core that this process may use, at most four; with a GPU one."""
    return 1 if device == "cuda" else min(_usable_cores(), _MOST_WORKERS)


class _Supervisor(Multiprocess):
    """uvicorn's supervisor, which stops at once, and kills workers that do not stop in time."""

    def __init__(self, config: ServerConfig, listeners: list[socket.socket]) -> None:
        super().__init__(config, listeners)
        settings = config.settings
        self._patience_s = settings.drain_s + settings.stop_timeout_s + _KILL_S
        self._kill_at = math.inf  # moment of `time.monotonic`
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._stop)

    def _stop(self, signum: int, _frame: FrameType | None) -> None:
        # uvicorn itself would look for signals only when all workers have answered a ping.
        self._kill_at = min(self._kill_at, time.monotonic() + self._patience_s)
        self.should_exit.set()
        if signum == signal.SIGINT:
            return  # Ctrl-C reaches the workers, too; a second SIGINT would make them end without cleaning up
        for process in self.processes:
            if process.process.is_alive() and process.pid:
                os.kill(process.pid, signum)

    def keep_subprocess_alive(self) -> None:
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            _bury(pid)
        # asyncio has one number for the connections that wait and for those that it accepts at once, so each
        # worker that starts makes the queue of the shared socket too short.
        for listener in self.sockets:
            listener.listen(_WAITING_CONNECTIONS)

    def join_all(self) -> None:
        kill_at = min(self._kill_at, time.monotonic() + self._patience_s)
        for process in self.processes:
            process.process.join(max(kill_at - time.monotonic(), 0))
            if process.process.is_alive():
                _log.error("worker %s does not stop: killing it", process.pid)
                process.process.kill()
                process.process.join()


def _bury(pid: int | None) -> None:
    try:
        bury(pid or 0)
    except OSError as error:
        _log.error("the metrics of worker %s are lost: %s", pid, error)


def _make_worker_app(settings: Settings) -> FastAPI:
    """The app of a worker process. Ends the process when the artifact cannot be served."""
    try:
        engine = load_engine(settings)
    except (GanAinmError, OSError) as error:
        _log.error("%s", error)
        sys.exit(STARTUP_FAILURE)
    return create_app(settings, engine)


def _options(settings: Settings, log_level: str = "info") -> dict[str, object]:
    return {
        "host": settings.host,
        "port": settings.port,
        "lifespan": "on",
        "log_config": logging_config(settings.log_format, log_level),
        "server_header": False,
        # Whole seconds; the supervisor counts the fraction.
        "timeout_graceful_shutdown": max(round(settings.stop_timeout_s), 1),
    }


def _bind(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family, reuse_port=False)
    listener.set_inheritable(True)
    return listener


def _usable_cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CPU_QUOTA.read_text(encoding="ascii").split()
        return max(min(cores, round(int(quota) / int(period))), 1)
    except (OSError, ValueError):  # no container, or one without a limit: "max"
        return cores
