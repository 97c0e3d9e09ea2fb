"""From a recording to notes. The extra `listen` brings the pitch tracker, which is loaded on first use."""

from model.sound.read import read_sound

__all__ = ["read_sound"]
