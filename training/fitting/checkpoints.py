"""Saving and resuming a training: weights, optimiser and progress in one safetensors file."""

import hashlib
import json
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from model.arrays import under

_SECONDS_BETWEEN_SAVES = 5.0


@dataclass
class TrainingProgress:
    """How far a training has come.

    Attributes
    ----------
    epochs : epochs done
    history : for each epoch its mean loss (nats), seconds, and validation figure if there is validation
    best_epoch, best : the epoch (from 1) with the highest validation figure, and that figure
    done : whether the training has ended
    """

    epochs: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best: float = -math.inf
    done: bool = False


class TrainingCheckpoint:
    """The file a training resumes from.

    Parameters
    ----------
    path : the file; nothing is resumed when it does not exist
    fingerprint : of code, data and config; a file with another fingerprint is ignored, because a changed
        reader or split would mix what the weights have seen with what they are tested on
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self._path = path
        self._fingerprint = fingerprint
        self._saved_at = time.monotonic()
        self.best_weights: dict[str, torch.Tensor] = {}

    def progress(self) -> TrainingProgress:
        """The progress that the file holds, none without a usable file."""
        try:
            with safe_open(self._path, framework="pt") as file:
                metadata = file.metadata() or {}
        except (OSError, SafetensorError):
            return TrainingProgress()
        is_usable = metadata.get("fingerprint") == self._fingerprint
        return TrainingProgress(**json.loads(metadata["progress"])) if is_usable else TrainingProgress()

    def restore(
        self, model: nn.Module, average: nn.Module | None, optimizer: torch.optim.Optimizer
    ) -> TrainingProgress:
        """Load what the file holds if it is usable, and return the progress.

        A finished training has only the model.
        """
        progress = self.progress()
        if not progress.epochs:
            return progress
        with safe_open(self._path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a mapping
        model.load_state_dict(under("model/", tensors))
        if progress.done:
            return progress
        if average is not None:
            average.load_state_dict(under("average/", tensors))
        self.best_weights = under("best/", tensors)
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in under("optimizer/", tensors).items():
            number, key = name.split("/")
            states.setdefault(int(number), {})[key] = value
        optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
        return progress

    def keep_best(self, model: nn.Module) -> None:
        """Remember the model's weights as the best so far, in half precision, which takes half the memory."""
        self.best_weights = {
            name: value.half() if value.dtype == torch.float32 else value.clone()
            for name, value in model.state_dict().items()
        }

    def save_if_due(
        self,
        model: nn.Module,
        average: nn.Module | None,
        optimizer: torch.optim.Optimizer,
        progress: TrainingProgress,
    ) -> None:
        """Save after the first epoch, at the end, and otherwise every five seconds.

        Raises OSError when the file cannot be written.
        """
        is_due = progress.epochs == 1 or time.monotonic() - self._saved_at > _SECONDS_BETWEEN_SAVES
        if not (progress.done or is_due):
            return
        tensors = {f"model/{name}": value for name, value in model.state_dict().items()}
        if not progress.done:  # nobody resumes a finished training, and the rest is four times as large
            if average is not None:
                tensors |= {f"average/{name}": value for name, value in average.state_dict().items()}
            tensors |= {f"best/{name}": value for name, value in self.best_weights.items()}
            for number, state in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer/{number}/{key}": value for key, value in state.items()}
        metadata = {"fingerprint": self._fingerprint, "progress": json.dumps(asdict(progress))}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_suffix(".part")
        try:
            save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, part, metadata)
        except SafetensorError as error:
            raise OSError(f"{self._path} cannot be written: {error}") from error
        part.replace(self._path)
        self._saved_at = time.monotonic()


def code_digest(*folders: str) -> bytes:
    """Digest of the code between a corpus and its weights: the product's, and that of further folders."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[2]
    product = [
        file
        for folder in ("index", "model", "training")
        for file in sorted((root / folder).rglob("*.py"))
        if "lab" not in file.relative_to(root).parts
    ]
    for file in (*product, *(file for folder in folders for file in sorted((root / folder).rglob("*.py")))):
        digest.update(file.read_bytes())
    return digest.digest()
