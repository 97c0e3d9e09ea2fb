from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from index import artifact
from tests.support import SMALL, Silent
from training.fitting.split import split_titles
from training.lab.benchmark.gallery import Known
from training.lab.benchmark.learners import Trained, Trainer
from training.lab.benchmark.protocols import known_gallery, unseen_tasks
from training.lab.benchmark.ranks import Place, reciprocal
from training.lab.benchmark.systems import SYSTEMS

CPU = torch.device("cpu")


class Told(Silent):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)


def test_encoders_are_trained_once_for_a_gallery_and_name_what_they_learned(
    known: Known, tmp_path: Path
) -> None:
    report = Told()
    trainer = Trainer(SMALL, CPU, report, tmp_path)
    gallery = known_gallery(known, trainer)
    assert not report.lines  # nobody has asked for them
    scores = SYSTEMS["encoders"].make(gallery).scores(gallery.known.tunes[0])
    assert reciprocal(Place.of(scores, np.array([0]))) == 1
    assert sum(line.startswith("epoch") for line in report.lines) == SMALL.refit_epochs
    again = Told()
    other = known_gallery(known, Trainer(SMALL, CPU, again, tmp_path))
    assert np.array_equal(SYSTEMS["encoders"].make(other).scores(gallery.known.tunes[0]), scores)
    assert not any(line.startswith("epoch") for line in again.lines)
    changed = Told()
    assert known_gallery(known, Trainer(replace(SMALL, seed=1), CPU, changed, tmp_path)).encoders
    assert any(line.startswith("epoch") for line in changed.lines)


def test_each_pool_has_a_training_of_its_own_split(known: Known, tmp_path: Path) -> None:
    report = Told()
    tasks = unseen_tasks(known, Trainer(SMALL, CPU, report, tmp_path))
    for task in list(tasks)[:4]:
        assert task.gallery.encoders
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "unseen-0.safetensors",
        "unseen-1.safetensors",
    ]


def test_an_artifact_has_learned_its_catalogue_whatever_the_gallery(
    known: Known, small_artifacts: Path
) -> None:
    loaded = artifact.load(small_artifacts, CPU)
    trained = Trained(loaded)
    gallery = known_gallery(known, trained)
    assert gallery.learned.catalogue is loaded.catalogue
    assert len(gallery.learned.tunes) == len(loaded.catalogue.settings)
    assert gallery.encoders.tune is loaded.tune_encoder
    assert gallery.encoders.ranking == loaded.ranking
    split = split_titles(known.groups, 0)
    assert trained.learn_split("unseen-0", known, split).title is loaded.title_encoder
