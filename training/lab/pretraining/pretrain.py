"""Training of the next-note model: every epoch visits all tunes; validation tunes decide when to stop."""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from model.abc import Tune
from model.experimental.notes import Tokens
from training.fitting.resumable import Resumable, code_digest
from training.lab.pretraining.nats import Nats
from training.lab.pretraining.next_note import NextNote, PretrainConfig, framed
from training.lab.workspace import Workspace


def pretrain(
    tunes: Sequence[Tune],
    validation_tunes: Sequence[Tune],
    config: PretrainConfig,
    workspace: Workspace,
    checkpoint: str,
) -> NextNote:
    """Train until the validation tunes are predicted no better, and return the model with its best weights.

    The caller decides which tunes the model may see. An interrupted training leaves a checkpoint, and the
    same call resumes from it.

    Parameters
    ----------
    tunes : to train on
    validation_tunes : to stop by
    config : how to train
    workspace : where to train
    checkpoint : name of the checkpoint in the workspace's folder
    """
    report = workspace.report
    training = [framed(tune, config.longest) for tune in tunes]
    validation = [framed(tune, config.longest) for tune in validation_tunes]
    fingerprint = _fingerprint(config, training, validation)
    run = Pretraining(config, training, workspace.device, workspace.folder / checkpoint, fingerprint)
    advance = report.step("pretraining", config.max_epochs, run.progress.epochs)

    def on_epoch(record: dict[str, float]) -> None:
        advance()
        report.say(
            f"epoch {record['epoch']}: loss {record['loss']:.3f}, "
            f"validation perplexity {math.exp(-record['validation']):.3f}"
        )

    return run.fit(config.max_epochs, lambda model: -float(measure(model, validation).loss), on_epoch)


@torch.no_grad()
def measure(model: NextNote, tunes: Sequence[Tokens]) -> Nats:
    """How surprising tunes are to the model; each is from `framed`."""
    model.eval()
    batch = model.config.batch
    return Nats.joined(model.nats(tunes[start : start + batch]) for start in range(0, len(tunes), batch))


class Pretraining(Resumable[NextNote]):
    """One pretraining. Its validation figure is minus the nats of a note.

    Parameters
    ----------
    config : how to train
    tunes : the training tunes, each from `framed`
    device : where to train
    checkpoint, fingerprint : see `Resumable`
    """

    def __init__(
        self,
        config: PretrainConfig,
        tunes: Sequence[Tokens],
        device: torch.device,
        checkpoint: Path,
        fingerprint: str,
    ) -> None:
        self._tunes = tunes

        def build() -> tuple[NextNote, torch.optim.Optimizer]:
            model = NextNote(config).to(device)
            return model, torch.optim.Adam(model.parameters(), config.rate, fused=True)

        super().__init__("pretrain", config.seed, build, config.patience, checkpoint, fingerprint)

    def losses(self, rng: np.random.Generator) -> Iterator[torch.Tensor]:
        """The loss of each batch, with the tunes in random order."""
        order = rng.permutation(len(self._tunes))
        size = self.model.config.batch
        for start in range(0, len(order), size):
            yield self.model.nats([self._tunes[i] for i in order[start : start + size]]).loss


def _fingerprint(config: PretrainConfig, training: Sequence[Tokens], validation: Sequence[Tokens]) -> str:
    digest = hashlib.sha256(code_digest())
    digest.update(json.dumps([asdict(config), len(training)]).encode())
    for rows in (*training, *validation):
        digest.update(rows.tobytes())
    return digest.hexdigest()
