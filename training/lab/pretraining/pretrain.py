"""Training of the next-note model: every epoch visits all tunes; validation tunes decide when to stop."""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
import torch

from index.progress import OnStep, counted, ignore_steps
from model.abc import Tune
from model.device import Device
from model.experimental.notes import Tokens
from training.fitting.checkpoints import TrainingCheckpoint, code_digest
from training.fitting.train import Run, seed_epoch, train
from training.lab.pretraining.nats import Nats
from training.lab.pretraining.next_note import NextNote, PretrainConfig, framed
from training.lab.workspace import Workspace

_NAME = "pretrain"  # of the run; its random numbers depend on it


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
    validation_tunes : decide when to stop
    config : how to train
    workspace : where to train
    checkpoint : name of the checkpoint in the workspace's folder
    """
    report = workspace.report
    training = [framed(tune, config.longest) for tune in tunes]
    validation = [framed(tune, config.longest) for tune in validation_tunes]
    saved = TrainingCheckpoint(workspace.folder / checkpoint, _fingerprint(config, training, validation))
    advance = report.step("pretraining", config.max_epochs, saved.progress().epochs)

    def on_epoch(record: dict[str, float]) -> None:
        advance()
        report.say(
            f"epoch {record['epoch']}: loss {record['loss']:.3f}, "
            f"validation perplexity {math.exp(-record['validation']):.3f}"
        )

    run = _start(training, config, workspace.device)
    train(run, saved, lambda model: -float(measure(model, validation).loss), on_epoch)
    return run.model


@torch.no_grad()
def measure(model: NextNote, tunes: Sequence[Tokens], on_step: OnStep = ignore_steps) -> Nats:
    """How surprising tunes are to the model; each is from `framed`."""
    model.eval()
    size = model.config.batch
    batches = [tunes[start : start + size] for start in range(0, len(tunes), size)]
    return Nats.joined(model.nats(batch) for batch in counted(batches, on_step("measuring", len(batches))))


def _start(tunes: Sequence[Tokens], config: PretrainConfig, device: Device) -> Run[NextNote]:
    """A run with fresh weights. Its loss is the nats of a note."""
    seed_epoch(config.seed, _NAME, 0)
    model = NextNote(config).to(device)

    def epoch(rng: np.random.Generator) -> Iterator[torch.Tensor]:
        order = rng.permutation(len(tunes))
        for start in range(0, len(order), config.batch):
            yield model.nats([tunes[i] for i in order[start : start + config.batch]]).loss

    return Run(
        name=_NAME,
        seed=config.seed,
        model=model,
        optimizer=torch.optim.Adam(model.parameters(), config.rate, fused=True),
        epoch=epoch,
        epochs=config.max_epochs,
        patience=config.patience,
    )


def _fingerprint(config: PretrainConfig, training: Sequence[Tokens], validation: Sequence[Tokens]) -> str:
    digest = hashlib.sha256(code_digest("training/lab/pretraining"))
    digest.update(json.dumps([asdict(config), len(training)]).encode())
    for rows in (*training, *validation):
        digest.update(rows.tobytes())
    return digest.hexdigest()
