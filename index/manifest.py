"""The manifest: the provenance, counts, figures and checksums of an artifact."""

from typing import Any

from pydantic import BaseModel

from index.mrr import Mrr

# Of the artifact's folder; loading refuses any other. It changes with the files and with the rules that made
# them: which names are one title, what the ranking measures, how the reader reads a tune.
FORMAT = 12


class CorpusCount(BaseModel, frozen=True):
    """A collection that is in the artifact's catalogue.

    Attributes
    ----------
    name, licence : of the corpus
    tunes : settings that were read and kept
    merged : how many of these were merged into another setting with the same title and the same notes
    skipped : tunes that were skipped
    sha256 : digest of everything that was read
    own : whether a rebuild read it from the folder of tunebooks; it was not trained on
    """

    name: str
    licence: str
    tunes: int
    merged: int = 0
    skipped: int
    sha256: str
    own: bool = False


class Manifest(BaseModel, frozen=True):
    """Where an artifact comes from, what it holds and how well it works.

    Attributes
    ----------
    format : number of the format of the folder
    version : version of the project that wrote it; 0.1.0 did not record it
    created : when it was written, ISO 8601, UTC
    revision : git revision of the code that wrote it, "unknown" outside a checkout
    seed : random seed of the training
    corpora : the collections in it
    titles, settings, dim : counts of the catalogue; length of the vectors
    probes : the MRR of the probes when it was published
    test : the MRR of unseen tunes, measured once in training
    encoders : the config of each encoder
    rebuilt_from : version of the artifact that this one was rebuilt from, None after a training
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
