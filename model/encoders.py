"""Both towers of one training: the tune encoder and the title encoder that share a vector space."""

from pathlib import Path
from typing import Any, NamedTuple

import torch

from model.abc import Tune
from model.checkpoint import load_encoder, save_encoder
from model.encoder import Encoder

TUNE_ENCODER = "tune_encoder.safetensors"
TITLE_ENCODER = "title_encoder.safetensors"


class Encoders(NamedTuple):
    """A tune encoder and a title encoder that were trained together."""

    tune: Encoder[Tune, Any]
    title: Encoder[str, Any]

    def save(self, folder: Path) -> None:
        """Write both checkpoints into a folder."""
        save_encoder(self.tune, folder / TUNE_ENCODER)
        save_encoder(self.title, folder / TITLE_ENCODER)

    @classmethod
    def load(cls, folder: Path, device: torch.device) -> "Encoders":
        """Read both checkpoints from a folder, ready to encode. Raises CheckpointError."""
        return cls(
            load_encoder("tune", folder / TUNE_ENCODER, device),
            load_encoder("title", folder / TITLE_ENCODER, device),
        )
