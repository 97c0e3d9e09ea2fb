"""What the MIDI reader reads, what it decides, and that no file makes it fail or costs much."""

import contextlib
import random
import time
from dataclasses import replace
from fractions import Fraction

import pytest

from model.abc import Note, Tune, read_tune
from model.conversion import ConversionError, read_file
from model.deadline import CpuLimitError, limited
from model.midi import read_midi
from tests.model.midi.files import END, OFF, ON, patterns, raw
from tests.model.midi.files import midi as written
from tests.model.musicxml.test_bounds import damaged
from tests.support import KESH

TUNE = read_tune(KESH)
REEL = read_tune("M:4/4\nL:1/8\nK:Ador\nA2 (3Bcd eaaf|g2 gf/g/ edB2|A2 z2 e4|dBGB A4|\n")


def melody(tune: Tune) -> list[tuple[int, Fraction, Fraction]]:
    first = tune.notes[0].onset
    return [(note.pitch, note.onset - first, note.duration) for note in tune.notes]


def times(notes: list[tuple[int, int, int]]) -> list[tuple[int, Fraction, Fraction]]:
    return [(pitch, Fraction(onset), Fraction(duration)) for pitch, onset, duration in notes]


def moved(tune: Tune, semitones: int) -> list[Note]:
    return [replace(note, pitch=note.pitch + semitones) for note in tune.notes]


@pytest.mark.parametrize(
    ("sounds", "shake"), [(1, 0), (0.95, 0), (0.9, 0), (0.8, 0), (0.9, 0.02), (0.8, 0.03)]
)
def test_a_tune_reads_the_same_however_it_is_played(sounds: float, shake: float) -> None:
    read = read_midi(written(TUNE, meter=(6, 8), delay=2.5, sounds=sounds, shake=shake, key="G"))
    assert melody(read.tune) == melody(TUNE)
    assert (read.tune.meter, read.tune.key) == ("6/8", "G major")
    assert [bar.number for bar in read.tune.bars] == [bar.number for bar in TUNE.bars]


@pytest.mark.parametrize("quarter", [24, 96, 120, 384, 480, 960, 10080])
def test_triplets_sixteenths_and_rests_among_eighths(quarter: int) -> None:
    read = read_midi(written(REEL, quarter=quarter))
    assert melody(read.tune) == melody(REEL)
    assert read.tune.key == "A dorian"


def test_titles_never_reach_the_text() -> None:
    assert "Kesh" not in read_midi(written(TUNE)).abc


def test_the_melody_is_the_highest_voice_with_many_notes_in_its_range() -> None:
    chords = [replace(note, pitch=note.pitch - 5 * step) for note in TUNE.notes for step in (3, 4, 5)]
    bass, few = moved(TUNE, -24), moved(TUNE, 24)[:8]
    read = read_midi(written(TUNE, others=[bass, chords, few]))
    assert melody(read.tune) == melody(TUNE)
    assert "4 voices" in read.warnings[0].message


def test_the_top_voice_of_one_channel_is_read() -> None:
    drone = [replace(TUNE.notes[0], pitch=43, duration=Fraction(24)), *moved(TUNE, -7)]
    together = sorted([*TUNE.notes, *drone], key=lambda note: note.onset)
    assert melody(read_midi(written(replace(TUNE, notes=tuple(together)))).tune) == melody(TUNE)


def test_percussion_is_no_melody() -> None:
    with pytest.raises(ConversionError, match="no notes, or only percussion"):
        read_midi(written(TUNE, channel=9))


@pytest.mark.parametrize(
    ("notes", "named", "key"),
    [
        ("GABcdefg|G4", "", "G mixolydian"),
        ("G,A,B,CDE^FG|G4", "", "G major"),
        ("EFGABcde|^F4 E4", "G", "E minor"),
        ("DEFGABcd|D4", "C", "D dorian"),
        ("AB^cde^f^ga|A4", "F#m", "F# minor"),
        ("_B,C_D_EF_G_A_B|_B4", "", "Bb minor"),
    ],
)
def test_the_key_is_the_named_one_or_a_guess(notes: str, named: str, key: str) -> None:
    tune = read_tune(f"M:4/4\nL:1/8\nK:C\n{notes}\n")
    assert read_midi(written(tune, key=named)).tune.key == key


def test_without_a_time_signature_4_4_is_assumed() -> None:
    read = read_midi(written(TUNE, meter=None))
    assert read.tune.meter == "4/4"
    assert "4/4 is assumed" in read.warnings[0].message


def test_silence_before_the_first_bar_is_left_out() -> None:
    read = read_midi(written(TUNE, meter=(6, 8), delay=32.5))
    assert melody(read.tune) == melody(TUNE)
    assert read.tune.notes[0].onset == 0
    assert read.tune.bars[0].number == 0


