"""Writes MIDI for tests: tunes as programs and players write them, and raw bytes as nobody does."""

import io
import random
import struct
from collections.abc import Sequence

import mido

from model.abc import Note, Tune

END = b"\x00\xff\x2f\x00"
ON, OFF = b"\x00\x90\x3c\x40", b"\x78\x3c\x00"  # a note of 120 ticks, its end in running status
LARGEST = 2**17  # bytes of the longest patterns


def midi(
    tune: Tune,
    *,
    meter: tuple[int, int] | None = (4, 4),
    key: str = "",
    delay: float = 0,
    sounds: float = 1,
    shake: float = 0,
    others: Sequence[Sequence[Note]] = (),
    channel: int = 0,
    quarter: int = 480,
) -> bytes:
    """A tune as MIDI.

    Parameters
    ----------
    delay : rest before it, in quarter notes
    sounds : share of its length for which each note sounds
    shake : standard deviation of each onset, in quarter notes
    others : further tracks
    quarter : ticks in a quarter note
    """
    rng = random.Random(1)
    file = mido.MidiFile(ticks_per_beat=quarter)
    head = mido.MidiTrack([mido.MetaMessage("track_name", name="The Kesh")])
    if meter:
        head.append(mido.MetaMessage("time_signature", numerator=meter[0], denominator=meter[1]))
    if key:
        head.append(mido.MetaMessage("key_signature", key=key))
    file.tracks.append(head)
    for number, notes in enumerate([tune.notes, *others]):
        events = []
        for note in notes:
            onset = float(note.onset) + delay + rng.gauss(0, shake)
            end = onset + float(note.duration) * sounds
            events += [(round(onset * quarter), 1, note.pitch), (round(end * quarter), 0, note.pitch)]
        track, now = mido.MidiTrack(), 0
        for time, velocity, pitch in sorted(events):
            track.append(
                mido.Message(
                    "note_on",
                    channel=channel + number,
                    note=pitch,
                    velocity=64 * velocity,
                    time=max(time - now, 0),
                )
            )
            now = max(now, time)
        file.tracks.append(track)
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def raw(*tracks: bytes, division: int = 480, kind: int = 1) -> bytes:
    """A file of these tracks."""
    head = b"MThd" + struct.pack(">IHHH", 6, kind, min(len(tracks), 2**15 - 1), division)
    return head + b"".join(b"MTrk" + struct.pack(">I", len(track)) + track for track in tracks)


def patterns(size: int = LARGEST) -> dict[str, bytes]:
    """Files of almost so many bytes, each aimed at one loop."""

    def many(events: bytes) -> bytes:
        return events * ((size - 100) // len(events))

    channels = b"".join(bytes([1, 0x90 | c, 60, 64, 1, 0x80 | c, 60, 0]) for c in range(16))
    return {
        "notes": raw(ON + many(b"\x01\x3c\x00\x01\x3c\x40") + END),
        "notes without an end": raw(ON + many(b"\x01\x3c\x40") + END),
        "notes at the same time": raw(ON + many(b"\x00\x3d\x40\x00\x3e\x40") + OFF + END),
        "slow notes": raw(ON + many(b"\x01\x3c\x00\x01\x3c\x40") + END, division=1),
        "long notes": raw(ON + many(b"\xff\xff\xff\x7f\x3c\x00\x01\x3c\x40") + END),
        "channels": raw(many(channels) + END),
        "metres": raw(ON + many(b"\x01\xff\x58\x04\x04\x02\x18\x08") + OFF + END),
        "a late note": raw(b"\xff\xff\xff\x7f\x90\x3c\x40\xff\xff\xff\x7f\x3c\x00" + END),
        "one long number": raw(b"\xff" * (size - 100)),
        "long numbers": raw(many(b"\x81" * 4000 + b"\x00\xff\x01\x00") + END),
        "tracks": raw(*[END] * (size // 12 - 10)),
        "tracks with a note": raw(*[ON + OFF + END] * (size // 19 - 10)),
        "exclusive messages": raw(many(b"\x00\xf0\x02\x01\xf7") + END),
        "text": raw(b"\x00\xff\x03\xff\x7f" + b"x" * (2**14 - 1) + ON + OFF + END),
    }
