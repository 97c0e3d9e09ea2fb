"""The training of the towers: epochs over lessons."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from training.fitting.config import FitConfig
from training.fitting.lessons import Lessons
from training.fitting.resumable import Resumable
from training.fitting.towers import Towers
from training.lab.pretraining.pretrained import transfer


class Run(Resumable[Towers]):
    """One training of a pair of towers; validation gives an MRR.

    Parameters
    ----------
    name : of the run; part of what its random numbers come from
    config, lessons, device : how, on what, and where to train
    checkpoint, fingerprint : see `Resumable`
    pretrained : file of a model of the next note, whose hierarchy a recurrent tune encoder begins with

    Raises CheckpointError where that file cannot be read or does not fit.
    """

    def __init__(
        self,
        name: str,
        config: FitConfig,
        lessons: Lessons,
        device: torch.device,
        checkpoint: Path,
        fingerprint: str,
        pretrained: Path | None = None,
    ) -> None:
        self._config = config
        self._lessons = lessons

        def build() -> tuple[Towers, torch.optim.Optimizer]:
            towers = Towers(config)
            if pretrained is not None:
                transfer(pretrained, towers.tune)
            towers = towers.to(device)
            return towers, towers.optimizer(config)

        super().__init__(name, config.seed, build, config.patience, checkpoint, fingerprint)

    @property
    def towers(self) -> Towers:
        """What is trained."""
        return self.model

    def losses(self, rng: np.random.Generator) -> Iterator[torch.Tensor]:
        """The loss of each batch of lessons."""
        for batch in self._lessons.batches(self._config, self.model.tune, self.model.title, rng):
            yield self.model.loss(batch)
