"""The engine: holds the artifact that is being served, and swaps in a new one.

The engine refers to one immutable `Snapshot`. A request takes that reference once and keeps it, so the engine
can replace the snapshot at any moment without disturbing a request.
"""

import gc
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from index import artifact
from index.artifact import PROBES, Artifact
from index.mrr import Mrr
from index.probes import DEGRADED, encode_probes, measure_vectors
from model.device import Device, pick_device
from model.encoder import Vectors
from model.encoders import TUNE_ENCODER
from service import metrics
from service.settings import Settings


@dataclass(frozen=True)
class Snapshot:
    """An artifact, with the vectors of its probes and their MRR, measured on this machine."""

    artifact: Artifact
    probes: Vectors
    measured: Mrr
    measured_at: datetime

    @property
    def degraded(self) -> bool:
        """Whether the probes do clearly worse here than when the artifact was published."""
        return self.measured.value < DEGRADED * self.artifact.manifest.probes.value


class Engine:
    """Serves the current artifact of a folder.

    Parameters
    ----------
    root : the folder of artifacts
    device : where the encoders run

    Raises
    ------
    ArtifactError
        When the folder has no current artifact, or it cannot be used.
    """

    def __init__(self, root: Path, device: Device) -> None:
        self._root = root
        self._loading = Lock()
        self.device = device
        self.snapshot = self._load()

    def refresh(self) -> bool:
        """Load the current artifact unless it is being served already; return whether it was loaded.

        Raises ArtifactError when it cannot be used; the engine keeps the old one.
        """
        with self._loading:
            if artifact.current_version(self._root) == self.snapshot.artifact.version:
                return False
            self.snapshot = self._load(self.snapshot)
            return True

    def _load(self, before: Snapshot | None = None) -> Snapshot:
        if before is None:
            gc.unfreeze()
        gc.collect()
        gc.disable()  # it would go through the new catalogue again and again, and hold up requests meanwhile
        try:
            loaded = artifact.load(self._root, self.device)
            if before and _have_same_probes(before.artifact, loaded):
                probes = before.probes
            else:
                probes = encode_probes(loaded.probes, loaded.suggester.encoders)
            measured = measure_vectors(loaded.probes, probes, loaded.suggester)
            loaded.suggester.directory.prepare()
            loaded.suggester.same_tunes.prepare()
        finally:
            gc.enable()
        # It would go through the whole catalogue every few hundred answers. A catalogue has no cycles, so it
        # needs no collector when another takes its place.
        gc.freeze()
        snapshot = Snapshot(loaded, probes, measured, datetime.now(UTC))
        replaced = before.artifact.version if before else None
        metrics.serves(loaded.version, replaced, loaded.manifest.probes, measured, snapshot.degraded)
        return snapshot


def _have_same_probes(a: Artifact, b: Artifact) -> bool:
    """Whether the probes and their vectors are the same: a rebuild changes neither them nor the encoders."""
    return all(a.manifest.files[name] == b.manifest.files[name] for name in (PROBES, TUNE_ENCODER))


def load_engine(settings: Settings) -> Engine:
    """The engine for these settings.

    Raises ArtifactError when there is no artifact that can be used, DeviceError when there is no such device.
    """
    return Engine(settings.artifacts, pick_device(settings.device))
