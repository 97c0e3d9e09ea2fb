"""Reads one melody of a MIDI file."""

from model.midi.reader import read_midi

__all__ = ["read_midi"]
