from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from safetensors import safe_open

from index.titles import title_key
from model.checkpoint import TITLE_ENCODERS, TUNE_ENCODERS
from tests.support import SMALL
from training.corpora import Corpus
from training.corpora.curate import Curated, curate
from training.fitting.config import FitConfig, TitleName, TuneName, preset
from training.fitting.lessons import Lessons
from training.fitting.resumable import code_digest
from training.fitting.towers import Towers
from training.fitting.trainer import Run

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def curated(small_corpus: Corpus) -> Curated:
    return curate([small_corpus])


@pytest.fixture(scope="module")
def lessons(curated: Curated) -> Lessons:
    towers = Towers(SMALL)
    return Lessons(
        curated.library.catalogue,
        range(len(curated.library.catalogue)),
        [towers.tune.features(tune) for tune in curated.library.tunes],
        [towers.title.features(name) for name in curated.library.catalogue.names],
    )


def run(lessons: Lessons, folder: Path, config: FitConfig = SMALL, fingerprint: str = "f") -> Run:
    return Run("test", config, lessons, CPU, folder / "run.safetensors", fingerprint)


def weights(towers: Towers) -> dict[str, np.ndarray]:
    return {name: value.numpy().copy() for name, value in towers.state_dict().items()}


def same(a: Towers, b: Towers) -> bool:
    return all(np.array_equal(value, weights(b)[name]) for name, value in weights(a).items())


class Plain:
    """An encoder whose features are what it is given, and whose views change nothing."""

    def view(self, features: Any, _rng: np.random.Generator) -> Any:
        return features


@pytest.mark.parametrize("most_names", [10_000, 100])
def test_batches_hold_every_title_once_and_all_its_names(curated: Curated, most_names: int) -> None:
    catalogue, plain = curated.library.catalogue, Plain()
    lessons = Lessons(
        catalogue, range(len(catalogue)), range(len(curated.library.tunes)), range(len(catalogue.names))
    )
    asked: list[int] = []
    for batch in lessons.batches(replace(SMALL, names=most_names), plain, plain, np.random.default_rng(0)):
        titles = catalogue.title_of_setting[batch.tunes].tolist()
        asked += titles
        assert catalogue.title_of_setting[batch.again].tolist() == titles
        assert len(set(batch.names)) == len(batch.names) == min(most_names, len(catalogue.names))
        for title, positives in zip(titles, batch.positives, strict=True):
            right = [name for name, is_right in zip(batch.names, positives, strict=True) if is_right]
            own = np.flatnonzero(catalogue.title_of_name == title)
            assert set(own.tolist()) <= set(right)
            keys = {title_key(catalogue.names[name]) for name in own}
            assert {title_key(catalogue.names[name]) for name in right} == keys, "shared names are right"
    assert sorted(asked) == list(range(len(catalogue))) == list(range(len(lessons)))


def test_settings_of_a_title_are_drawn_anew(curated: Curated) -> None:
    catalogue, plain = curated.library.catalogue, Plain()
    several = int(np.bincount(catalogue.title_of_setting).argmax())
    lessons = Lessons(catalogue, [several], range(len(curated.library.tunes)), range(len(catalogue.names)))
    rng = np.random.default_rng(0)
    drawn = {batch.tunes[0] for _ in range(50) for batch in lessons.batches(SMALL, plain, plain, rng)}
    assert drawn == set(np.flatnonzero(catalogue.title_of_setting == several).tolist())
    assert len(drawn) > 1


def test_a_title_can_be_told_from_one_name_of_each_of_its_batch(curated: Curated) -> None:
    catalogue, plain = curated.library.catalogue, Plain()
    settings, names = range(len(curated.library.tunes)), range(len(catalogue.names))
    lessons = Lessons(catalogue, range(len(catalogue)), settings, names)
    config = replace(SMALL, names=0, melody=0.0)
    rng = np.random.default_rng(0)
    drawn = set[int]()
    for _ in range(20):
        for batch in lessons.batches(config, plain, plain, rng):
            titles = catalogue.title_of_setting[batch.tunes]
            assert catalogue.title_of_name[batch.names].tolist() == titles.tolist()
            assert batch.positives.shape == (len(titles), len(titles))
            assert bool(batch.positives.diag().all())
            assert batch.again == []
            drawn |= set(batch.names)
    assert len(drawn) > len(catalogue), "aliases are drawn too"


