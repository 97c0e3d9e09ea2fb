"""Reads one melody of a MIDI file."""

from model.midi.events import MOST_BYTES
from model.midi.reader import read_midi

__all__ = ["MOST_BYTES", "read_midi"]
