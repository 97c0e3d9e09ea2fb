from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from safetensors import safe_open

from index.library import Library
from index.titles import title_key
from model.device import Device
from model.registry import ENCODERS, TitleName, TuneName
from tests.support import SMALL, Silent
from training.corpora.curate import Curated
from training.fitting.checkpoints import TrainingCheckpoint, TrainingProgress, code_digest
from training.fitting.config import FitConfig, preset
from training.fitting.towers import Towers
from training.fitting.train import Batches, Run, prefetched, train
from training.fitting.trainer import Trainer
from training.fitting.training_set import TrainingSet

CPU: Device = "cpu"
Validate = Callable[[Towers], float]


@pytest.fixture(scope="module")
def small_library(small_curated: Curated) -> Library:
    return small_curated.library


@pytest.fixture(scope="module")
def training_set(small_library: Library) -> TrainingSet:
    return TrainingSet.read(small_library, SMALL)


class Unchanged:
    """A featurizer whose views change nothing."""

    def views(self, features: Any, _rng: np.random.Generator) -> Any:
        return features


@pytest.fixture(scope="module")
def numbers(small_library: Library) -> TrainingSet:
    """A training set whose features are the numbers of settings and names."""
    catalogue, unchanged = small_library.catalogue, Unchanged()
    settings, names = range(len(catalogue.settings)), range(len(catalogue.names))
    return TrainingSet(catalogue, settings, names, unchanged, unchanged)  # type: ignore[arg-type]


def all_titles(training_set: TrainingSet, config: FitConfig) -> Batches:
    return Batches(training_set, range(len(training_set.catalogue)), config)


class Training:
    """A training of all titles for some epochs, with its checkpoint in a folder."""

    def __init__(
        self, training_set: TrainingSet, folder: Path, config: FitConfig = SMALL, fingerprint: str = "f"
    ) -> None:
        self.run = Trainer(config, CPU, Silent()).start("test", all_titles(training_set, config))
        self.checkpoint = TrainingCheckpoint(folder / "run.safetensors", fingerprint)
        self.progress = TrainingProgress()

    def fit(self, epochs: int, validate: Validate | None = None, **options: Any) -> Towers:
        self.progress = train(replace(self.run, epochs=epochs), self.checkpoint, validate, **options)
        return self.run.model


def weights(towers: Towers) -> dict[str, np.ndarray]:
    return {name: value.numpy().copy() for name, value in towers.state_dict().items()}


def same(a: Towers, b: Towers) -> bool:
    return all(np.array_equal(value, weights(b)[name]) for name, value in weights(a).items())


def by_step(values: list[float]) -> Validate:
    steps = iter(values)
    return lambda _: next(steps)


@pytest.mark.parametrize("most_names", [10_000, 100])
def test_batches_hold_every_title_once_and_all_its_names(numbers: TrainingSet, most_names: int) -> None:
    catalogue = numbers.catalogue
    batches = all_titles(numbers, replace(SMALL, names=most_names))
    seen: list[int] = []
    for batch in batches.epoch(np.random.default_rng(0)):
        of_settings = catalogue.title_of_setting[batch.tunes].tolist()
        titles = of_settings[: len(batch.positives)]
        seen += titles
        assert of_settings == titles + titles, "another view of each title follows"
        assert len(set(batch.names)) == len(batch.names) == min(most_names, len(catalogue.names))
        for title, positives in zip(titles, batch.positives, strict=True):
            right = [name for name, is_right in zip(batch.names, positives, strict=True) if is_right]
            own = np.flatnonzero(catalogue.title_of_name == title)
            assert set(own.tolist()) <= set(right)
            keys = {title_key(catalogue.names[name]) for name in own}
            assert {title_key(catalogue.names[name]) for name in right} == keys, "shared names are right"
    assert sorted(seen) == list(range(len(catalogue))) == list(range(len(batches)))


