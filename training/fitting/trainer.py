"""The two trainings of a fit: on a split, for the test figure, and on everything, for the service."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from model.device import Device
from model.encoders import Encoders
from training.fitting.checkpoints import TrainingCheckpoint, TrainingProgress
from training.fitting.config import FitConfig
from training.fitting.evaluation import unseen_mrr
from training.fitting.split import Split
from training.fitting.towers import Towers
from training.fitting.train import Batches, Run, contrastive_loss, prefetched, seed_epoch, train
from training.fitting.training_set import TrainingSet
from training.fitting.warm_start import WarmStart
from training.reporter import Reporter


class Trained(NamedTuple):
    """Trained encoders, as an artifact restores them, and how the training went."""

    encoders: Encoders
    progress: TrainingProgress


@dataclass(frozen=True)
class Trainer:
    """Trains towers.

    Attributes
    ----------
    config : how to train
    device : where to train
    report : displays progress
    warm_start : weights that the tune encoder begins with, if any
    """

    config: FitConfig
    device: Device
    report: Reporter
    warm_start: WarmStart | None = None

    def on_split(self, training_set: TrainingSet, split: Split, path: Path) -> Trained:
        """Train on the split's training titles until the validation MRR stops improving.

        Resumes from the checkpoint `path`. Raises CheckpointError when the warm start does not fit.
        """
        config = self.config
        run = self.start("split", Batches(training_set, split.train, config))
        checkpoint = TrainingCheckpoint(path, self._fingerprint(training_set, f"{split.as_lists()}"))
        advance = self._step("training on the split", config.max_epochs, checkpoint)

        def validate(towers: Towers) -> float:
            return unseen_mrr(towers.encoders, training_set, split.validation).value

        def on_epoch(record: dict[str, float]) -> None:
            advance()
            self.report.say(
                f"epoch {record['epoch']}: loss {record['loss']:.3f}, validation {record['validation']:.4f}"
            )

        progress = train(run, checkpoint, validate, on_epoch)
        return Trained(run.model.encoders.as_saved(self.device), progress)

    def on_all(self, training_set: TrainingSet, path: Path) -> Trained:
        """Train on every title for `config.refit_epochs`, so that the encoders know every tune.

        Resumes from the checkpoint `path`. Raises CheckpointError when the warm start does not fit.
        """
        config = self.config
        titles = range(len(training_set.catalogue))
        run = replace(self.start("refit", Batches(training_set, titles, config)), epochs=config.refit_epochs)
        checkpoint = TrainingCheckpoint(path, self._fingerprint(training_set))
        advance = self._step("training on everything", config.refit_epochs, checkpoint)

        def on_epoch(record: dict[str, float]) -> None:
            advance()
            self.report.say(f"epoch {record['epoch']}: loss {record['loss']:.3f}")

        progress = train(run, checkpoint, on_epoch=on_epoch)
        return Trained(run.model.encoders.as_saved(self.device), progress)

    def start(self, name: str, batches: Batches) -> Run[Towers]:
        """A run with fresh weights. Raises CheckpointError when the warm start does not fit."""
        config = self.config
        seed_epoch(config.seed, name, 0)
        towers = Towers(config)
        if self.warm_start:
            self.warm_start.apply(towers.tune)
        batches.prepare(towers)
        towers.to(self.device)
        return Run(
            name=name,
            seed=config.seed,
            model=towers,
            optimizer=towers.optimizer(config),
            epoch=lambda rng: (
                contrastive_loss(towers, batch, config) for batch in prefetched(batches.epoch(rng))
            ),
            epochs=config.max_epochs,
            patience=config.patience,
            averaging=config.averaging,
        )

    def _step(self, description: str, epochs: int, checkpoint: TrainingCheckpoint) -> Callable[[], object]:
        done = checkpoint.progress().epochs
        advance = self.report.step(description, epochs, done)
        self.report.say(f"{description}, resuming after epoch {done}" if done else description)
        return advance

    def _fingerprint(self, training_set: TrainingSet, *more: str) -> str:
        warm_start = self.warm_start.digest if self.warm_start else ""
        parts = (training_set.fingerprint, warm_start, *more)
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()
