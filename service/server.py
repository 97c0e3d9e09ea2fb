"""The server: uvicorn with our options, in one process or in several workers."""

import gc
import logging
import os
import socket
import sys
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE

from index.artifact import current_version
from model.device import Device, pick_device
from model.errors import GanAinmError
from service.app import create_app
from service.connection import ServerConfig
from service.engine import load_engine
from service.feedback_store import open_store
from service.logs import logging_config
from service.settings import Settings
from service.supervisor import Supervisor

_MOST_WORKERS = 4  # by default; a worker more costs memory, and few need so many answers
_WAITING_CONNECTIONS = 1024  # that no worker has accepted yet
_SWITCH_S = 0.0005  # seconds
_GC_OBJECTS = 10_000  # by default 700, and the garbage collector looks during every other tune
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")  # of a container
_log = logging.getLogger("uvicorn.error")


def make_server(app: FastAPI, settings: Settings, log_level: str = "info") -> uvicorn.Server:
    """A server for this process alone, not yet running."""
    config = ServerConfig(app, settings, log_level=log_level, **_options(settings, log_level))
    return uvicorn.Server(config)


def run_workers(settings: Settings) -> None:
    """Serve with several processes until stopped.

    Raises
    ------
    ArtifactError, DeviceError
        When there is no current artifact, or no such device.
    FeedbackError
        When the file for feedback cannot be used.
    WorkerError
        When a worker cannot start; it has logged why.
    OSError
        When the service cannot listen on its address.
    """
    # These fail with one message, and not with one from each worker.
    current_version(settings.artifacts)
    open_store(settings)
    # glibc gives each thread a heap of its own. Large texts that go from thread to thread leave holes in all
    # of them, and so a worker grows slowly. One heap is enough, as the interpreter lock lets one thread run.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    workers = settings.workers or default_workers(pick_device(settings.device))
    config = ServerConfig(
        partial(_make_worker_app, settings),
        settings,
        factory=True,
        workers=workers,
        **_options(settings),
    )
    with _bind(settings) as listener:
        _log.info("listening on http://%s:%d with %d workers", *listener.getsockname()[:2], workers)
        Supervisor(config, [listener]).run()


def default_workers(device: Device) -> int:
    """One worker for each core that this process may use, at most four; with a GPU one."""
    return 1 if device == "cuda" else min(_usable_cores(), _MOST_WORKERS)


def _make_worker_app(settings: Settings) -> FastAPI:
    """The app of a worker process. Ends the process when the artifact cannot be served."""
    # A thread that computes leaves the interpreter lock to the event loop after this time. With Python's 5 ms
    # each of the many short steps of the event loop would wait for 5 ms.
    sys.setswitchinterval(_SWITCH_S)
    gc.set_threshold(_GC_OBJECTS)
    try:
        return create_app(settings, load_engine(settings))
    except Exception as error:
        _log.error("%s", error, exc_info=not isinstance(error, GanAinmError | OSError))
        sys.exit(STARTUP_FAILURE)


def _options(settings: Settings, log_level: str = "info") -> dict[str, object]:
    return {
        "host": settings.host,
        "port": settings.port,
        "lifespan": "on",
        "log_config": logging_config(settings.log_format, log_level),
        "server_header": False,
        "reset_contextvars": True,  # no request has what the one before it noted
        "proxy_headers": False,  # nothing depends on the client's address or scheme
        # Whole seconds; the supervisor counts the fraction.
        "timeout_graceful_shutdown": max(round(settings.stop_timeout_s), 1),
    }


def _bind(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # Without the protocol's number asyncio leaves Nagle's algorithm on, and each answer waits for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(_WAITING_CONNECTIONS)
    except (OSError, TypeError) as error:  # TypeError when it cannot be the name of a host
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else error
        address = f"HOST={settings.host}, PORT={settings.port}"
        raise OSError(f"the service cannot listen on {address}: {reason}") from error
    return listener


def _usable_cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CPU_QUOTA.read_text(encoding="ascii").split()
        return max(min(cores, round(int(quota) / int(period))), 1)
    except (OSError, ValueError):  # no container, or one without a limit: "max"
        return cores
