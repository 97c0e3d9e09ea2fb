"""The whole way from a recording to ABC, and what is no recording of a melody."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model.abc import read_tune
from model.conversion import ConversionError
from model.deadline import DeadlineError, limited
from model.grams import Floats
from model.sound import read_sound
from tests.model.sound.test_notes import played
from training.lab.listening import INSTRUMENTS, RATE, Instrument, as_wav, perform, with_noise

pytest.importorskip("swift_f0", reason="needs the extra listen")

_TUNE = read_tune("M:6/8\nL:1/8\nK:G\n" + "G2A B2d|edB dBA|G2A BAG|A2A AGE|" * 2)
_LIMIT_S = 1.0  # CPU that a request may take, MAX_CPU_S
ROOT = Path(__file__).parents[3]


def recording(instrument: Instrument, seed: int = 1) -> Floats:
    rng = np.random.default_rng(seed)
    return instrument.sound(perform(_TUNE, instrument.low, instrument.high, rng), rng)


def intervals(pitches: list[int]) -> list[int]:
    return np.diff(pitches).tolist()


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.name)
def test_the_melody_of_a_recording_is_written_as_abc(instrument: Instrument) -> None:
    converted = read_sound(as_wav(recording(instrument)))
    assert read_tune(converted.abc).notes == converted.tune.notes
    assert max(map(len, converted.abc.splitlines())) <= 60
    assert "recording" in converted.warnings[0].message
    heard = intervals([note.pitch for note in converted.tune.notes])
    known = intervals([note.pitch for note in _TUNE.notes] * 4)
    runs = {tuple(known[i : i + 5]) for i in range(len(known) - 4)}
    found = [tuple(heard[i : i + 5]) in runs for i in range(len(heard) - 4)]
    assert np.mean(found) > 0.6
    lengths = [note.duration for note in converted.tune.notes]
    assert sorted(set(lengths), key=lengths.count)[-1] == _TUNE.notes[1].duration


def test_a_pure_tone_is_heard_too() -> None:
    pitches = [62, 64, 66, 67, 69, 71, 73, 74, 71, 69, 67, 66, 64, 62, 66, 69]
    sound, _ = played([*map(float, pitches)], [0.2] * len(pitches))
    heard = read_sound(as_wav(_at_rate(sound))).tune.notes
    assert intervals([note.pitch for note in heard]) == intervals(pitches)


def _at_rate(sound: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Floats:
    new = np.arange(int(len(sound) * RATE / 16_000)) * 16_000 / RATE
    return np.interp(new, np.arange(len(sound)), sound)


_NOTHING: dict[str, Callable[[np.random.Generator], Floats]] = {
    "noise": lambda rng: 0.3 * rng.standard_normal(5 * RATE),
    "quiet noise": lambda rng: 0.001 * rng.standard_normal(5 * RATE),
    "clicks": lambda rng: np.where(rng.random(5 * RATE) < 0.0005, 0.9, 0.0),
    "one click": lambda _: np.eye(1, 5 * RATE, 999)[0],
    "a step": lambda _: np.repeat([0.0, 0.8], RATE),
    "hum": lambda _: 0.5 * np.sin(2 * np.pi * 50 * np.arange(5 * RATE) / RATE),
    "one tone": lambda _: 0.5 * np.sin(2 * np.pi * 440 * np.arange(5 * RATE) / RATE),
    "one sample": lambda _: np.array([0.5]),
}


@pytest.mark.parametrize("name", _NOTHING)
def test_what_has_no_melody_is_refused_in_a_sentence(name: str) -> None:
    wav = as_wav(_NOTHING[name](np.random.default_rng(0)))
    with pytest.raises(ConversionError, match=r"silent|no melody"):
        read_sound(wav)


def test_twenty_seconds_take_a_fraction_of_what_a_request_may_take() -> None:
    sound = with_noise(np.resize(recording(INSTRUMENTS[1]), 20 * RATE), 10, "pink", np.random.default_rng(0))
    wav = as_wav(sound)
    read_sound(wav)
    times = []
    for _ in range(3):
        start = time.thread_time(), time.process_time()
        read_sound(wav)
        times.append((time.thread_time() - start[0], time.process_time() - start[1]))
    assert min(process for _, process in times) < _LIMIT_S / 2
    assert all(process - thread < 0.05 for thread, process in times), "another thread works"


def test_listening_stops_at_a_deadline() -> None:
    wav = as_wav(np.resize(recording(INSTRUMENTS[1]), 29 * RATE))
    read_sound(wav)
    with limited(cpu_s=0.1), pytest.raises(DeadlineError):
        read_sound(wav)


def test_the_runtime_is_imported_by_the_first_recording_only() -> None:
    code = (
        "import sys, model.sound, model.conversion; assert not {'onnxruntime', 'swift_f0'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_listening_brings_no_further_openmp() -> None:
    code = """
import sys, re, faiss, torch
def runtimes():
    maps = open("/proc/self/maps").read()
    return {name for name in re.findall(r"/\\S+", maps) if re.search(r"lib[gi]?omp", name)}
before = runtimes()
from model.sound.pitch import SwiftTracker
import numpy as np
SwiftTracker().track(np.zeros(16_000, np.float32))
assert before and runtimes() == before, runtimes() - before
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
