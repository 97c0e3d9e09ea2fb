"""The artifact: one published, versioned folder with everything the service needs, never changed.

    artifacts/
        current -> 20261122T101500Z-0f3a9c21    what a service loads
        20261122T101500Z-0f3a9c21/
            manifest.json               format, provenance, figures, and the sha256 of every other file
            tune_encoder.safetensors    weights and config
            title_encoder.safetensors
            titles.faiss                a row for each name of the catalogue
            settings.faiss              a row for each setting of the catalogue
            catalogue.jsonl
            probes.jsonl
            metrics.json                what training measured
            evaluation/                 the split, its encoders and index: to recompute the test MRR from

A new artifact is written to a temporary folder, synced, and renamed; only then `current` moves. Whatever
kills the writer, `current` names a whole artifact.

ArtifactError: there is none, or it cannot be used; the message names what was found and what was expected.
"""

import hashlib
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel, ValidationError

from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.mrr import Mrr
from index.probes import Probe, load_probes
from model.abc import Tune
from model.checkpoint import CheckpointError, load_title_encoder, load_tune_encoder
from model.encoder import Encoder

FORMAT = 1  # of the folder; a reader refuses any other
CURRENT = "current"
MANIFEST = "manifest.json"
TUNE_ENCODER = "tune_encoder.safetensors"
TITLE_ENCODER = "title_encoder.safetensors"
TITLES = "titles.faiss"
SETTINGS = "settings.faiss"
CATALOGUE = "catalogue.jsonl"
PROBES = "probes.jsonl"
METRICS = "metrics.json"
EVALUATION = "evaluation"


class ArtifactError(Exception):
    """No artifact, or one that cannot be used."""


class Corpus(BaseModel, frozen=True):
    """A collection that the artifact was learned from."""

    name: str
    licence: str
    tunes: int
    skipped: int
    sha256: str


class Manifest(BaseModel, frozen=True):
    """What an artifact says of itself.

    Attributes
    ----------
    format : `FORMAT` of the version that wrote it
    created : ISO 8601, UTC
    revision : git revision of the code that wrote it, "unknown" outside a checkout
    seed : of the training
    titles, settings, dim : counts of the catalogue; length of the vectors
    probes : the MRR of the probes when it was published
    test : the MRR of unseen tunes that training reported once
    encoders : the config of each
    rebuilt_from : version of the artifact whose title index was built again for this one
    files : sha256 of every other file, by its path in the folder
    """

    format: int
    created: str
    revision: str
    seed: int
    corpora: list[Corpus]
    titles: int
    settings: int
    dim: int
    probes: Mrr
    test: Mrr
    encoders: dict[str, dict[str, Any]]
    rebuilt_from: str | None = None
    files: dict[str, str] = {}


@dataclass(frozen=True)
class Artifact:
    """A loaded artifact: everything the service needs, never changed."""

    version: str
    path: Path
    manifest: Manifest
    tune_encoder: Encoder[Tune, Any]
    title_encoder: Encoder[str, Any]
    catalogue: Catalogue
    title_index: CosineIndex
    melody_index: CosineIndex
    probes: list[Probe]


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A temporary folder beside the artifacts for writing the next;

    gone afterwards, unless it was published.
    """
    root.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(root: Path, staged: Path, manifest: Manifest) -> str:
    """Turn a staged folder into the current artifact: hash, write the manifest, sync, rename, and move
    `current`.

    Returns the version.
    """
    files = {file.relative_to(staged).as_posix(): _sha256(file) for file in _files(staged)}
    text = manifest.model_copy(update={"files": files}).model_dump_json(indent=2)
    (staged / MANIFEST).write_text(text + "\n", encoding="utf-8")
    for file in _files(staged):
        file.chmod(0o644)  # some writers make files private
    for path in [*_files(staged), *(p for p in staged.rglob("*") if p.is_dir()), staged]:
        _sync(path)
    version = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    staged.chmod(0o755)  # mkdtemp makes it private
    staged.rename(root / version)
    _sync(root)
    pointer = root / f".{CURRENT}-{version}"
    pointer.symlink_to(version)
    pointer.replace(root / CURRENT)
    _sync(root)
    return version


def link_files(source: Path, staged: Path, without: str) -> None:
    """Put the files of an artifact into a staged folder, but for its manifest and one other;

    as links where possible.
    """
    for file in _files(source):
        name = file.relative_to(source)
        if name.as_posix() in (MANIFEST, without):
            continue
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, target)
        except OSError:  # a file system without hard links
            shutil.copy2(file, target)


def verify(root: Path) -> tuple[Path, Manifest]:
    """The folder and manifest of the current artifact, every file checked against its hash.

    Raises ArtifactError.
    """
    pointer = root / CURRENT
    if not pointer.exists():
        raise ArtifactError(f"{root} has no current artifact; train one with: python -m training fit")
    path = pointer.resolve()
    try:
        found = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path.name}: unreadable {MANIFEST}: {error}") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        has = found.get("format") if isinstance(found, dict) else None
        raise ArtifactError(
            f"{path.name} has format {has!r}, this version reads format {FORMAT}; train again"
        )
    try:
        manifest = Manifest.model_validate(found)
    except ValidationError as error:
        raise ArtifactError(f"{path.name}: {MANIFEST} is not of format {FORMAT}: {error}") from error
    _verify_files(path, manifest.files)
    return path, manifest


def load(root: Path, device: torch.device) -> Artifact:
    """The current artifact, verified, with its encoders on the device. Raises ArtifactError."""
    path, manifest = verify(root)
    try:
        catalogue = Catalogue.load(path / CATALOGUE)
        artifact = Artifact(
            version=path.name,
            path=path,
            manifest=manifest,
            tune_encoder=load_tune_encoder(path / TUNE_ENCODER, device),
            title_encoder=load_title_encoder(path / TITLE_ENCODER, device),
            catalogue=catalogue,
            title_index=CosineIndex.load(path / TITLES, catalogue.title_of_name),
            melody_index=CosineIndex.load(path / SETTINGS, catalogue.title_of_setting),
            probes=load_probes(path / PROBES),
        )
    except (CheckpointError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path.name} cannot be loaded: {error}") from error
    dims = {
        TUNE_ENCODER: artifact.tune_encoder.dim,
        TITLE_ENCODER: artifact.title_encoder.dim,
        TITLES: artifact.title_index.dim,
        SETTINGS: artifact.melody_index.dim,
    }
    if set(dims.values()) != {manifest.dim}:
        raise ArtifactError(f"{path.name}: the manifest says dim {manifest.dim}, its files have {dims}")
    return artifact


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _verify_files(path: Path, expected: Mapping[str, str]) -> None:
    found = {file.relative_to(path).as_posix() for file in _files(path)} - {MANIFEST}
    if found != set(expected):
        raise ArtifactError(f"{path.name}: files differ from the manifest's: {sorted(found ^ set(expected))}")
    for name, digest in expected.items():
        if (actual := _sha256(path / name)) != digest:
            raise ArtifactError(
                f"{path.name}: {name} has sha256 {actual[:12]}…, its manifest says {digest[:12]}…"
            )


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
