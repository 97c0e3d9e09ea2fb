"""Both towers of one training: the tune encoder and the title encoder that share a vector space."""

from pathlib import Path
from typing import Any, NamedTuple

from model.abc import Tune
from model.checkpoint import as_saved, load_encoder, save_encoder
from model.device import Device
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

    def as_saved(self, device: Device) -> "Encoders":
        """The same encoders as `load` would restore them after `save`."""
        return Encoders(as_saved("tune", self.tune, device), as_saved("title", self.title, device))

    @classmethod
    def load(cls, folder: Path, device: Device) -> "Encoders":
        """Read both checkpoints from a folder, ready to encode. Raises CheckpointError."""
        return cls(
            load_encoder("tune", folder / TUNE_ENCODER, device),
            load_encoder("title", folder / TITLE_ENCODER, device),
        )
