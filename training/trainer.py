"""The training of the towers: epochs over lessons."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from training.lessons import Lessons
from training.loss import info_nce
from training.resumable import Resumable
from training.towers import FitConfig, Towers


class Run(Resumable[Towers]):
    """One training of a pair of towers; validation gives an MRR.

    Parameters
    ----------
    name : of the run; part of what its random numbers come from
    config, lessons, device : how, on what, and where to train
    checkpoint, fingerprint : see `Resumable`
    """

    def __init__(
        self,
        name: str,
        config: FitConfig,
        lessons: Lessons,
        device: torch.device,
        checkpoint: Path,
        fingerprint: str,
    ) -> None:
        self._config = config
        self._lessons = lessons

        def build() -> tuple[Towers, torch.optim.Optimizer]:
            towers = Towers(config).to(device)
            return towers, towers.optimizer(config)

        super().__init__(name, config.seed, build, config.patience, checkpoint, fingerprint)

    @property
    def towers(self) -> Towers:
        """What is trained."""
        return self.model

    def losses(self, rng: np.random.Generator) -> Iterator[torch.Tensor]:
        """InfoNCE of each batch."""
        config, towers = self._config, self.model
        for batch in self._lessons.batches(config.batch, config.names, towers.tune, towers.title, rng):
            tunes, names = towers.tune(batch.tunes), towers.title(batch.names)
            yield info_nce(tunes, names, batch.positives.to(tunes.device), towers.scale)
