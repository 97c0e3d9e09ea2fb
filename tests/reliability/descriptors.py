"""Opens 300 silent connections to a service that may open 256 files; others must get answers."""

import resource
import socket
import time

import typer

from tests.reliability.figures import Figures
from tests.reliability.support import ARTIFACTS, Artifacts, copy_current, scratch
from tests.workers import workers

_FILES = 256
_SILENT = 300
_LOG = 20  # kB


def main(artifacts: Artifacts = ARTIFACTS, seconds: float = 25.0) -> None:
    """Keep many silent connections open, and ask."""
    figures = Figures(f"{_SILENT} silent connections, {_FILES} open files")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    silent: list[socket.socket] = []
    statuses: list[int] = []
    with scratch() as folder:
        root = copy_current(artifacts, folder / "artifacts")
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, hard))  # the service inherits it
        with workers(root, folder, WORKERS="1") as service:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                silent += [socket.create_connection(("127.0.0.1", service.port)) for _ in range(_SILENT)]
                statuses += [service.suggest() for _ in range(5)]
                for connection in silent[:-_SILENT]:
                    connection.close()
                silent = silent[-_SILENT:]
            log = service.log.read_text()
        for connection in silent:
            connection.close()
    figures.none(f"of {len(statuses)} posts failed", [f"{status}" for status in statuses if status != 200])
    lines = [line for line in log.splitlines() if '"event": "request"' not in line]
    figures.at_most("log without its lines for answers", sum(map(len, lines)) / 1000, _LOG, "kB")
    figures.end()


if __name__ == "__main__":
    typer.run(main)