def test_every_setting_of_a_title_is_sampled(numbers: TrainingSet) -> None:
    catalogue = numbers.catalogue
    several = int(np.bincount(catalogue.title_of_setting).argmax())
    batches = Batches(numbers, [several], SMALL)
    rng = np.random.default_rng(0)
    sampled = {batch.tunes[0] for _ in range(50) for batch in batches.epoch(rng)}
    assert sampled == set(np.flatnonzero(catalogue.title_of_setting == several).tolist())
    assert len(sampled) > 1


def test_titles_can_be_contrasted_with_one_name_per_title_of_their_batch(numbers: TrainingSet) -> None:
    catalogue = numbers.catalogue
    batches = all_titles(numbers, replace(SMALL, names=0, melody=0.0))
    rng = np.random.default_rng(0)
    sampled = set[int]()
    for _ in range(20):
        for batch in batches.epoch(rng):
            titles = catalogue.title_of_setting[batch.tunes]
            assert catalogue.title_of_name[batch.names].tolist() == titles.tolist()
            assert batch.positives.shape == (len(titles), len(titles))
            assert bool(batch.positives.diag().all())
            sampled |= set(batch.names)
    assert len(sampled) > len(catalogue), "aliases are sampled too"


def test_the_melody_loss_moves_settings_of_a_title_closer_together(
    training_set: TrainingSet, tmp_path: Path
) -> None:
    def lead(melody: float) -> float:
        towers = Training(training_set, tmp_path / str(melody), replace(SMALL, melody=melody)).fit(6)
        batch = next(all_titles(training_set, SMALL).epoch(np.random.default_rng(0)))
        vectors = towers.tune.vectors(batch.tunes)
        cosines = vectors[: len(batch.positives)] @ vectors[len(batch.positives) :].T
        return float(np.diag(cosines).mean() - cosines.mean())

    assert lead(2.0) > lead(0.0) + 0.02


def test_the_loss_falls_and_the_temperature_is_learned(training_set: TrainingSet, tmp_path: Path) -> None:
    training = Training(training_set, tmp_path)
    before = float(training.run.model.log_scale.detach())
    training.fit(6)
    losses = [record["loss"] for record in training.progress.history]
    assert losses[-1] < 0.5 * losses[0]
    assert float(training.run.model.log_scale.detach()) != before


def test_the_seed_decides_the_weights(training_set: TrainingSet, tmp_path: Path) -> None:
    first = Training(training_set, tmp_path / "a").fit(2)
    again = Training(training_set, tmp_path / "b").fit(2)
    other = Training(training_set, tmp_path / "c", replace(SMALL, seed=1)).fit(2)
    assert same(first, again)
    assert not same(first, other)


