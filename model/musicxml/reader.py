"""Reads the melody of a MusicXML file."""

from model.conversion import ConversionError, Converted
from model.musicxml.archive import is_archive, unpacked
from model.musicxml.measures import measures
from model.musicxml.part import Part

_MOST_PARTS = 100


def read_musicxml(data: bytes) -> Converted:
    """Read the first voice with notes of the first part with notes, as ABC.

    Parameters
    ----------
    data : MusicXML, partwise or timewise, or a zip file with it (`.mxl`)

    Raises
    ------
    ConversionError
        When it is not MusicXML, or has no notes.
    """
    parts: dict[str, Part] = {}
    part = Part()
    for found in measures(unpacked(data) if is_archive(data) else [data.lstrip()]):
        if found is not None:
            name, measure = found
            if name not in parts and len(parts) >= _MOST_PARTS:
                continue
            part = parts.setdefault(name, Part())
            part.read(measure)
        if part.is_complete or (found is None and part.has_notes):
            break
    for part in parts.values():
        if part.has_notes:
            return part.converted()
    raise ConversionError("the score has no notes")
