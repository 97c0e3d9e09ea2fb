"""The engine: the artifact that is being served, what is asked of it, and its rebuilding.

The engine holds one immutable `Snapshot` by one reference. A request reads the reference once and keeps what
it got, so a new snapshot can take its place at any moment without a request noticing.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from index import artifact
from index.artifact import Artifact
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.melody_index import MelodyIndex
from index.mrr import Mrr
from index.own_tunebooks import NAME as OWN
from index.own_tunebooks import read_own
from index.probes import measure
from index.publication import link_files, publish, staging
from index.ranking import Ranking, rank
from model.abc import Tune, read_tune
from model.device import pick_device
from model.encoder import Vectors
from model.errors import GanAinmError
from service.settings import Settings

DEGRADED = 0.9  # share of the recorded MRR below which an artifact no longer does what it did when published
_REBUILT = (artifact.CATALOGUE, artifact.TITLES, artifact.SETTINGS, artifact.MELODIES)  # the rest stays
_UNIT = 1e-3  # how far the length of a unit vector may be off


class RebuildError(GanAinmError):
    """A rebuilt index that must not be served."""


class Rebuilt(NamedTuple):
    """What a rebuild made: an artifact with so many of the user's own tunes; which were left out, and why."""

    version: str
    tunes: int
    skipped: list[str]


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
    tunebooks : the user's own, that a rebuild adds to what was learned; None for none

    Raises
    ------
    ArtifactError
        When the folder has no artifact that can be used.
    """

    def __init__(self, root: Path, device: torch.device, tunebooks: Path | None = None) -> None:
        self._root = root
        self._tunebooks = tunebooks
        self.device = device
        self.snapshot = self._load()

    def rebuild(self) -> Rebuilt:
        """Index the catalogue again, with the user's tunebooks as they are now; publish that and serve it.

        The current artifact is that on disk, which a trainer may have published since this service started.
        The old snapshot serves until the new one is checked and loaded, and goes on serving when that fails.
        Raises RebuildError when the new index is not sound, TunebookError when the tunebooks cannot be read,
        ArtifactError when another artifact was published meanwhile or the current one cannot be read, OSError
        when the new one cannot be written.
        """
        old = artifact.load(self._root, self.device)
        # What was trained on, without what earlier rebuilds added: a tunebook may be gone.
        learned = Catalogue.load(old.path / artifact.EVALUATION / artifact.CATALOGUE)
        own = read_own(self._tunebooks) if self._tunebooks else None
        catalogue = learned.with_settings(own.named) if own else learned
        tunes = [read_tune(setting.abc) for setting in catalogue.settings]
        index = CosineIndex(
            _sound(old.title_encoder.encode(catalogue.names), "names"), catalogue.title_of_name
        )
        vectors = CosineIndex(_sound(old.tune_encoder.encode(tunes), "settings"), catalogue.title_of_setting)
        _check(index, len(learned), old)
        corpora = [corpus for corpus in old.manifest.corpora if corpus.name != OWN]
        manifest = old.manifest.model_copy(
            update={
                "created": datetime.now(UTC).isoformat(timespec="seconds"),
                "rebuilt_from": old.version,
                "corpora": [*corpora, own.count] if own else corpora,
                # Among more titles the probes have more to be mistaken for; that is no fault of the index.
                "probes": measure(old.probes, old.tune_encoder, index, catalogue),
                "titles": len(catalogue),
                "settings": len(catalogue.settings),
            }
        )
        with staging(self._root) as staged:
            link_files(old.path, staged, without=_REBUILT)
            catalogue.save(staged / artifact.CATALOGUE)
            index.save(staged / artifact.TITLES)
            vectors.save(staged / artifact.SETTINGS)
            MelodyIndex(tunes, vectors).save(staged / artifact.MELODIES)
            publish(self._root, staged, manifest, replaces=old.version)
        self.snapshot = self._load()
        return Rebuilt(
            self.snapshot.artifact.version, own.count.tunes if own else 0, own.skipped if own else []
        )

    def _load(self) -> Snapshot:
        loaded = artifact.load(self._root, self.device)
        measured = measure(loaded.probes, loaded.tune_encoder, loaded.title_index, loaded.catalogue)
        return Snapshot(loaded, measured, datetime.now(UTC))


def load_engine(settings: Settings) -> Engine:
    """The engine that the settings ask for. Raises ArtifactError or DeviceError."""
    return Engine(settings.artifacts, pick_device(settings.device), settings.tunebooks)


def _sound(vectors: Vectors, kind: str) -> Vectors:
    """The same vectors. Raises RebuildError unless each is of unit length."""
    is_unit = np.abs(np.linalg.norm(vectors, axis=1) - 1) < _UNIT
    if not is_unit.all():
        raise RebuildError(f"{np.sum(~is_unit)} {kind} have no vector of unit length")
    return vectors


def _check(index: CosineIndex, learned: int, old: Artifact) -> None:
    """Raises RebuildError unless the probes do as well as when first published.

    They are looked for among the titles that were `learned`, which are the first so many.
    """
    kept = index.title_of_row < learned
    among_learned = CosineIndex(index.vectors[kept], index.title_of_row[kept])
    measured = measure(old.probes, old.tune_encoder, among_learned, old.catalogue)
    recorded = old.manifest.probes.value
    if measured.value < DEGRADED * recorded:
        raise RebuildError(f"its MRR is {measured.value:.4f}; when published it was {recorded:.4f}")
