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
    for found in measures(unpacked(data) if is_archive(data) else iter([data.lstrip()])):
        if found is not None:
            name, measure = found
            if name in parts or len(parts) < _MOST_PARTS:
                parts.setdefault(name, Part()).read(measure)
        if any(part.is_complete for part in parts.values()) or (found is None and _melody(parts)):
            break
    part = _melody(parts)
    if part is None:
        raise ConversionError("the score has no notes")
    return part.converted()


def _melody(parts: dict[str, Part]) -> Part | None:
    return next((part for part in parts.values() if part.has_notes), None)
