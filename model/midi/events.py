"""Reads the events of a MIDI file: its notes by track and channel, its metres and its key.

The format: https://midi.org/standard-midi-files
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO

import mido

from model.conversion import ConversionError
from model.deadline import check_deadline, checked
from model.errors import GanAinmError

MOST_BYTES = 2**17  # so that reading stays below a second; a tune has a few thousand
_PERCUSSION = 9  # the tenth channel
_LONGEST_NUMBER = 2**12  # bytes; mido adds up a number of any length
_HIGH_BYTES = re.compile(rb"[\x80-\xff]+")
_READS = 2000  # between two checks
_LATEST = 2**40  # ticks of a file
_SMALLEST_BEAT = 64  # of a metre

Times = tuple[int, int, int]
"""Pitch, onset and end of a note, in ticks of the file."""


@dataclass(slots=True)
class Score:
    """What a MIDI file has.

    Attributes
    ----------
    quarter : ticks in a quarter note
    voices : the notes of each track and channel, without percussion
    meters : onset in ticks, beats and kind of beat, in order
    key : as the file names it, such as "F#m"; "" if it does not
    """

    quarter: Fraction
    voices: dict[tuple[int, int], list[Times]] = field(default_factory=dict)
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    key: str = ""


def read_score(data: bytes) -> Score:
    """Read a MIDI file. Raises ConversionError when it is too large or damaged."""
    if len(data) > MOST_BYTES:
        raise ConversionError(f"a MIDI file may have at most {MOST_BYTES} bytes")
    if any(len(run) > _LONGEST_NUMBER for run in _HIGH_BYTES.findall(data)):
        raise ConversionError("the MIDI file is damaged")
    try:
        file = mido.MidiFile(file=_Checked(_tidy(data)), clip=True)
    except GanAinmError:
        raise
    except Exception as error:  # mido promises no particular ones
        raise ConversionError("the MIDI file is damaged") from error
    score = Score(_quarter(file.ticks_per_beat))
    for number, track in enumerate(file.tracks):
        _read_track(number, track, score)
    score.meters.sort()
    return score


class _Checked(BytesIO):
    """Bytes in memory. Reading them stops when the time is over."""

    _reads = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read some bytes."""
        self._reads += 1
        if not self._reads % _READS:
            check_deadline()
        return super().read(size)


def _tidy(data: bytes) -> bytes:
    """The header and the tracks, without other chunks. A track that is cut short ends where the file ends."""
    start = data.find(b"MThd", 0, 64)  # Windows wraps the file in another
    if start < 0 or len(data) < start + 14:
        raise ConversionError("the file is not MIDI")
    size, kind, _, division = struct.unpack(">IHHH", data[start + 4 : start + 14])
    tracks = [chunk for name, chunk in _chunks(data, start + 8 + size) if name == b"MTrk"]
    header = struct.pack(">4sIHHH", b"MThd", 6, min(kind, 2), min(len(tracks), 2**15 - 1), division)
    return header + b"".join(struct.pack(">4sI", b"MTrk", len(track)) + track for track in tracks)


def _chunks(data: bytes, start: int) -> Iterator[tuple[bytes, bytes]]:
    while start + 8 <= len(data):
        name, size = struct.unpack(">4sI", data[start : start + 8])
        yield name, data[start + 8 : start + 8 + size]
        start += 8 + size


def _quarter(division: int) -> Fraction:
    """Ticks in a quarter note. A file that counts frames of film has 120 quarter notes in a minute."""
    if division > 0:
        return Fraction(division)
    frames, ticks = -(division >> 8), division & 0xFF
    return Fraction(max(frames * ticks, 1), 2)


def _read_track(number: int, track: mido.MidiTrack, score: Score) -> None:
    now = 0
    sounding: dict[tuple[int, int], int] = {}  # onsets by channel and pitch

    def end(channel: int, pitch: int) -> None:
        onset = sounding.pop((channel, pitch), now)
        if onset < now:
            score.voices.setdefault((number, channel), []).append((pitch, onset, now))

    for message in checked(track):
        now = min(now + message.time, _LATEST)
        if message.type in ("note_on", "note_off") and message.channel != _PERCUSSION:
            end(message.channel, message.note)
            if message.type == "note_on" and message.velocity:
                sounding[message.channel, message.note] = now
        elif message.type == "time_signature" and message.numerator and message.denominator <= _SMALLEST_BEAT:
            score.meters.append((now, message.numerator, message.denominator))
        elif message.type == "key_signature":
            score.key = score.key or message.key
    for channel, pitch in list(sounding):
        end(channel, pitch)
