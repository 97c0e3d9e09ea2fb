"""The training loop: epochs over lessons, with early stopping, and a checkpoint to go on from.

Everything drawn in an epoch comes from (seed, name of the run, number of the epoch), so a training that was
interrupted and went on ends with the same weights as one that was not.
"""

import json
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from model.checkpoint import under
from training.config import FitConfig
from training.lessons import Lessons
from training.towers import Towers

_SECONDS_BETWEEN_CHECKPOINTS = 5.0


@dataclass
class Progress:
    """How far a run has come; saved with its weights.

    Attributes
    ----------
    epochs : those done
    history : for each, its mean loss (nats), seconds, and validation MRR where there is validation
    best_epoch, best : the epoch (from 1) with the highest validation MRR, and that MRR
    done : whether the run has ended
    """

    epochs: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best_epoch: int = 0
    best: float = -1.0
    done: bool = False


class Run:
    """One training of a pair of towers.

    Parameters
    ----------
    name : of the run; part of what its random numbers come from
    config, lessons, device : how, on what, and where to train
    checkpoint : file to go on from, if it exists and has the same fingerprint
    fingerprint : of code, data and config; a checkpoint with another is ignored
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
        self.config = config
        self.progress = Progress()
        self._name = name
        self._lessons = lessons
        self._checkpoint = checkpoint
        self._fingerprint = fingerprint
        torch.manual_seed(self._seed(0))
        self.towers = Towers(config).to(device)
        self._optimizer = self.towers.optimizer(config)
        self._best_weights: dict[str, torch.Tensor] = {}
        self._restore()

    def fit(
        self,
        epochs: int,
        validate: Callable[[Towers], float] | None = None,
        on_epoch: Callable[[dict[str, float]], object] = lambda _: None,
    ) -> Towers:
        """Train for so many epochs and return the towers, ready to encode.

        With validation it stops early, and the towers are those of the epoch with the best MRR.
        """
        saved = time.monotonic()
        while not self.progress.done:
            self._epoch(validate)
            progress = self.progress
            stalled = validate is not None and progress.epochs - progress.best_epoch >= self.config.patience
            progress.done = progress.epochs >= epochs or stalled
            on_epoch(progress.history[-1])
            is_due = progress.epochs == 1 or time.monotonic() - saved > _SECONDS_BETWEEN_CHECKPOINTS
            if progress.done or is_due:
                self._save()
                saved = time.monotonic()
        if self._best_weights:
            self.towers.load_state_dict(self._best_weights)
        return self.towers.eval()

    def _epoch(self, validate: Callable[[Towers], float] | None) -> None:
        begun = time.monotonic()
        number = self.progress.epochs + 1
        torch.manual_seed(self._seed(number))
        rng = np.random.default_rng(self._seed(number))
        towers = self.towers.train()
        losses: list[float] = []
        for batch in self._lessons.batches(self.config, towers.tune, towers.title, rng):
            loss = towers.loss(batch)
            self._optimizer.zero_grad()
            torch.autograd.backward(loss)
            self._optimizer.step()
            losses.append(loss.item())
        record = {"epoch": number, "loss": float(np.mean(losses)), "seconds": time.monotonic() - begun}
        self.progress.epochs = number
        if validate is not None:
            record["validation_mrr"] = validate(towers.eval())
            if record["validation_mrr"] > self.progress.best:
                self.progress.best, self.progress.best_epoch = record["validation_mrr"], number
                self._best_weights = {name: value.clone() for name, value in towers.state_dict().items()}
        self.progress.history.append(record)

    def _seed(self, epoch: int) -> int:
        return zlib.crc32(f"{self.config.seed} {self._name} {epoch}".encode())

    def _save(self) -> None:
        tensors = {f"towers/{name}": value for name, value in self.towers.state_dict().items()}
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
        self.towers.load_state_dict(under("towers/", tensors))
        self._best_weights = under("best/", tensors)
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, value in under("optimizer/", tensors).items():
            i, key = name.split("/")
            states.setdefault(int(i), {})[key] = value
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": states})
