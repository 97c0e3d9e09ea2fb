"""The manifest: what an artifact says of itself."""

from typing import Any

from pydantic import BaseModel

from index.mrr import Mrr

FORMAT = 5  # of the artifact's folder; a reader refuses any other


class CorpusCount(BaseModel, frozen=True):
    """A collection that the artifact was learned from.

    Attributes
    ----------
    name, licence : as of the corpus
    tunes : settings that were read and kept
    merged : how many of those are the same notes under the same title as another setting, which stands for
        both
    skipped : tunes that were left out
    sha256 : of all that was read
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
    created : ISO 8601, UTC
    revision : git revision of the code that wrote it, "unknown" outside a checkout
    seed : of the training
    titles, settings, dim : counts of the catalogue; length of the vectors
    probes : the MRR of the probes when it was published
    test : the MRR of unseen tunes that training reported once
    encoders : the config of each
    rebuilt_from : version of the artifact whose encoders this one has, with an index built again
    files : sha256 of every other file, by its path in the folder
    """

    format: int
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
