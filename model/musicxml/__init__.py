"""Reads one melody of a MusicXML file, plain or compressed (`.mxl`)."""

from model.musicxml.reader import read_musicxml

__all__ = ["read_musicxml"]
