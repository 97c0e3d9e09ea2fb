"""Namers: what suggests titles, here or elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from index.suggestions import Suggestions
from model.abc import Tune
from model.device import DeviceName
from model.errors import GanAinmError


class NamerError(GanAinmError):
    """A tune for which a service has no answer."""


class Namer(Protocol):
    """Suggests titles for tunes: a `Suggester`, or a service somewhere else."""

    def suggest(self, tune: Tune, top_k: int, /) -> Suggestions:
        """The most likely titles of a tune. Raises NamerError when this tune gets no answer."""


@contextmanager
def open_namer(url: str | None, artifacts: Path, device: DeviceName) -> Iterator[Namer]:
    """The service at an address, or else the current artifact of a folder.

    Raises ArtifactError when there is no artifact, ServiceError when the address is not a valid URL.
    """
    if url:
        from cli.remote import RemoteNamer

        with RemoteNamer(url) as namer:
            yield namer
    else:
        from index import load

        yield load(artifacts, device)
