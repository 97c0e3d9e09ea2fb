"""The supervisor: starts the workers, replaces those that end or hang, and ends them with the service."""

import logging
import socket
import time
from dataclasses import dataclass

from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from model.errors import GanAinmError
from service.acceptor import WorkerServer
from service.connection import ServerConfig
from service.metrics_files import bury

_STARTS_S = 60.0  # seconds in which a worker imports its modules; on a busy machine that takes long
_ANSWERS_S = 5.0  # seconds in which it answers from then on
_RETRY_S = 10.0  # seconds from one attempt to start a worker to the next, if it cannot start
_KILL_S = 1.0  # seconds after which a worker that should have stopped is killed
_log = logging.getLogger("uvicorn.error")


class WorkerError(GanAinmError):
    """A worker process that cannot start."""


@dataclass
class _State:
    """What the supervisor knows of a worker.

    Attributes
    ----------
    created_at : when its process was started, a moment of `time.monotonic`
    asked_at : when it was sent a ping that it has not answered, None if it has answered all
    has_started : whether it has said that it serves
    """

    created_at: float
    asked_at: float | None = None
    has_started: bool = False


class _Worker(Process):
    @property
    def server(self) -> WorkerServer:
        if self._server is None:
            self._server = WorkerServer(self.config)
        assert isinstance(self._server, WorkerServer)
        return self._server


class Supervisor(Multiprocess):
    """uvicorn's supervisor, but it never waits for a worker's answer.

    So it notices at once that it should stop, and a worker may start slowly.
    """

    config: ServerConfig

    def __init__(self, config: ServerConfig, listeners: list[socket.socket]) -> None:
        super().__init__(config, listeners)
        self._has_served = False  # any worker, ever
        self._failed = False
        self._states: dict[Process, _State] = {}

    def run(self) -> None:
        """Serve until a signal. Raises WorkerError when the workers cannot start; they have logged why."""
        super().run()
        if self._failed:
            raise WorkerError("the workers cannot start; the log says why")

    def init_processes(self) -> None:
        """Start the workers."""
        self.processes = [self._start_worker() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        """Replace the workers that have ended or hang. uvicorn calls this every half second."""
        for number, worker in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if self._is_well(worker):
                continue
            if not self._has_served and (worker.exitcode or 0) > 0:  # the others would fail, too
                self._failed = True
                self.should_exit.set()
                return
            state = self._states[worker]
            if not state.has_started and time.monotonic() - state.created_at < _RETRY_S:
                continue
            worker.kill()
            worker.join()
            _log.error("worker %s has ended or hangs, and is replaced", worker.pid)
            self._forget(worker)
            self.processes[number] = self._start_worker()

    def join_all(self) -> None:
        """Wait for the workers to end, and kill those that do not."""
        settings = self.config.settings
        kill_at = time.monotonic() + settings.drain_s + settings.stop_timeout_s + _KILL_S
        for worker in self.processes:
            worker.process.join(max(kill_at - time.monotonic(), 0))
            if worker.process.is_alive():
                _log.error("worker %s does not stop, and is killed", worker.pid)
                worker.process.kill()
                worker.process.join()

    def _start_worker(self) -> Process:
        worker = _Worker(self.config, self.sockets)
        worker.start()
        return worker

    def _is_well(self, worker: Process) -> bool:
        """Whether a worker runs and answers. Sends it a ping if it has answered the last one."""
        now = time.monotonic()
        state = self._states.setdefault(worker, _State(created_at=now))
        if not worker.process.is_alive():
            return False
        try:
            if state.asked_at is not None and worker.parent_conn.poll():
                state.has_started = worker.parent_conn.recv()
                state.asked_at = None
                self._has_served |= state.has_started
            if state.asked_at is None:
                worker.parent_conn.send(b"ping")
                state.asked_at = now
        except (OSError, EOFError):
            return False
        return now - state.asked_at < (_ANSWERS_S if state.has_started else _STARTS_S)

    def _forget(self, worker: Process) -> None:
        del self._states[worker]
        try:
            bury(worker.pid or 0)
        except OSError as error:
            _log.error("the metrics of worker %s are lost: %s", worker.pid, error)
