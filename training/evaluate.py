"""Measurement: the same protocols for training, for `python -m training evaluate`, and for anyone who checks.

unseen
    Tunes whose titles no encoder saw, each ranked against the titles of their part of the split.
known
    Known tunes in another key, ranked against all titles: whole, their first notes, and the probes (32 to 64
    notes from anywhere, a tenth of them ornamented).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from index.artifact import EVALUATION, TITLES, TUNE_ENCODER, Artifact, ArtifactError
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex, Hit
from index.mrr import K, Mrr, reciprocal_ranks, summarise
from index.ranking import rank
from index.variation import cut, transposed, unnamed
from model.abc import Tune, read_tune
from model.checkpoint import load_tune_encoder
from model.encoder import Encoder
from training.baselines import NgramIndex

SPLIT = "split.json"
_KNOWN_QUERIES = 500  # settings drawn for each protocol of known tunes


def pool_index(
    encoder: Encoder[str, Any], names: Sequence[Any], catalogue: Catalogue, titles: Sequence[int]
) -> CosineIndex:
    """The names of some titles as an index; `names` are features of all the catalogue's, in their order."""
    rows = np.flatnonzero(np.isin(catalogue.title_of_name, titles))
    vectors = encoder.encode_features([names[int(i)] for i in rows])
    return CosineIndex(vectors, catalogue.title_of_name[rows])


def unseen_mrr(
    encoder: Encoder[Any, Any],
    tunes: Sequence[Any],
    index: CosineIndex,
    catalogue: Catalogue,
    titles: Sequence[int],
) -> Mrr:
    """MRR@20 of every setting of some titles against an index of those titles' names.

    `tunes` are the features of all the catalogue's settings, in their order.
    """
    settings = np.flatnonzero(np.isin(catalogue.title_of_setting, titles))
    answers = index.search(encoder.encode_features([tunes[int(i)] for i in settings]), K)
    right = catalogue.title_of_setting[settings].tolist()
    return summarise(reciprocal_ranks(answers, right), pool=len(titles))


def recompute_test(artifact: Artifact, device: torch.device) -> Mrr:
    """The test MRR again, from the artifact's `evaluation/` and catalogue alone. Raises ArtifactError."""
    folder = artifact.path / EVALUATION
    try:
        titles = json.loads((folder / SPLIT).read_text(encoding="utf-8"))["test"]
        encoder = load_tune_encoder(folder / TUNE_ENCODER, device)
        names = artifact.catalogue.title_of_name
        index = CosineIndex.load(folder / TITLES, names[np.isin(names, titles)])
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(f"{folder}: {error}") from error
    tunes = [encoder.features(read_tune(setting.abc)) for setting in artifact.catalogue.settings]
    return unseen_mrr(encoder, tunes, index, artifact.catalogue, titles)


def known_mrr(artifact: Artifact) -> Iterator[tuple[str, str, Mrr]]:
    """Known tunes in another key, asked of each index, of both joined, and of a baseline.

    Yields protocol, system and figure.
    """
    catalogue = artifact.catalogue
    known = [read_tune(setting.abc) for setting in catalogue.settings]
    ngrams = NgramIndex(known, catalogue.title_of_setting)
    for protocol, tunes, right in _known_queries(artifact, known):
        vectors = artifact.tune_encoder.encode(tunes)
        joined = rank(vectors, artifact.title_index, artifact.melody_index, K)
        answers: dict[str, list[list[Hit]]] = {
            "title index": artifact.title_index.search(vectors, K),
            "melody index": artifact.melody_index.search(vectors, K),
            "both, joined": [[Hit(found.title, 0, found.score) for found in ranked] for ranked in joined],
            "5-gram TF-IDF": ngrams.search(tunes, K),
        }
        for system, found in answers.items():
            yield protocol, system, summarise(reciprocal_ranks(found, right), pool=len(catalogue))


def _known_queries(artifact: Artifact, known: Sequence[Tune]) -> Iterator[tuple[str, list[Tune], list[int]]]:
    rng = np.random.default_rng(artifact.manifest.seed)
    drawn = rng.permutation(len(known))[:_KNOWN_QUERIES]
    moved = [transposed(unnamed(known[int(i)]), int(rng.integers(1, 12))) for i in drawn]
    right = artifact.catalogue.title_of_setting[drawn].tolist()
    yield "known, whole", moved, right
    for notes in (32, 16):
        yield f"known, {notes} notes", [cut(tune, 0, notes) for tune in moved], right
    probes = artifact.probes
    yield "known, probes", [read_tune(probe.abc) for probe in probes], [probe.title for probe in probes]
