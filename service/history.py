"""The history of measurements: a file beside the artifacts, which all workers and replicas share."""

import logging
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from gan_ainm_client.answers import Measurement
from index.regular_files import read_regular

FILE = "measurements.json"

_KEPT = 50  # measurements
_VERSIONS = 10  # artifacts whose first measurement is kept
_LARGEST = 2**20  # bytes of the file
_WAIT_S = 5.0  # for another worker that is writing
_log = logging.getLogger("uvicorn.error")


class _Content(BaseModel, frozen=True):
    first: dict[str, Measurement] = {}  # by version of the artifact, the oldest first
    recent: list[Measurement] = []  # the latest last

    def plus(self, measurement: Measurement) -> Self:
        version = measurement.artifact
        first = self.first if version in self.first else {**self.first, version: measurement}
        kept = dict(list(first.items())[-_VERSIONS:])
        return self.model_copy(
            update={"first": kept, "recent": [*self.recent, measurement][-_KEPT:]},
        )


class History:
    """The latest fifty measurements, and the first one of each artifact.

    If the folder cannot be written, a worker remembers its own measurements.

    Parameters
    ----------
    root : the folder of artifacts
    """

    def __init__(self, root: Path) -> None:
        self._path = root / FILE
        self._own = _Content()  # what this worker measured

    def add(self, measurement: Measurement) -> None:
        """Add a measurement."""
        try:
            with FileLock(self._path.parent / f".{FILE}.lock", timeout=_WAIT_S, mode=0o666):
                part = self._path.parent / f".{FILE}.part"
                part.write_text(self._read().plus(measurement).model_dump_json(), encoding="utf-8")
                part.replace(self._path)
        except (OSError, Timeout) as error:
            _log.warning("%s cannot be written: %s", FILE, error)
        self._own = self._own.plus(measurement)

    def recent(self) -> list[Measurement]:
        """The latest measurements of all workers, the latest first."""
        return self._read().recent[::-1]

    def first(self, version: str) -> Measurement | None:
        """The first measurement of an artifact, None when there is none yet."""
        return self._read().first.get(version)

    def _read(self) -> _Content:
        try:
            return _Content.model_validate_json(read_regular(self._path, _LARGEST))
        except (OSError, ValidationError):  # there is none yet, or somebody damaged it
            return self._own
