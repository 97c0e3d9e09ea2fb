"""What encoders learn from, as features, and the two ways of learning from it.

On a split: from some titles, until the titles kept for validation say to stop. On everything: for a set
number of epochs, so that the encoders know every tune.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from index.catalogue import Catalogue
from index.mrr import Mrr
from model.abc import Tune
from training.fitting.config import FitConfig
from training.fitting.lessons import Lessons
from training.fitting.resumable import code_digest
from training.fitting.split import Split
from training.fitting.test_figure import pool_index, unseen_mrr
from training.fitting.towers import Towers
from training.fitting.trainer import Run
from training.reporter import Reporter


@dataclass(frozen=True)
class Material:
    """What a training reads.

    Attributes
    ----------
    catalogue : the titles
    tunes, names : features of the catalogue's settings and names
    config : how to train
    pretrained : file of a model of the next note that a recurrent tune encoder begins with, if with any
    fingerprint : of code, config and data; checkpoints of another are not gone on from, because another
        reader or another split would mix what the weights have seen with what they are tested on
    """

    catalogue: Catalogue
    tunes: list[Any]
    names: list[Any]
    config: FitConfig
    pretrained: Path | None
    fingerprint: str

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        tunes: Sequence[Tune],
        config: FitConfig,
        pretrained: Path | None = None,
    ) -> "Material":
        """Features of a catalogue. `tunes` are its settings, read. Raises OSError."""
        towers = Towers(config)  # only for what they make of tunes and names
        digest = hashlib.sha256(code_digest())
        digest.update(json.dumps([asdict(config), [asdict(title) for title in catalogue.titles]]).encode())
        if pretrained is not None:
            digest.update(pretrained.read_bytes())
        return cls(
            catalogue,
            [towers.tune.features(tune) for tune in tunes],
            [towers.title.features(name) for name in catalogue.names],
            config,
            pretrained,
            digest.hexdigest(),
        )

    def unseen_mrr(self, towers: Towers, titles: Sequence[int]) -> Mrr:
        """MRR@20 of the settings of some titles against the names of those titles."""
        index = pool_index(towers.title, self.names, self.catalogue, titles)
        return unseen_mrr(towers.tune, self.tunes, index, self.catalogue, titles)

    def learn_split(self, split: Split, checkpoint: Path, device: torch.device, report: Reporter) -> Run:
        """Train on a split's titles for training, stopped by those for validation."""
        lessons = Lessons(self.catalogue, split.train, self.tunes, self.names)
        fingerprint = hashlib.sha256(f"{self.fingerprint} {split.as_lists()}".encode()).hexdigest()
        run = Run("split", self.config, lessons, device, checkpoint, fingerprint, self.pretrained)
        advance = report.step("training on the split", self.config.max_epochs, run.progress.epochs)

        def on_epoch(record: dict[str, float]) -> None:
            advance()
            report.say(
                f"epoch {record['epoch']}: loss {record['loss']:.3f}, validation {record['validation']:.4f}"
            )

        def validate(towers: Towers) -> float:
            return self.unseen_mrr(towers, split.validation).value

        run.fit(self.config.max_epochs, validate, on_epoch)
        return run

    def learn_all(self, checkpoint: Path, device: torch.device, report: Reporter) -> Run:
        """Train on every title."""
        lessons = Lessons(self.catalogue, range(len(self.catalogue)), self.tunes, self.names)
        run = Run("refit", self.config, lessons, device, checkpoint, self.fingerprint, self.pretrained)
        advance = report.step("training on everything", self.config.refit_epochs, run.progress.epochs)

        def on_epoch(record: dict[str, float]) -> None:
            advance()
            report.say(f"epoch {record['epoch']}: loss {record['loss']:.3f}")

        run.fit(self.config.refit_epochs, on_epoch=on_epoch)
        return run
