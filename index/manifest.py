"""The manifest: an artifact's provenance, counts, figures and checksums."""

from typing import Any

from pydantic import BaseModel

from index.mrr import Mrr

FORMAT = 5  # of the artifact's folder; a reader refuses any other


class CorpusCount(BaseModel, frozen=True):
    """A collection that the artifact was trained on.

    Attributes
    ----------
    name, licence : of the corpus
    tunes : settings that were read and kept
    merged : how many of those have the same title and the same notes as another setting and were merged into
        it
    skipped : tunes that were skipped
    sha256 : of everything that was read
    """

    name: str
    licence: str
    tunes: int
    merged: int = 0
    skipped: int
    sha256: str


class Manifest(BaseModel, frozen=True):
    """Provenance, counts and figures of an artifact, and the sha256 of its files.

    Attributes
    ----------
    format : `FORMAT` of the version that wrote it
    version : of the project that wrote it; 0.1.0 did not say
    created : ISO 8601, UTC
    revision : git revision of the code that wrote it, "unknown" outside a checkout
    seed : of the training
    titles, settings, dim : counts of the catalogue; length of the vectors
    probes : the MRR of the probes when it was published
    test : the MRR of unseen tunes, measured once in training
    encoders : the config of each
    rebuilt_from : version of the artifact whose encoders this one has, when only the index was built again
    files : sha256 of every other file, by its path in the folder
    """

    format: int
    version: str = "0.1.0"
    created: str
    revision: str
    seed: int
    corpora: list[CorpusCount]
    titles: int
    settings: int
    dim: int
    probes: Mrr
    test: Mrr
    encoders: dict[str, dict[str, Any]]
    rebuilt_from: str | None = None
    files: dict[str, str] = {}
