"""Where a benchmark's encoders come from: trained in the run, or from an artifact."""

from dataclasses import dataclass, field
from pathlib import Path

import torch

from index.artifact import Artifact
from model.abc import read_tune
from training.fitting.config import FitConfig
from training.fitting.material import Material
from training.fitting.split import Split
from training.fitting.trainer import Run
from training.lab.benchmark.gallery import Encoders, Known
from training.reporter import Reporter


@dataclass
class Trainer:
    """Trains each gallery's encoders. Interrupted, or called again, it goes on from its checkpoints.

    Parameters
    ----------
    config, device, report : how to train, where, and who is told
    folder : for the checkpoints
    """

    config: FitConfig
    device: torch.device
    report: Reporter
    folder: Path
    _last: tuple[Known, Material] | None = field(default=None, init=False, repr=False)

    def learned(self, known: Known) -> Known:
        """What it trains on: the same."""
        return known

    def learn_all(self, name: str, known: Known) -> Encoders:
        """Train on all of a catalogue, as for an artifact that is published."""
        self.report.say(f"{name}: training on {len(known.tunes)} settings")
        return _encoders(
            self._material(known).learn_all(self.folder / f"{name}.safetensors", self.device, self.report)
        )

    def learn_split(self, name: str, known: Known, split: Split) -> Encoders:
        """Train on a split, as for an artifact's test figure."""
        self.report.say(f"{name}: training on {len(split.train)} titles")
        path = self.folder / f"{name}.safetensors"
        return _encoders(self._material(known).learn_split(split, path, self.device, self.report))

    def _material(self, known: Known) -> Material:
        if self._last is None or self._last[0] is not known:  # the splits of one catalogue follow each other
            self._last = known, Material.of(known.catalogue, known.tunes, self.config)
        return self._last[1]


class Trained:
    """Gives the encoders and the ranking of an artifact, whatever the gallery."""

    def __init__(self, artifact: Artifact) -> None:
        self._encoders = Encoders(artifact.tune_encoder, artifact.title_encoder, artifact.ranking)
        tunes = [read_tune(setting.abc) for setting in artifact.catalogue.settings]
        self._learned = Known(artifact.catalogue, tunes)

    def learned(self, _known: Known) -> Known:
        """All that the artifact knows."""
        return self._learned

    def learn_all(self, _name: str, _known: Known) -> Encoders:
        """Those of the artifact."""
        return self._encoders

    def learn_split(self, _name: str, _known: Known, _split: Split) -> Encoders:
        """Those of the artifact."""
        return self._encoders


def _encoders(run: Run) -> Encoders:
    return Encoders(run.towers.tune, run.towers.title)
