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
