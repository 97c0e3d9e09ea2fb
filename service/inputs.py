"""The forms in which a tune may come: their media types, and how large each may be."""

from typing import Any, NamedTuple

from pydantic import BaseModel
from starlette.datastructures import Headers

from model.abc import Notice
from model.conversion import ConversionError, Converted, can_listen, read_wav
from model.midi import MOST_BYTES as MOST_MIDI_BYTES
from model.midi import read_midi
from model.musicxml import read_musicxml
from service.problems import UnknownMediaType, UnreadableFile
from service.settings import Settings
from service.text import ABC, JSON, decode_text, describe_body, kind_of, media_type

_MUSICXML, _MIDI, _WAV = "application/vnd.recordare.musicxml+xml", "audio/midi", "audio/wav"
_READERS = {
    _MUSICXML: read_musicxml,
    "application/vnd.recordare.musicxml": read_musicxml,  # compressed
    "application/xml": read_musicxml,
    "text/xml": read_musicxml,
    _MIDI: read_midi,
    _WAV: read_wav,
}
_XML = "MusicXML: the first voice of its first part."
_MEANINGS = {
    "application/vnd.recordare.musicxml": "Compressed MusicXML (`.mxl`): the same.",
    _MIDI: "MIDI: the track that looks like the melody.",
    _WAV: "Sound, one melody; only with the extra `listen`, and then `GET /info` lists it.",
}
_EXAMPLES = {_MIDI: "MThd: the bytes of a MIDI file", _WAV: "RIFF: the bytes of a WAV file"}
_SCORE = (
    '<score-partwise><part id="P1"><measure><note><pitch><step>G</step><octave>4</octave></pitch>'
    "<duration>1</duration></note></measure></part></score-partwise>"
)


class Input(NamedTuple):
    """A tune as ABC.

    Attributes
    ----------
    abc : as it came, or converted
    warnings : what was skipped or guessed before the ABC reader reads it
    is_converted : whether it came in another form
    """

    abc: str
    warnings: tuple[Notice, ...]
    is_converted: bool


def accepted_inputs() -> tuple[str, ...]:
    """The media types of tunes that this service takes. Sound is one only if the extra `listen` is there."""
    return (*ABC, *(kind for kind in _READERS if kind != _WAV or can_listen()))


def body_limit(headers: Headers, settings: Settings) -> int:
    """The largest body that a request may have, in bytes."""
    kind = kind_of(headers)
    if kind == _MIDI:
        return min(settings.max_file_bytes, MOST_MIDI_BYTES)
    return settings.max_file_bytes if kind in _READERS else settings.max_body_bytes


def is_json(headers: Headers) -> bool:
    """Whether a body is JSON. Raises UnknownMediaType when it is neither JSON nor a tune."""
    return _media_type(headers, (JSON, *accepted_inputs())) == JSON


def read_input(headers: Headers, body: bytes) -> Input:
    """The tune of a body, as ABC. It takes the CPU time of reading.

    Raises
    ------
    UnknownMediaType
        When its media type is not one of `accepted_inputs`.
    UnreadableFile
        When it is damaged, or not what its media type says.
    """
    read = _READERS.get(_media_type(headers, accepted_inputs()))
    if read is None:
        text, warnings = decode_text(body, headers["content-type"])
        return Input(text, warnings, is_converted=False)
    try:
        converted: Converted = read(body)
    except ConversionError as error:
        raise UnreadableFile(f"{error}") from error
    return Input(converted.abc, converted.warnings, is_converted=True)


def describe_inputs(text: str, example: str, model: type[BaseModel] | None = None) -> dict[str, Any]:
    """OpenAPI description of a body with a tune in any form.

    Parameters
    ----------
    text : what the ABC is, a sentence that follows a colon
    example : of the ABC
    model : the JSON that the route takes, too
    """
    described = describe_body(model, text, example)
    for kind in _READERS:
        example = _EXAMPLES.get(kind, _SCORE)
        schema = {"type": "string", "description": _MEANINGS.get(kind, _XML), "examples": [example]}
        described["requestBody"]["content"][kind] = {"schema": schema}
    return described


def _media_type(headers: Headers, accepted: tuple[str, ...]) -> str:
    if kind_of(headers) == _WAV and not can_listen():
        raise UnknownMediaType("this service cannot read sound; it can when the extra `listen` is installed")
    return media_type(headers, accepted)
