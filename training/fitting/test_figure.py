"""The figure of an artifact: tunes and titles that no encoder saw, each tune ranked against those titles.

Training measures it, and anyone can again, from the artifact alone.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from index.artifact import CATALOGUE, EVALUATION, TITLES, TUNE_ENCODER, Artifact, ArtifactError
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.mrr import K, Mrr, reciprocal_ranks, summarise
from model.abc import read_tune
from model.checkpoint import load_tune_encoder
from model.encoder import Encoder

SPLIT = "split.json"


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
    """The test MRR again, from the artifact's `evaluation/` alone. Raises ArtifactError."""
    folder = artifact.path / EVALUATION
    try:
        titles = json.loads((folder / SPLIT).read_text(encoding="utf-8"))["test"]
        encoder = load_tune_encoder(folder / TUNE_ENCODER, device)
        catalogue = Catalogue.load(folder / CATALOGUE)
        names = catalogue.title_of_name
        index = CosineIndex.load(folder / TITLES, names[np.isin(names, titles)])
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(f"{folder}: {error}") from error
    tunes = [encoder.features(read_tune(setting.abc)) for setting in catalogue.settings]
    return unseen_mrr(encoder, tunes, index, catalogue, titles)
