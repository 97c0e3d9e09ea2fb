"""The artifact: a published, versioned folder with everything the service needs. It never changes.

    artifacts/
        current -> 20261122T101500Z-0f3a9c21    what a service loads
        20261122T101500Z-0f3a9c21/
            manifest.json               format, provenance, figures, and the sha256 of every other file
            tune_encoder.safetensors    weights and config
            title_encoder.safetensors
            titles.faiss                a row for each name of the catalogue
            settings.faiss              a row for each setting of the catalogue
            melodies.safetensors        the rest of the melody index
            same_tunes.safetensors      which settings are one tune, whatever their titles
            ranking.json                weights of the ranking
            catalogue.jsonl
            display.json                names of the catalogue as people see them
            directory.safetensors       ids of titles and settings, and the words of the names
            probes.jsonl
            probes.safetensors          their vectors
            metrics.json                what training measured
            tunebooks.jsonl             the user's own tunebooks as a rebuild read them, if there are any
            evaluation/                 split, catalogue, encoders and index to recompute the test MRR

`index/publication.py` publishes a new artifact.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from index.digests import sha256
from index.manifest import FORMAT, Manifest
from index.own_sources import TUNEBOOKS as OWN
from index.probes import Probe, load_probe_vectors, load_probes
from index.regular_files import read_regular
from index.suggester import Suggester
from model.checkpoint import CheckpointError
from model.device import Device
from model.encoder import Vectors
from model.errors import GanAinmError

CURRENT = "current"
MANIFEST = "manifest.json"
PROBES = "probes.jsonl"
PROBE_VECTORS = "probes.safetensors"
METRICS = "metrics.json"
OWN_BOOKS = "tunebooks.jsonl"
EVALUATION = "evaluation"
_LARGEST_MANIFEST = 2**24  # bytes


class ArtifactError(GanAinmError):
    """No artifact, or one that cannot be used. The message says what was found and what was expected."""


@dataclass(frozen=True)
class Artifact:
    """A loaded artifact.

    Attributes
    ----------
    path : its folder
    manifest : provenance, counts, figures
    suggester : suggests titles from it
    probes : changed tunes whose MRR shows whether it still works
    probe_vectors : their vectors, as the training encoded them, shape = (probes, dim)
    """

    path: Path
    manifest: Manifest
    suggester: Suggester
    probes: list[Probe]
    probe_vectors: Vectors

    @property
    def version(self) -> str:
        """The name of its folder."""
        return self.path.name

    @property
    def licences(self) -> dict[str, str]:
        """The licence of each corpus, by name. The user's own tunebooks have none: ""."""
        return {corpus.name: "" if corpus.name == OWN else corpus.licence for corpus in self.manifest.corpora}


def current_version(root: Path) -> str:
    """The version of the current artifact. Raises ArtifactError when there is none."""
    pointer = root / CURRENT
    if not pointer.is_dir():
        raise ArtifactError(f"{root} has no current artifact; train one with: gan-ainm fit")
    return pointer.resolve().name


def load(root: Path, device: Device) -> Artifact:
    """The current artifact, verified, with its encoders on the device.

    Raises ArtifactError when there is none or it cannot be used.
    """
    return read_folder(root / current_version(root), device)


def read_folder(path: Path, device: Device) -> Artifact:
    """The artifact in a folder, verified, with its encoders on the device.

    Raises ArtifactError when it cannot be used.
    """
    manifest = read_manifest(path)
    _verify_files(path, manifest.files)
    return load_files(path, manifest, device)


def load_files(path: Path, manifest: Manifest, device: Device) -> Artifact:
    """The artifact in a folder whose files are those of the manifest.

    Raises ArtifactError when it cannot be used.
    """
    try:
        suggester, probes = Suggester.load(path, device), load_probes(path / PROBES)
        vectors = load_probe_vectors(path / PROBE_VECTORS, len(probes), suggester.title_index.dim)
    except (CheckpointError, OSError, ValueError, TypeError, RecursionError) as error:
        raise ArtifactError(f"{path.name} cannot be loaded: {error}") from error
    if suggester.title_index.dim != manifest.dim:
        raise ArtifactError(f"{path.name}: the manifest says dim {manifest.dim}, its files {suggester.dims}")
    return Artifact(path, manifest, suggester, probes, vectors)


def read_manifest(path: Path) -> Manifest:
    """The manifest of the artifact in a folder. Raises ArtifactError when it cannot be read."""
    try:
        content = json.loads(read_regular(path / MANIFEST, _LARGEST_MANIFEST))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactError(f"{path.name}: unreadable {MANIFEST}: {error}") from error
    version = content.get("format") if isinstance(content, dict) else None
    if version != FORMAT:
        raise ArtifactError(
            f"{path.name}: {MANIFEST} has format {version!r}, this version reads {FORMAT}: titles, indexes "
            "or ranking were made by other rules; train again"
        )
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ArtifactError(
            f"{path.name}: {MANIFEST} is not of format {FORMAT}: {where}: {first['msg']}"
        ) from error


def folder_files(folder: Path) -> list[Path]:
    """Every file of an artifact, sorted."""
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _verify_files(path: Path, expected: Mapping[str, str]) -> None:
    names = {file.relative_to(path).as_posix() for file in folder_files(path)} - {MANIFEST}
    if names != set(expected):
        raise ArtifactError(f"{path.name}: files differ from the manifest: {sorted(names ^ set(expected))}")
    for name, digest in expected.items():
        try:
            actual = sha256(path / name)
        except OSError as error:
            raise ArtifactError(f"{path.name}: {name} cannot be read: {error.strerror}") from error
        if actual != digest:
            raise ArtifactError(
                f"{path.name}: {name} has sha256 {actual[:12]}…, its manifest says {digest[:12]}…"
            )
