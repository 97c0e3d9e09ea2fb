"""The rebuild: indexes the trained catalogue again with the user's own tunebooks, without training."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index import artifact, dump
from index.alignment import Melody
from index.artifact import OWN_BOOKS, Artifact, ArtifactError
from index.catalogue import Catalogue, Named, Setting
from index.cosine_index import CosineIndex
from index.own_tunebooks import load_books, read_own
from index.probes import DEGRADED, encode_probes, measure_vectors, rank_probes
from index.progress import OnStep, ignore_steps
from index.publication import KEPT, link_files, publish, staging
from index.reindexing import reindexed
from index.slips import find_slips
from index.suggester import CATALOGUE, INDEX_FILES, Suggester
from model.abc import read_tune
from model.device import Device
from model.encoder import Vectors
from model.version import VERSION

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
        When the folder of tunebooks cannot be read.
    ReaderError
        When a process that reads tunes ends before its work is done.
    ArtifactError
        When the current artifact cannot be read, or another one was published in the meantime.
    OSError
        When the new artifact cannot be written.
    """
    with _no_garbage_collection():
        try:
            return _rebuild(root, device, tunebooks, on_step, keep, force=False, reuse=True)
        except RebuildError:  # what it took from the current artifact may be at fault
            return _rebuild(root, device, tunebooks, on_step, keep, force, reuse=False)


def _rebuild(
    root: Path,
    device: Device,
    tunebooks: Path | None,
    on_step: OnStep,
    keep: int,
    force: bool,
    reuse: bool,
) -> Rebuilt:
    old = artifact.load(root, device)
    trained = Catalogue.load(old.path / artifact.EVALUATION / CATALOGUE)
    # Another version may have read the tunes and the names by other rules.
    reuse = reuse and old.manifest.version == VERSION
    known = load_books(old.path / OWN_BOOKS) if reuse and (old.path / OWN_BOOKS).exists() else []
    indexed = [setting.abc for setting in old.suggester.catalogue.settings] if reuse else []
    encoder = old.suggester.encoders.tune
    own = read_own(tunebooks, encoder, known, frozenset(indexed), on_step) if tunebooks else None
    encoded = own.encoded if own else ()

    sources: list[tuple[Sequence[str], Callable[[int], Melody]]]
    sources = [(indexed, old.suggester.melody_index.melody)]
    sources += [(part.abc, part.contents.melodies.melody) for part in encoded]
    melody_with = {abc: (melody, number) for abcs, melody in sources for number, abc in enumerate(abcs)}

    def melody_of(setting: Setting) -> Melody:
        if setting.abc in melody_with:
            melody, number = melody_with[setting.abc]
            return melody(number)
        return Melody.of(read_tune(setting.abc))

    catalogue = _with_own(trained, own.named, melody_of) if own else trained
    suggester = reindexed(old.suggester, catalogue, encoded, reuse, on_step)
    advance = on_step("checking and publishing", 3)
    _check_vectors(suggester)
    probes = old.probe_vectors if reuse else encode_probes(old.probes, suggester.encoders)
    if not force:
        _check_probes(probes, suggester.title_index, len(trained), old)
    advance()
    corpora = [each for each in old.manifest.corpora if not each.own]
    manifest = old.manifest.model_copy(
        update={
            "version": VERSION,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "rebuilt_from": old.version,
            "corpora": [*corpora, *own.counts] if own else corpora,
            # More titles make the probes harder to rank without any fault of the index: measure them again.
            "probes": measure_vectors(old.probes, probes, suggester),
            "titles": len(catalogue),
            "settings": len(catalogue.settings),
        }
    )
    advance()
    with staging(root) as staged:
        link_files(old.path, staged, without=(*INDEX_FILES, OWN_BOOKS))
        suggester.save_indexes(staged)
        if own:
            own.save(staged / OWN_BOOKS)
        version = publish(root, staged, manifest, replaces=old.version, keep=keep)
    advance()
    return Rebuilt(version, len(own.named) if own else 0, own.skipped if own else [])


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Stop the search for cycles: it would go through all settings again and again.

    What a reader leaves behind, some hundred objects a tune, stays until the search goes on.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _with_own(trained: Catalogue, named: list[Named], melody_of: Callable[[Setting], Melody]) -> Catalogue:
    """The trained catalogue with the user's own settings, curated as the trained ones were.

    A setting of a dump that was trained on is not added once more.
    """
    of_dump = {setting.reference for setting in trained.settings if setting.corpus == dump.NAME}
    named = [(names, setting) for names, setting in named if setting.reference not in of_dump]
    joined = trained.with_settings(named)
    added = {setting.reference for _, setting in named}
    changed = {
        number for number, title in enumerate(joined.titles) if not added.isdisjoint(title.references[-1:])
    }
    slips = find_slips(joined, melody_of, changed)
    catalogue = trained.with_settings(named, slips)
    return Catalogue(catalogue.titles[: len(trained)] + catalogue.shorten().titles[len(trained) :])


def _check_vectors(suggester: Suggester) -> None:
    """Raise RebuildError unless all vectors have unit length."""
    indexes = {"names": suggester.title_index, "settings": suggester.melody_index.vectors}
    for rows, index in indexes.items():
        has_unit_length = np.abs(np.linalg.norm(index.vectors, axis=1) - 1) < _UNIT
        if not has_unit_length.all():
            raise RebuildError(f"the vectors of {np.sum(~has_unit_length)} {rows} do not have unit length")


def _check_probes(probes: Vectors, titles: CosineIndex, trained: int, old: Artifact) -> None:
    """Raise RebuildError unless the probes do as well as when first published.

    They are ranked among the names of the `trained` titles only, which come first.
    """
    kept = titles.title_of_row < trained
    among_trained = CosineIndex(titles.vectors[kept], titles.title_of_row[kept])
    measured = float(rank_probes(old.probes, probes, among_trained).mean())
    recorded = old.manifest.probes.value
    if measured < DEGRADED * recorded:
        raise RebuildError(f"the MRR of the probes is {measured:.4f}; when published it was {recorded:.4f}")
