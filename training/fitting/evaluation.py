"""The test figure of an artifact: unseen tunes, each ranked against the names of unseen titles.

Training measures it once; anyone can recompute it from the artifact's folder `evaluation/`.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.artifact import EVALUATION, Artifact, ArtifactError
from index.catalogue import Catalogue
from index.cosine_index import CosineIndex
from index.library import Library
from index.mrr import Mrr, search_reciprocal_ranks, summarise
from index.progress import OnStep, ignore_steps
from index.suggester import CATALOGUE, TITLES
from model.checkpoint import CheckpointError, load_encoder
from model.device import Device
from model.encoders import TUNE_ENCODER, Encoders
from training.fitting.split import SPLIT, Split
from training.fitting.training_set import TrainingSet


def unseen_mrr(encoders: Encoders, training_set: TrainingSet, titles: Sequence[int]) -> Mrr:
    """MRR@20 of every setting of some titles against the names of those titles."""
    index = _pool_index(encoders, training_set, titles)
    title_of_setting = training_set.catalogue.title_of_setting
    settings = np.flatnonzero(np.isin(title_of_setting, titles)).tolist()
    vectors = encoders.tune.encode_features([training_set.tunes[i] for i in settings])
    reciprocals = search_reciprocal_ranks(index, vectors, title_of_setting[settings].tolist())
    return summarise(reciprocals, pool=len(titles))


def save_evaluation(folder: Path, encoders: Encoders, training_set: TrainingSet, split: Split) -> None:
    """Write everything that `recompute_test` needs into a new folder."""
    folder.mkdir()
    encoders.save(folder)
    _pool_index(encoders, training_set, split.test).save(folder / TITLES)
    training_set.catalogue.save(folder / CATALOGUE)
    (folder / SPLIT).write_text(json.dumps(split.as_lists()) + "\n", encoding="utf-8")


def recompute_test(artifact: Artifact, device: Device, on_step: OnStep = ignore_steps) -> Mrr:
    """Recompute the test MRR from the artifact's `evaluation/` alone. Raises ArtifactError."""
    folder = artifact.path / EVALUATION
    try:
        titles = Split.load(folder / SPLIT).test
        encoder = load_encoder("tune", folder / TUNE_ENCODER, device)
        catalogue = Catalogue.load(folder / CATALOGUE)
        library = Library.read(Catalogue(tuple(catalogue.titles[title] for title in titles)), on_step)
        names = catalogue.title_of_name
        index = CosineIndex.load(folder / TITLES, names[np.isin(names, titles)])
    except (CheckpointError, OSError, ValueError, LookupError) as error:
        raise ArtifactError(f"{folder}: {error}") from error
    right = np.array(titles)[library.catalogue.title_of_setting].tolist()
    reciprocals = search_reciprocal_ranks(index, encoder.encode(library.tunes), right)
    return summarise(reciprocals, pool=len(titles))


def _pool_index(encoders: Encoders, training_set: TrainingSet, titles: Sequence[int]) -> CosineIndex:
    """An index of the names of some titles."""
    title_of_name = training_set.catalogue.title_of_name
    rows = np.flatnonzero(np.isin(title_of_name, titles))
    vectors = encoders.title.encode_features([training_set.names[int(i)] for i in rows])
    return CosineIndex(vectors, title_of_name[rows])