def test_settings_of_a_title_draw_together(lessons: Lessons, tmp_path: Path) -> None:
    def likeness(melody: float) -> float:
        towers = run(lessons, tmp_path / str(melody), replace(SMALL, melody=melody)).fit(6)
        batch = next(lessons.batches(SMALL, towers.tune, towers.title, np.random.default_rng(0)))
        one, other = towers.tune.encode_features(batch.tunes), towers.tune.encode_features(batch.again)
        cosines = one @ other.T
        return float(np.diag(cosines).mean() - cosines.mean())

    assert likeness(2.0) > likeness(0.0) + 0.02


def test_the_loss_falls_and_the_temperature_is_learned(lessons: Lessons, tmp_path: Path) -> None:
    trained = run(lessons, tmp_path)
    before = float(trained.towers.log_scale.detach())
    trained.fit(6)
    losses = [record["loss"] for record in trained.progress.history]
    assert losses[-1] < 0.5 * losses[0]
    assert float(trained.towers.log_scale.detach()) != before


def test_the_same_seed_gives_the_same_weights_and_another_others(lessons: Lessons, tmp_path: Path) -> None:
    one = run(lessons, tmp_path / "a").fit(2)
    two = run(lessons, tmp_path / "b").fit(2)
    other = run(lessons, tmp_path / "c", replace(SMALL, seed=1)).fit(2)
    assert same(one, two)
    assert not same(one, other)


def test_an_interrupted_training_ends_with_the_same_weights(
    lessons: Lessons, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.fitting.resumable._SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    whole = run(lessons, tmp_path / "whole").fit(5, validate=_by_step([1, 3, 2, 1, 0]))

    def interrupt(record: dict[str, float]) -> None:
        if record["epoch"] == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(lessons, tmp_path / "parts").fit(5, validate=_by_step([1, 3, 2, 1, 0]), on_epoch=interrupt)
    resumed = run(lessons, tmp_path / "parts")
    assert resumed.progress.epochs == 3
    assert same(resumed.fit(5, validate=_by_step([1, 0])), whole)
    assert [record["epoch"] for record in resumed.progress.history] == [1, 2, 3, 4, 5]


def test_it_stops_early_and_takes_the_best_weights(lessons: Lessons, tmp_path: Path) -> None:
    at_best = run(lessons, tmp_path / "a").fit(2)
    stopping = run(lessons, tmp_path / "b", replace(SMALL, patience=2))
    stopped = stopping.fit(20, validate=_by_step([1, 5, 4, 3, 9, 9]))
    assert stopping.progress.epochs == 4
    assert stopping.progress.best_epoch == 2
    assert same(stopped, at_best)


def test_a_finished_training_is_not_done_again(lessons: Lessons, tmp_path: Path) -> None:
    first = run(lessons, tmp_path).fit(4, validate=_by_step([1, 3, 2, 1]))
    again = run(lessons, tmp_path)
    assert again.progress.done
    assert same(again.fit(4), first), "the weights of the best epoch, not of the last"
    with safe_open(tmp_path / "run.safetensors", framework="pt") as file:
        kept = {name.partition("/")[0] for name in file.keys()}  # noqa: SIM118, not a mapping
    assert kept == {"model"}, "what only a training needs takes three times the space"


@pytest.mark.parametrize("content", [b"", b"not a checkpoint" * 100])
def test_a_broken_checkpoint_is_begun_anew(lessons: Lessons, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.safetensors").write_bytes(content)
    assert run(lessons, tmp_path).progress.epochs == 0


def test_a_checkpoint_of_other_data_is_ignored(lessons: Lessons, tmp_path: Path) -> None:
    run(lessons, tmp_path).fit(1)
    assert run(lessons, tmp_path, fingerprint="other").progress.epochs == 0


def _by_step(values: list[float]):  # type: ignore[no-untyped-def]
    steps = iter(values)
    return lambda _: next(steps)


def test_the_code_is_part_of_a_fingerprint_wherever_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder called "benchmark" too, which is the name of code that no weight depends on."""
    training = tmp_path / "benchmark" / "training"
    (training / "benchmark").mkdir(parents=True)
    monkeypatch.setattr("training.fitting.resumable.__file__", str(training / "resumable.py"))
    nothing = code_digest()
    (training / "benchmark" / "run.py").write_text("asked")
    assert code_digest() == nothing
    (training / "lessons.py").write_text("learned")
    assert code_digest() != nothing


def test_every_encoder_can_be_trained_by_its_name() -> None:
    assert set(get_args(TuneName)) == set(TUNE_ENCODERS)
    assert set(get_args(TitleName)) == set(TITLE_ENCODERS)
    for tune in get_args(TuneName):
        for title in get_args(TitleName):
            config = preset(tune, title)
            assert (config.tune_encoder["name"], config.title_encoder["name"]) == (tune, title)
            assert config.tune_encoder["dim"] == config.title_encoder["dim"]
