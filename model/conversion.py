"""Other forms of music as ABC: what every reader of MusicXML, MIDI or sound makes of a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import PurePath

from model.abc import Bar, Note, Notice, Tune, read_tune, write
from model.errors import GanAinmError

MOST_NOTES = 8192  # of a melody; the ABC reader takes no more
MOST_BARS = 8192
_UNIT = Fraction(1, 8)
_HEAD = 4096  # bytes of a file that show its form


class ConversionError(GanAinmError):
    """A file that cannot be read as music. Its text is a sentence that repeats nothing of the file."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A tune that came in another form.

    Attributes
    ----------
    abc : the tune as ABC text: metre, key, notes and repeats, without any name that the file has
    tune : what the ABC reader reads from this text
    warnings : what the conversion skipped or guessed, besides the warnings of the tune; what concerns the
        file as a whole is at line 1, column 1
    """

    abc: str
    tune: Tune
    warnings: tuple[Notice, ...]


def as_abc(
    notes: Sequence[Note], bars: Sequence[Bar], meter: str, key: str, warnings: Sequence[str] = ()
) -> Converted:
    """Write a melody as ABC. Accidentals are spelled by the key.

    Parameters
    ----------
    notes : at least one, in order and without overlaps; only pitch, onset and duration count
    bars : in order, each beginning where the one before it ends; their numbers and notes do not count
    meter : such as "6/8", or "" without one
    key : such as "D major", or "" without one
    warnings : what was skipped or guessed so far
    """
    tune = Tune(
        number=1,
        titles=(),
        rhythm="",
        meter=meter,
        unit=_UNIT,
        key=key,
        header=(),
        notes=tuple(notes),
        bars=tuple(bars),
        warnings=(),
        line=1,
    )
    abc = write(tune)
    return Converted(abc, read_tune(abc), tuple(Notice(1, 1, warning) for warning in warnings))


@cache  # it looks through the folders of sys.path, and every request asks
def can_listen() -> bool:
    """Whether the extra `listen` is installed, which reads sound."""
    return find_spec("swift_f0") is not None


def read_wav(data: bytes) -> Converted:
    """Read sound. Raises ConversionError when it cannot be read, or the extra `listen` is not installed."""
    if not can_listen():
        raise ConversionError("sound needs the extra listen: pip install -e '.[listen]'")
    # By name, because the extra brings what this module imports.
    heard: Converted = import_module("model.sound").read_sound(data)
    return heard


def read_file(name: str, data: bytes) -> Converted | None:
    """Read a file of music that is not ABC; None if neither its beginning nor its name shows such a form.

    Parameters
    ----------
    name : of the file; its suffix counts where its beginning does not decide
    data : the whole file

    Raises
    ------
    ConversionError
        When it cannot be read, or it is sound and the extra `listen` is not installed.
    """
    kind = _kind(data[:_HEAD]) or PurePath(name).suffix.lower()
    if kind == ".wav":
        return read_wav(data)
    if kind in (".mid", ".midi", ".kar"):
        from model.midi import read_midi

        return read_midi(data)
    if kind in (".mxl", ".musicxml", ".xml"):
        from model.musicxml import read_musicxml

        return read_musicxml(data)
    return None


def _kind(head: bytes) -> str:
    """The suffix of the form that the beginning of a file shows, or ""."""
    if head[:4] == b"RIFF":
        return {b"WAVE": ".wav", b"RMID": ".mid"}.get(head[8:12], "")
    for sign, suffix in ((b"MThd", ".mid"), (b"PK\x03\x04", ".mxl")):
        if head.startswith(sign):
            return suffix
    text = head.replace(b"\0", b"")  # UTF-16 has one beside each letter
    return ".musicxml" if b"<score-partwise" in text or b"<score-timewise" in text else ""
