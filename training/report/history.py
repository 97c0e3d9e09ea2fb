"""The history of a training, as `fit` wrote it into the artifact."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.artifact import METRICS, ArtifactError
from index.mrr import Mrr


@dataclass(frozen=True)
class History:
    """What training measured. A part that was not recorded is empty or None.

    Attributes
    ----------
    validation : MRR of the validation titles after each epoch
    split_loss : loss of each epoch of the training on a part of the titles
    refit_loss : loss of each epoch of the training on everything
    best_epoch : the epoch whose encoders were kept, counted from 1
    untrained : the test figure of encoders with random weights
    """

    validation: list[float]
    split_loss: list[float]
    refit_loss: list[float]
    best_epoch: int | None
    untrained: Mrr | None

    @classmethod
    def read(cls, artifact: Path) -> "History":
        """Read the history in an artifact's folder.

        Raises ArtifactError when the file is not what `fit` writes. Without the file, nothing was recorded.
        """
        path = artifact / METRICS
        try:
            metrics = json.loads(path.read_bytes()) if path.exists() else {}
            split, untrained = metrics.get("split_training", []), metrics.get("untrained")
            best = metrics.get("best_epoch")
            return cls(
                _column(split, "validation"),
                _column(split, "loss"),
                _column(metrics.get("refit", []), "loss"),
                None if best is None else int(best),
                untrained and Mrr.model_validate(untrained),
            )
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise ArtifactError(f"{artifact.name}: unreadable {METRICS}: {error}") from error


def _column(epochs: list[dict[str, Any]], name: str) -> list[float]:
    return [float(epoch[name]) for epoch in epochs if name in epoch]
