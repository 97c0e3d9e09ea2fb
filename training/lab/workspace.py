"""Where an experiment computes, keeps its checkpoints and reports its progress."""

from dataclasses import dataclass
from pathlib import Path

from model.device import Device
from training.reporter import Reporter


@dataclass(frozen=True)
class Workspace:
    """What every training of an experiment needs.

    Attributes
    ----------
    folder : for checkpoints and pretrained models; created when the first is written
    device : where to train
    report : receives the progress
    """

    folder: Path
    device: Device
    report: Reporter