def event(ticks: int, *message: int) -> bytes:
    """A message after so many ticks."""
    parts = [ticks >> shift & 0x7F for shift in (21, 14, 7, 0)]
    return bytes([*(part | 0x80 for part in parts[:-1]), parts[-1], *message])


def note(pitch: int, *, after: int = 0, ticks: int = 480) -> bytes:
    """A note after a rest, in ticks of which a quarter note has 480."""
    return event(after, 0x90, pitch, 64) + event(ticks, 0x80, pitch, 0)


def meter(beats: int, kind: int, *, after: int) -> bytes:
    return event(after, 0xFF, 0x58, 4, beats, kind.bit_length() - 1, 24, 8)


BAR = 4 * 480


@pytest.mark.parametrize("bars", [32, 33, 34, 1000, 100_000])
def test_a_long_rest_is_shortened_by_whole_bars(bars: int) -> None:
    rest = note(60) + note(62, after=bars * BAR) + note(64)
    long = note(60, ticks=bars * BAR + 480) + note(62) + note(64)
    left = min(bars, 32)
    for track, sounds in ((rest, 1), (long, 4 * left + 1)):
        read = read_midi(raw(meter(4, 4, after=0) + track + END))
        expected = [(60, 0, sounds), (62, 4 * left + 1, 1), (64, 4 * left + 2, 1)]
        assert melody(read.tune) == times(expected)
        assert len(read.tune.bars) == left + 1
        warnings = [warning.message for warning in read.warnings]
        shortened = ["a rest or note of more than 32 bars is shortened"]
        assert warnings == (shortened if bars > 32 else [])


def test_metres_that_change_within_a_long_rest_stay() -> None:
    track = meter(4, 4, after=0) + note(60) + meter(3, 4, after=100 * BAR - 480)
    track += note(62, after=100 * 3 * 480 + 480) + meter(2, 4, after=480) + note(64) + END
    read = read_midi(raw(track))
    assert melody(read.tune) == times([(60, 0, 1), (62, 4 * 32 + 1, 1), (64, 4 * 32 + 3, 1)])
    assert [float(bar.duration) for bar in read.tune.bars] == [*[4.0] * 32, 3.0, 2.0]
    assert read.tune.meter == "4/4"


def test_a_small_file_has_few_bars() -> None:
    for kind in (4, 64):
        track = meter(1, kind, after=0) + note(60, after=2**28 - 1, ticks=2**28 - 1) * 20 + END
        read = read_midi(raw(track))
        assert len(read.tune.notes) == 20
        assert len(read.tune.bars) <= 20 * 33


def test_foreign_chunks_wrong_counts_and_wrappers_are_read() -> None:
    data = raw(ON + OFF + END)
    chunk = b"XFIH\x00\x00\x00\x03abc"
    for changed in (
        data[:14] + chunk + data[14:],
        data[:10] + b"\x00\x07" + data[12:],
        b"RIFF\x00\x00\x00\x00RMIDdata\x00\x00\x00\x00" + data,
        data[:18] + b"\x00\x00\x10\x00" + data[22:],
    ):
        read = read_file("a", changed)
        assert read is not None
        assert melody(read.tune) == melody(read_midi(data).tune)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not MIDI"),
        (b"X:1\nK:G\nGAB\n", "not MIDI"),
        (raw(END), "no notes"),
        (raw(ON + b"\x00"), "damaged"),
        (patterns()["one long number"], "damaged"),
        (b"MThd" + b"\x00" * 2**17, "at most 131072 bytes"),
    ],
)
def test_the_error_is_a_sentence(data: bytes, message: str) -> None:
    with pytest.raises(ConversionError, match=message):
        read_midi(data)


@pytest.mark.parametrize("name", patterns(2**10))
def test_no_file_takes_a_second(name: str) -> None:
    data = patterns()[name]
    start = time.thread_time()
    with limited(cpu_s=4), contextlib.suppress(ConversionError):
        read_midi(data)
    assert time.thread_time() - start < 2  # measured: at most 0.65 s; the bound allows for a busy machine


def test_reading_stops_when_its_cpu_time_is_spent() -> None:
    with pytest.raises(CpuLimitError), limited(cpu_s=0.02):
        read_midi(patterns()["notes"])


@pytest.mark.parametrize("division", [0, 1, 0x8000, 0xE728, 0xFFFF])
def test_any_division_of_time_is_read(division: int) -> None:
    assert len(read_midi(raw(ON + OFF + END, division=division)).tune.notes) == 1


def test_damaged_files_raise_nothing_else() -> None:
    rng = random.Random(1)
    seed = written(TUNE, meter=(6, 8), key="G", sounds=0.9)
    for _ in range(400):
        with contextlib.suppress(ConversionError):
            read_midi(damaged(seed, rng))
