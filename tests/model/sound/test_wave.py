"""WAV files in every form that is read, and those that are refused."""

import re
import struct

import numpy as np
import pytest

from model.conversion import ConversionError
from model.sound.wave import MAX_BYTES, RATE, read_wave

_HZ = 440.0


def wav(
    body: bytes,
    *,
    code: int = 1,
    channels: int = 1,
    rate: int = 16_000,
    bits: int = 16,
    size: int | None = None,
    before: bytes = b"",
    extensible: bool = False,
) -> bytes:
    width = channels * bits // 8
    fmt = struct.pack(
        "<HHIIHH", 0xFFFE if extensible else code, channels, rate, rate * width % 2**32, width, bits
    )
    if extensible:
        fmt += struct.pack("<HHIH", 22, bits, 0, code) + b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    length = len(body) if size is None else size
    chunks = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt + before
    chunks += b"data" + struct.pack("<I", length) + body
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def sine(rate: int, seconds: float = 0.5, hz: float = _HZ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)


def pcm(bits: int, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bytes:
    if bits == 8:
        return np.rint(128 + 127 * values).astype(np.uint8).tobytes()
    wide = np.rint(values * (2**31 - 1)).astype("<i4").view(np.uint8).reshape(-1, 4)
    return wide[:, 4 - bits // 8 :].tobytes()


def assert_is_sine(data: bytes, hz: float = _HZ) -> None:
    samples = read_wave(data)
    assert abs(len(samples) - RATE // 2) <= 1
    inner = samples[800:-800].astype(np.float64)
    wave = np.exp(-2j * np.pi * hz * np.arange(len(inner)) / RATE)
    power = 2 * abs((inner * wave).mean()) ** 2
    assert power == pytest.approx((inner**2).mean(), rel=0.01)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_pcm_of_every_width_is_read(bits: int) -> None:
    assert_is_sine(wav(pcm(bits, sine(16_000)), bits=bits))


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("extensible", [False, True])
def test_floats_are_read(bits: int, extensible: bool) -> None:
    body = sine(16_000).astype(f"<f{bits // 8}").tobytes()
    assert_is_sine(wav(body, code=3, bits=bits, extensible=extensible))


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 44_101, 48_000, 96_000, 192_000])
def test_every_rate_becomes_the_trackers(rate: int) -> None:
    assert_is_sine(wav(pcm(16, sine(rate)), rate=rate))


def test_what_lies_above_the_new_rate_does_not_come_back_as_another_tone() -> None:
    quiet, shrill = sine(48_000), sine(48_000, hz=11_000)
    assert_is_sine(wav(pcm(16, 0.5 * (quiet + shrill)), rate=48_000))


@pytest.mark.parametrize("other", [1.0, 0.0, -1.0])
def test_two_channels_become_one_even_where_they_cancel_out(other: float) -> None:
    left = sine(16_000)
    both = np.stack([left, other * left], axis=1).reshape(-1)
    assert_is_sine(wav(pcm(16, both), channels=2))


def test_a_constant_offset_and_loudness_do_not_count() -> None:
    assert_is_sine(wav((0.01 * sine(16_000) + 5).astype("<f4").tobytes(), code=3, bits=32))


def test_other_chunks_and_an_unknown_length_are_skipped() -> None:
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    assert_is_sine(wav(pcm(16, sine(16_000)), before=odd, size=0xFFFFFFFF))


_SOUND = pcm(16, sine(16_000))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a WAV"),
        (b"RIFF", "not a WAV"),
        (b"OggS" + bytes(100), "not a WAV"),
        (b"RIFF\0\0\0\0WAVE", "no sound"),
        (b"RIFF\0\0\0\0WAVEdata\4\0\0\0abcd", "does not say"),
        (b"RIFF\0\0\0\0WAVEfmt \4\0\0\0abcd", "cut off"),
        (wav(b""), "empty"),
        (wav(b"a"), "empty"),
        (wav(_SOUND, size=10**6), "cut off"),
        (wav(_SOUND, code=2), "compressed"),
        (wav(_SOUND, code=85), "compressed"),
        (wav(_SOUND, bits=12), "12 bits"),
        (wav(_SOUND, bits=0), "0 bits"),
        (wav(_SOUND, code=3, bits=16), "16 bits"),
        (wav(_SOUND, channels=0), "0 channels"),
        (wav(_SOUND, channels=6), "6 channels"),
        (wav(_SOUND, rate=0), "0 samples a second"),
        (wav(_SOUND, rate=8), "8 samples a second"),
        (wav(_SOUND, rate=2**32 - 1), "4,294,967,295 samples a second"),
        (wav(bytes(16_000 * 61)), "silent"),
        (wav(bytes(16_000 * 2 * 31)), "31.0 s"),
        (wav(bytes(MAX_BYTES)), "bytes"),
        (wav(bytes(32_000)), "silent"),
        (wav(b"\xff\x7f" * 16_000), "silent"),
        (wav(np.full(999, np.nan, "<f4").tobytes(), code=3, bits=32), "not numbers"),
        (wav(np.full(999, np.inf, "<f4").tobytes(), code=3, bits=32), "not numbers"),
        (wav(np.full(999, 1e300, "<f8").tobytes(), code=3, bits=64), "not numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_other_files_are_refused_in_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(ConversionError, match=says) as refused:
        read_wave(data)
    assert re.fullmatch(r"[a-z].*[^.]", str(refused.value)), "like the details of other problems"


@pytest.mark.parametrize("length", range(44))
def test_a_header_cut_off_anywhere_is_refused(length: int) -> None:
    with pytest.raises(ConversionError):
        read_wave(wav(_SOUND)[:length])
