"""The rebuild: indexes the trained catalogue again with the user's own tunebooks, without training."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index import artifact
from index.artifact import Artifact, ArtifactError
from index.catalogue import Catalogue, Setting
from index.cosine_index import CosineIndex
from index.library import Library
from index.own_tunebooks import NAME as OWN
from index.own_tunebooks import read_own
from index.probes import DEGRADED, measure_probes
from index.progress import OnStep, ignore_steps
from index.publication import KEPT, link_files, publish, staging
from index.slips import find_slips
from index.suggester import CATALOGUE, INDEX_FILES, Suggester
from model.abc import read_tune
from model.device import Device

_UNIT = 1e-3  # how far the length of a unit vector may be off


class RebuildError(ArtifactError):
    """A rebuilt index that must not be published."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild published.

    Attributes
    ----------
    version : version of the new artifact
    tunes : number of the user's own tunes in it
    skipped : the reference of each of the user's tunes that was skipped, and the reason
    """

    version: str
    tunes: int
    skipped: list[str]


def rebuild(
    root: Path,
    device: Device,
    tunebooks: Path | None = None,
    on_step: OnStep = ignore_steps,
    force: bool = False,
    keep: int = KEPT,
) -> Rebuilt:
    """Index the current artifact's catalogue again, with the tunebooks as they are now, and publish it.

    Trained titles keep their numbers, because the probes and the split refer to them; titles that are only in
    the tunebooks follow. Tunes that an earlier rebuild added disappear if they are no longer in the folder.

    Parameters
    ----------
    root : the folder of artifacts
    device : where the encoders run
    tunebooks : folder of the user's own tunebooks, None for none
    on_step : called when each step begins
    force : publish the new index even if the probes do clearly worse in it than in the trained one
    keep : number of artifacts that stay, see `index.publication.publish`

    Raises
    ------
    RebuildError
        When the new index is not sound.
    TunebookError
        When the tunebooks cannot be read.
    ArtifactError
        When the current artifact cannot be read, or another one was published in the meantime.
    OSError
        When a tunebook cannot be read or the new artifact cannot be written.
    """
    old = artifact.load(root, device)
    trained = Catalogue.load(old.path / artifact.EVALUATION / CATALOGUE)
    own = read_own(tunebooks, on_step) if tunebooks else None
    catalogue = _with_own(trained, own.named) if own else trained
    library = Library.read(catalogue, on_step)
    suggester = Suggester.build(library, old.suggester.encoders, old.suggester.ranking, on_step)
    advance = on_step("checking and publishing", 3)
    _check_vectors(suggester)
    if not force:
        _check_probes(suggester, len(trained), old)
    advance()
    corpora = [corpus for corpus in old.manifest.corpora if corpus.name != OWN]
    manifest = old.manifest.model_copy(
        update={
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "rebuilt_from": old.version,
            "corpora": [*corpora, own.count] if own else corpora,
            # More titles make the probes harder to rank without any fault of the index: measure them again.
            "probes": measure_probes(old.probes, suggester),
            "titles": len(catalogue),
            "settings": len(catalogue.settings),
        }
    )
    advance()
    with staging(root) as staged:
        link_files(old.path, staged, without=INDEX_FILES)
        suggester.save_indexes(staged)
        version = publish(root, staged, manifest, replaces=old.version, keep=keep)
    advance()
    return Rebuilt(version, own.count.tunes if own else 0, own.skipped if own else [])


def _with_own(trained: Catalogue, named: list[tuple[tuple[str, ...], Setting]]) -> Catalogue:
    """The trained catalogue with the user's own settings, curated as the trained ones were."""
    slips = find_slips(trained.with_settings(named), lambda setting: read_tune(setting.abc))
    catalogue = trained.with_settings(named, slips)
    return Catalogue(catalogue.titles[: len(trained)] + catalogue.shorten().titles[len(trained) :])


def _check_vectors(suggester: Suggester) -> None:
    """Raise RebuildError unless all vectors have unit length."""
    indexes = {"names": suggester.title_index, "settings": suggester.melody_index.vectors}
    for rows, index in indexes.items():
        has_unit_length = np.abs(np.linalg.norm(index.vectors, axis=1) - 1) < _UNIT
        if not has_unit_length.all():
            raise RebuildError(f"the vectors of {np.sum(~has_unit_length)} {rows} do not have unit length")


def _check_probes(suggester: Suggester, trained: int, old: Artifact) -> None:
    """Raise RebuildError unless the probes do as well as when first published.

    They are ranked among the `trained` titles only, which come first.
    """
    kept = suggester.title_index.title_of_row < trained
    index = CosineIndex(suggester.title_index.vectors[kept], suggester.title_index.title_of_row[kept])
    among_trained = replace(suggester, catalogue=old.suggester.catalogue, title_index=index)
    measured = measure_probes(old.probes, among_trained).value
    recorded = old.manifest.probes.value
    if measured < DEGRADED * recorded:
        raise RebuildError(f"the MRR of the probes is {measured:.4f}; when published it was {recorded:.4f}")
