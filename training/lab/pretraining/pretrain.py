"""The training of the next-note model: all tunes in every epoch, until those held out say to stop."""

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
from training.reporter import Reporter


def pretrain(
    tunes: Sequence[Tune],
    validation_tunes: Sequence[Tune],
    config: PretrainConfig,
    checkpoint: Path,
    device: torch.device,
    report: Reporter,
) -> NextNote:
    """Learn from some tunes until others are predicted no better; the best weights are those returned.

    Whoever calls decides which tunes may be seen. Interrupted, it leaves a checkpoint; called again with the
    same tunes and config, it goes on from there.
    """
    learned, asked = ([framed(tune, config.longest) for tune in part] for part in (tunes, validation_tunes))
    run = Pretraining(config, learned, device, checkpoint, _fingerprint(config, learned, asked))
    advance = report.step("pretraining", config.max_epochs, run.progress.epochs)

    def on_epoch(record: dict[str, float]) -> None:
        advance()
        report.say(
            f"epoch {record['epoch']}: loss {record['loss']:.3f}, "
            f"validation perplexity {math.exp(-record['validation']):.3f}"
        )

    return run.fit(config.max_epochs, lambda model: -float(measure(model, asked).loss), on_epoch)


@torch.no_grad()
def measure(model: NextNote, asked: Sequence[Tokens]) -> Nats:
    """How surprising tunes are, each as `framed` gives it."""
    model.eval()
    batch = model.config.batch
    return Nats.joined(model.nats(asked[start : start + batch]) for start in range(0, len(asked), batch))


class Pretraining(Resumable[NextNote]):
    """One pretraining; validation gives minus the nats of a note.

    Parameters
    ----------
    config, learned, device : how, on what tunes, each as `framed` gives it, and where to train
    checkpoint, fingerprint : see `Resumable`
    """

    def __init__(
        self,
        config: PretrainConfig,
        learned: Sequence[Tokens],
        device: torch.device,
        checkpoint: Path,
        fingerprint: str,
    ) -> None:
        self._learned = learned

        def build() -> tuple[NextNote, torch.optim.Optimizer]:
            model = NextNote(config).to(device)
            return model, torch.optim.Adam(model.parameters(), config.rate, fused=True)

        super().__init__("pretrain", config.seed, build, config.patience, checkpoint, fingerprint)

    def losses(self, rng: np.random.Generator) -> Iterator[torch.Tensor]:
        """The nats of a note of each batch, the tunes in an order drawn anew."""
        order = rng.permutation(len(self._learned))
        size = self.model.config.batch
        for start in range(0, len(order), size):
            yield self.model.nats([self._learned[i] for i in order[start : start + size]]).loss


def _fingerprint(config: PretrainConfig, learned: Sequence[Tokens], asked: Sequence[Tokens]) -> str:
    digest = hashlib.sha256(code_digest())
    digest.update(json.dumps([asdict(config), len(learned)]).encode())
    for rows in (*learned, *asked):
        digest.update(rows.tobytes())
    return digest.hexdigest()