def test_an_interrupted_training_ends_with_the_same_weights(
    training_set: TrainingSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.fitting.checkpoints._SECONDS_BETWEEN_SAVES", -1.0)
    whole = Training(training_set, tmp_path / "whole").fit(5, by_step([1, 3, 2, 1, 0]))

    def interrupt(record: dict[str, float]) -> None:
        if record["epoch"] == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Training(training_set, tmp_path / "parts").fit(5, by_step([1, 3, 2, 1, 0]), on_epoch=interrupt)
    resumed = Training(training_set, tmp_path / "parts")
    assert resumed.checkpoint.progress().epochs == 3
    assert same(resumed.fit(5, by_step([1, 0])), whole)
    assert [record["epoch"] for record in resumed.progress.history] == [1, 2, 3, 4, 5]


def test_it_stops_early_and_takes_the_best_weights(training_set: TrainingSet, tmp_path: Path) -> None:
    at_best = Training(training_set, tmp_path / "a").fit(2)
    stopping = Training(training_set, tmp_path / "b", replace(SMALL, patience=2))
    stopped = stopping.fit(20, by_step([1, 5, 4, 3, 9, 9]))
    assert stopping.progress.epochs == 4
    assert stopping.progress.best_epoch == 2
    assert same(stopped, at_best.half().float()), "best weights are kept in half precision"


def test_validation_and_the_trained_model_get_the_average_of_the_weights(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    falling = Run(
        name="falling",
        seed=0,
        model=model,
        optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
        epoch=lambda _: iter([model.weight.sum()]),  # each step subtracts 1
        epochs=3,
        patience=3,
        averaging=0.5,
    )
    seen: list[float] = []

    def validate(averaged: torch.nn.Module) -> float:
        seen.append(averaged.weight.item())  # type: ignore[operator]
        return len(seen)

    train(falling, TrainingCheckpoint(tmp_path / "run.safetensors", "f"), validate)
    assert seen == [-1.0, -1.5, -2.25], "of -1, -2 and -3"
    assert model.weight.item() == -2.25


def test_a_finished_training_is_not_repeated(training_set: TrainingSet, tmp_path: Path) -> None:
    first = Training(training_set, tmp_path).fit(4, by_step([1, 3, 2, 1]))
    again = Training(training_set, tmp_path)
    assert again.checkpoint.progress().done
    assert same(again.fit(4), first), "the weights of the best epoch, not of the last"
    with safe_open(tmp_path / "run.safetensors", framework="pt") as file:
        kept = {name.partition("/")[0] for name in file.keys()}  # noqa: SIM118, not a mapping
    assert kept == {"model"}, "what only a training needs takes three times the space"


@pytest.mark.parametrize("content", [b"", b"not a checkpoint" * 100])
def test_a_broken_checkpoint_is_ignored(training_set: TrainingSet, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.safetensors").write_bytes(content)
    assert Training(training_set, tmp_path).checkpoint.progress() == TrainingProgress()
    assert same(Training(training_set, tmp_path).fit(1), Training(training_set, tmp_path / "new").fit(1))


def test_a_checkpoint_of_other_data_is_ignored(training_set: TrainingSet, tmp_path: Path) -> None:
    Training(training_set, tmp_path).fit(1)
    assert Training(training_set, tmp_path).checkpoint.progress().epochs == 1
    assert Training(training_set, tmp_path, fingerprint="other").checkpoint.progress().epochs == 0


def test_the_code_is_part_of_a_fingerprint_and_the_lab_only_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when the checkout lies in a folder called "lab"."""
    root = tmp_path / "lab"
    (root / "training" / "fitting").mkdir(parents=True)
    (root / "training" / "lab").mkdir()
    monkeypatch.setattr(
        "training.fitting.checkpoints.__file__", str(root / "training" / "fitting" / "checkpoints.py")
    )
    empty = code_digest()
    (root / "training" / "lab" / "cell.py").write_text("measured")
    assert code_digest() == empty
    assert code_digest("training/lab") != empty
    (root / "training" / "fitting" / "trainer.py").write_text("trained")
    assert code_digest() != empty


def test_every_encoder_has_a_preset() -> None:
    assert set(get_args(TuneName)) == set(ENCODERS["tune"])
    assert set(get_args(TitleName)) == set(ENCODERS["title"])
    for tune in get_args(TuneName):
        for title in get_args(TitleName):
            config = preset(tune, title)
            assert (config.tune_encoder["name"], config.title_encoder["name"]) == (tune, title)
            assert config.tune_encoder["dim"] == config.title_encoder["dim"]


def test_features_are_read_without_building_a_network(
    small_library: Library, training_set: TrainingSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("a network was built")

    monkeypatch.setattr(torch.nn.Module, "__init__", fail)
    again = TrainingSet.read(small_library, SMALL)
    assert again.fingerprint == training_set.fingerprint
    assert np.array_equal(again.names[0], training_set.names[0])


def test_prefetching_changes_neither_items_nor_errors() -> None:
    def three() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("no third")

    assert list(prefetched(iter("abc"))) == ["a", "b", "c"]
    assert list(prefetched(iter(""))) == []
    items = prefetched(three())
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(ValueError, match="no third"):
        next(items)


def test_closing_early_reads_at_most_one_item_more() -> None:
    read: list[int] = []
    items = prefetched(read.append(i) or i for i in range(9))  # type: ignore[func-returns-value]
    assert next(items) == 0
    items.close()  # type: ignore[attr-defined]
    assert len(read) <= 2
