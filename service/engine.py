"""The engine: the artifact that is being served, what is asked of it, and its rebuilding.

The engine holds one immutable `Snapshot` by one reference. A request reads the reference once and keeps what
it got, so a new snapshot can take its place at any moment without a request noticing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch

from index import artifact
from index.artifact import Artifact
from index.cosine_index import CosineIndex
from index.mrr import Mrr
from index.probes import measure
from index.publication import link_files, publish, staging
from index.ranking import Ranking, rank
from model.abc import Tune
from model.device import pick_device
from service.settings import Settings

DEGRADED = 0.9  # share of the recorded MRR below which an artifact no longer does what it did when published
_UNIT = 1e-3  # how far the length of a unit vector may be off


class RebuildError(Exception):
    """A rebuilt index that must not be served."""


@dataclass(frozen=True)
class Snapshot:
    """An artifact with the MRR that its probes had on it here, and when that was measured."""

    artifact: Artifact
    measured: Mrr
    measured_at: datetime

    @property
    def degraded(self) -> bool:
        """Whether it does clearly worse here than where it was published."""
        return self.measured.value < DEGRADED * self.artifact.manifest.probes.value

    def suggest(self, tune: Tune, k: int) -> Ranking:
        """The `k` most likely titles of a tune, and whether it is known."""
        served = self.artifact
        vector = served.tune_encoder.encode([tune])
        return rank(tune, vector, served.title_index, served.melody_index, served.ranking, k)


class Engine:
    """Serves the current artifact of a folder.

    Parameters
    ----------
    root : the artifacts' folder
    device : where the encoders run

    Raises
    ------
    ArtifactError
        When the folder has no artifact that can be used.
    """

    def __init__(self, root: Path, device: torch.device) -> None:
        self._root = root
        self.device = device
        self.snapshot = self._load()

    def rebuild(self) -> str:
        """Encode every name of the current catalogue again, publish and serve the result, return its version.

        The current artifact is that on disk, which a trainer may have published since this service started.
        The old snapshot serves until the new one is checked and loaded, and goes on serving when that fails.
        Raises RebuildError when the new index is not sound, ArtifactError when another artifact was published
        meanwhile or the current one cannot be read, OSError when the new one cannot be written.
        """
        old = artifact.load(self._root, self.device)
        index = CosineIndex(old.title_encoder.encode(old.catalogue.names), old.catalogue.title_of_name)
        _check(index, old)
        manifest = old.manifest.model_copy(
            update={"created": datetime.now(UTC).isoformat(timespec="seconds"), "rebuilt_from": old.version}
        )
        with staging(self._root) as staged:
            link_files(old.path, staged, without=artifact.TITLES)
            index.save(staged / artifact.TITLES)
            publish(self._root, staged, manifest, replaces=old.version)
        self.snapshot = self._load()
        return self.snapshot.artifact.version

    def _load(self) -> Snapshot:
        loaded = artifact.load(self._root, self.device)
        measured = measure(loaded.probes, loaded.tune_encoder, loaded.title_index, loaded.catalogue)
        return Snapshot(loaded, measured, datetime.now(UTC))


def load_engine(settings: Settings) -> Engine:
    """The engine that the settings ask for. Raises ArtifactError or DeviceError."""
    return Engine(settings.artifacts, pick_device(settings.device))


def _check(index: CosineIndex, old: Artifact) -> None:
    """Raises RebuildError unless every vector is sound and the probes do as well as when first published."""
    lengths = np.linalg.norm(index.vectors, axis=1)
    if not np.all(np.abs(lengths - 1) < _UNIT):
        raise RebuildError(f"{int((np.abs(lengths - 1) >= _UNIT).sum())} names have no vector of unit length")
    measured = measure(old.probes, old.tune_encoder, index, old.catalogue)
    recorded = old.manifest.probes.value
    if measured.value < DEGRADED * recorded:
        raise RebuildError(f"its MRR is {measured.value:.4f}; when published it was {recorded:.4f}")
