"""The artifact: one published, versioned folder with everything the service needs, never changed.

    artifacts/
        current -> 20261122T101500Z-0f3a9c21    what a service loads
        20261122T101500Z-0f3a9c21/
            manifest.json               format, provenance, figures, and the sha256 of every other file
            tune_encoder.safetensors    weights and config
            title_encoder.safetensors
            titles.faiss                a row for each name of the catalogue
            settings.faiss              a row for each setting of the catalogue
            melodies.safetensors        the rest of the melody index
            ranking.json                weights of the ranking
            catalogue.jsonl
            probes.jsonl
            metrics.json                what training measured
            evaluation/                 split, catalogue, encoders and index: to recompute the test MRR from

How a new one takes its place: `index/publication.py`.

ArtifactError: there is none, or it cannot be used; the message names what was found and what was expected.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import ValidationError

from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.manifest import FORMAT, Manifest
from index.melody_index import MelodyIndex
from index.probes import Probe, load_probes
from index.ranking import RankingModel
from model.abc import Tune
from model.checkpoint import CheckpointError, load_title_encoder, load_tune_encoder
from model.encoder import Encoder
from model.errors import GanAinmError

CURRENT = "current"
MANIFEST = "manifest.json"
TUNE_ENCODER = "tune_encoder.safetensors"
TITLE_ENCODER = "title_encoder.safetensors"
TITLES = "titles.faiss"
SETTINGS = "settings.faiss"
MELODIES = "melodies.safetensors"
RANKING = "ranking.json"
CATALOGUE = "catalogue.jsonl"
PROBES = "probes.jsonl"
METRICS = "metrics.json"
EVALUATION = "evaluation"


class ArtifactError(GanAinmError):
    """No artifact, or one that cannot be used."""


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
    melody_index: MelodyIndex
    ranking: RankingModel
    probes: list[Probe]


def current_version(root: Path) -> str:
    """The version of the current artifact. Raises ArtifactError when there is none."""
    pointer = root / CURRENT
    if not pointer.is_dir():
        raise ArtifactError(f"{root} has no current artifact; train one with: python -m training fit")
    return pointer.resolve().name


def load(root: Path, device: torch.device) -> Artifact:
    """The current artifact, verified, with its encoders on the device. Raises ArtifactError."""
    return read_folder(root / current_version(root), device)


def read_folder(path: Path, device: torch.device) -> Artifact:
    """The artifact in a folder, verified, with its encoders on the device. Raises ArtifactError."""
    manifest = _read_manifest(path)
    _verify_files(path, manifest.files)
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
            melody_index=MelodyIndex.load(
                path / MELODIES, CosineIndex.load(path / SETTINGS, catalogue.title_of_setting)
            ),
            ranking=RankingModel.load(path / RANKING),
            probes=load_probes(path / PROBES),
        )
    except (CheckpointError, OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path.name} cannot be loaded: {error}") from error
    dims = {
        TUNE_ENCODER: artifact.tune_encoder.dim,
        TITLE_ENCODER: artifact.title_encoder.dim,
        TITLES: artifact.title_index.dim,
        SETTINGS: artifact.melody_index.vectors.dim,
    }
    if set(dims.values()) != {manifest.dim}:
        raise ArtifactError(f"{path.name}: the manifest says dim {manifest.dim}, its files have {dims}")
    return artifact


def folder_files(folder: Path) -> list[Path]:
    """Every file of an artifact, in order."""
    return sorted(file for file in folder.rglob("*") if file.is_file())


def sha256(file: Path) -> str:
    """Its digest, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _read_manifest(path: Path) -> Manifest:
    try:
        found = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{path.name}: unreadable {MANIFEST}: {error}") from error
    version = found.get("format") if isinstance(found, dict) else None
    if version != FORMAT:
        raise ArtifactError(
            f"{path.name} has format {version!r}, this version reads format {FORMAT}; train again"
        )
    try:
        return Manifest.model_validate(found)
    except ValidationError as error:
        raise ArtifactError(f"{path.name}: {MANIFEST} is not of format {FORMAT}: {error}") from error


def _verify_files(path: Path, expected: Mapping[str, str]) -> None:
    found = {file.relative_to(path).as_posix() for file in folder_files(path)} - {MANIFEST}
    if found != set(expected):
        raise ArtifactError(f"{path.name}: files differ from the manifest's: {sorted(found ^ set(expected))}")
    for name, digest in expected.items():
        if (actual := sha256(path / name)) != digest:
            raise ArtifactError(
                f"{path.name}: {name} has sha256 {actual[:12]}…, its manifest says {digest[:12]}…"
            )
