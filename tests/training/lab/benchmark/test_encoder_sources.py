from dataclasses import replace
from pathlib import Path

import numpy as np

from index import artifact
from index.mrr import Place, reciprocal_rank
from index.progress import ignore_steps
from model.device import Device
from tests.support import SMALL, Silent
from training.fitting.config import FitConfig
from training.fitting.split import split_titles
from training.fitting.trainer import Trainer
from training.lab.benchmark.encoder_sources import ArtifactEncoders, TrainedEncoders
from training.lab.benchmark.known_protocols import known_gallery
from training.lab.benchmark.sampled_library import SampledLibrary
from training.lab.benchmark.systems import SYSTEMS
from training.lab.benchmark.unseen_protocols import unseen_tasks

CPU: Device = "cpu"


def source(folder: Path, config: FitConfig = SMALL) -> tuple[TrainedEncoders, Silent]:
    report = Silent()
    return TrainedEncoders(Trainer(config, CPU, report), folder), report


def test_encoders_are_trained_once_for_a_gallery_and_resume(library: SampledLibrary, tmp_path: Path) -> None:
    encoders, report = source(tmp_path)
    gallery = known_gallery(library, encoders)
    assert not report.said, "they are trained on first use"
    scores = SYSTEMS["encoders"].build(gallery, ignore_steps).scores(gallery.library.tunes[0])
    assert reciprocal_rank(Place.of(scores, np.array([0]))) == 1
    assert sum(line.startswith("epoch") for line in report.said) == SMALL.refit_epochs
    encoders, report = source(tmp_path)
    again = known_gallery(library, encoders)
    assert np.array_equal(
        SYSTEMS["encoders"].build(again, ignore_steps).scores(gallery.library.tunes[0]), scores
    )
    assert not any(line.startswith("epoch") for line in report.said)
    encoders, report = source(tmp_path, replace(SMALL, seed=1))
    assert known_gallery(library, encoders).encoders
    assert any(line.startswith("epoch") for line in report.said)


def test_each_pool_has_a_training_of_its_own_split(library: SampledLibrary, tmp_path: Path) -> None:
    for task in list(unseen_tasks(library, source(tmp_path)[0]))[:4]:
        assert task.gallery.encoders
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "unseen-0.safetensors",
        "unseen-1.safetensors",
    ]


def test_an_artifact_has_learned_its_catalogue_whatever_the_gallery(
    library: SampledLibrary, small_artifacts: Path
) -> None:
    loaded = artifact.load(small_artifacts, CPU)
    suggester, encoders = loaded.suggester, ArtifactEncoders(loaded)
    gallery = known_gallery(library, encoders)
    assert gallery.trained_on.catalogue is suggester.catalogue
    assert len(gallery.trained_on.tunes) == len(suggester.catalogue.settings)
    assert gallery.encoders.tune is suggester.encoders.tune
    assert gallery.fitted.ranking == suggester.ranking
    split = split_titles(library.groups, 0)
    assert encoders.from_split("unseen-0", library, split).encoders.title is suggester.encoders.title
