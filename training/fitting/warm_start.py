"""A warm start: weights from elsewhere that a tune encoder begins with."""

from collections.abc import Sequence
from typing import Any, Protocol

from model.abc import Tune
from model.encoder import Encoder


class WarmStart(Protocol):
    """Gives a tune encoder its first weights, and guards against a leak through them."""

    @property
    def digest(self) -> str:
        """Identifies the weights, for the fingerprint of a training."""

    @property
    def config(self) -> dict[str, Any]:
        """How the weights were trained, for the record."""

    def apply(self, encoder: Encoder[Tune, Any]) -> None:
        """Copy weights into the encoder. Raises CheckpointError when they do not fit it."""

    def check_leaks(self, training_tunes: Sequence[Tune]) -> None:
        """Raises LeakError when the weights were trained on a melody that is not among these tunes."""
