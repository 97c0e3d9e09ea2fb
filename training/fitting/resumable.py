"""A training that can be interrupted: epochs with early stopping, and a checkpoint to go on from.

Everything drawn in an epoch comes from (seed, name of the run, number of the epoch), so a training that was
interrupted and went on ends with the same weights as one that was not.
"""

import hashlib
import json
import math
import time
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from model.checkpoint import under

Model = TypeVar("Model", bound=nn.Module)

_SECONDS_BETWEEN_CHECKPOINTS = 5.0


@dataclass
class Progress:
    """How far a run has come; saved with its weights.

    Attributes
    ----------
    epochs : those done
    history : for each, its mean loss (nats), seconds, and validation figure where there is validation
    best_epoch, best : the epoch (from 1) with the highest validation figure, and that figure
    done : whether the run has ended
    """

    epochs: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best: float = -math.inf
    done: bool = False


class Resumable(ABC, Generic[Model]):
    """One training of one model.

    Parameters
    ----------
    name, seed : of the run; what its random numbers come from
    build : makes the model, where it is to be trained, and its optimiser
    patience : epochs without a better validation figure after which it stops, > 0
    checkpoint : file to go on from, if it exists and has the same fingerprint
    fingerprint : of code, data and config; a checkpoint with another is ignored
    """

    def __init__(
        self,
        name: str,
        seed: int,
        build: Callable[[], tuple[Model, torch.optim.Optimizer]],
        patience: int,
        checkpoint: Path,
        fingerprint: str,
    ) -> None:
        self.progress = Progress()
        self._name = name
        self._seed = seed
        self._patience = patience
        self._checkpoint = checkpoint
        self._fingerprint = fingerprint
        torch.manual_seed(self._seed_of(0))
        self.model, self._optimizer = build()
        self._best_weights: dict[str, torch.Tensor] = {}
        self._restore()

    @abstractmethod
    def losses(self, rng: np.random.Generator) -> Iterator[torch.Tensor]:
        """The loss of each batch of an epoch, a scalar; a step is taken before the next is asked for."""

    def fit(
        self,
        epochs: int,
        validate: Callable[[Model], float] | None = None,
        on_epoch: Callable[[dict[str, float]], object] = lambda _: None,
    ) -> Model:
        """Train for so many epochs and return the model in eval mode.

        With validation, a figure that is the better the higher, it stops early, and the weights are those of
        the epoch with the best figure.
        """
        saved = time.monotonic()
        while not self.progress.done:
            self._epoch(validate)
            progress = self.progress
            stalled = validate is not None and progress.epochs - progress.best_epoch >= self._patience
            progress.done = progress.epochs >= epochs or stalled
            on_epoch(progress.history[-1])
            if progress.done and self._best_weights:
                self.model.load_state_dict(self._best_weights)
            is_due = progress.epochs == 1 or time.monotonic() - saved > _SECONDS_BETWEEN_CHECKPOINTS
            if progress.done or is_due:
                self._save()
                saved = time.monotonic()
        return self.model.eval()

    def _epoch(self, validate: Callable[[Model], float] | None) -> None:
        begun = time.monotonic()
        number = self.progress.epochs + 1
        torch.manual_seed(self._seed_of(number))
        self.model.train()
        losses: list[float] = []
        for loss in self.losses(np.random.default_rng(self._seed_of(number))):
            self._optimizer.zero_grad()
            torch.autograd.backward(loss)
            self._optimizer.step()
            losses.append(loss.item())
        record = {"epoch": number, "loss": float(np.mean(losses)), "seconds": time.monotonic() - begun}
        self.progress.epochs = number
        if validate is not None:
            record["validation"] = validate(self.model.eval())
            if record["validation"] > self.progress.best:
                self.progress.best, self.progress.best_epoch = record["validation"], number
                self._best_weights = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.progress.history.append(record)

    def _seed_of(self, epoch: int) -> int:
        return zlib.crc32(f"{self._seed} {self._name} {epoch}".encode())

    def _save(self) -> None:
        tensors = {f"model/{name}": value for name, value in self.model.state_dict().items()}
        if not self.progress.done:  # else nobody goes on from it, and the rest is three times as large
            tensors |= {f"best/{name}": value for name, value in self._best_weights.items()}
            for i, state in self._optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer/{i}/{key}": value for key, value in state.items()}
        metadata = {"fingerprint": self._fingerprint, "progress": json.dumps(vars(self.progress))}
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        part = self._checkpoint.with_suffix(".part")
        save_file({name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, part, metadata)
        part.replace(self._checkpoint)

    def _restore(self) -> None:
        try:
            with safe_open(self._checkpoint, framework="pt") as file:
                metadata = file.metadata() or {}
                if metadata.get("fingerprint") != self._fingerprint:
                    return
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a mapping
        except (OSError, SafetensorError):
            return
        self.progress = Progress(**json.loads(metadata["progress"]))
        self.model.load_state_dict(under("model/", tensors))
        self._best_weights = under("best/", tensors)
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in under("optimizer/", tensors).items():
            i, key = name.split("/")
            states.setdefault(int(i), {})[key] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": states})


def code_digest() -> bytes:
    """Of everything between a corpus and a weight: part of every fingerprint."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[2]
    for room in ("index", "model", "training"):
        for file in sorted((root / room).rglob("*.py")):
            if "lab" not in file.relative_to(root).parts:
                digest.update(file.read_bytes())
    return digest.digest()
