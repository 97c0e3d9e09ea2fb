"""WAV files: reads one into samples at the rate that the pitch tracker expects."""

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.conversion import ConversionError

RATE = 16_000  # samples a second, of everything in this package
MAX_BYTES = 2_000_000
MAX_S = 30
_SLACK_S = 0.5  # a recorder does not stop to the sample
_LOWEST, _HIGHEST = 8_000, 192_000  # samples a second
_MOST_CHANNELS = 2
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_UNKNOWN_SIZE = 0xFFFFFFFF  # written by programs that send a file before they know its length
_PADDING = 0.05  # seconds of silence between end and start, which an FFT takes for neighbours

_LARGEST = 1e9  # of a float, which should be at most 1; what is above it, or no number, is no sound
_SILENCE = 1e-4  # of full scale
_PEAK = 0.7  # of the samples, however loud the recording is

Samples = NDArray[np.float32]


class _Format(NamedTuple):
    code: int
    channels: int
    rate: int
    bits: int


def read_wave(data: bytes) -> Samples:
    """The sound of a WAV file: one channel, at `RATE`, with a peak of 0.7. shape = (samples,)

    Reads PCM of 8, 16, 24 and 32 bits and floats of 32 and 64 bits, mono or stereo.

    Raises
    ------
    ConversionError
        When the file is not such a WAV file, has no sound, or is longer than `MAX_S` or `MAX_BYTES`.
    """
    if len(data) > MAX_BYTES:
        raise ConversionError(f"the recording has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    form, body = _chunks(data)
    _check(form)
    seconds = len(body) / (form.channels * form.bits // 8) / form.rate
    if seconds > MAX_S + _SLACK_S:
        raise ConversionError(f"the recording is {seconds:.1f} s long; at most {MAX_S} s are read")
    samples = _decoded(body, form)
    if not len(samples):
        raise ConversionError("the recording is empty")
    if not (np.abs(samples) < _LARGEST).all():
        raise ConversionError("the recording has samples that are not numbers")
    mono = _resampled(_mixed(samples - samples.mean(axis=0)), form.rate)
    loudest = np.abs(mono).max(initial=0)
    if loudest < _SILENCE:
        raise ConversionError("the recording is silent")
    samples_at_rate: Samples = (mono * (_PEAK / loudest)).astype(np.float32)
    return samples_at_rate


def _chunks(data: bytes) -> tuple[_Format, bytes]:
    """The format of a RIFF file, and the bytes of its samples."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ConversionError("this is not a WAV file")
    form: _Format | None = None
    place = 12
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        place += 8
        if name == b"data":
            if form is None:
                raise ConversionError("the WAV file does not say how its samples are written")
            if size != _UNKNOWN_SIZE and place + size > len(data):
                raise ConversionError(
                    f"the WAV file is cut off: of {size:,} bytes of sound, it has {len(data) - place:,}"
                )
            return form, data[place : place + size]
        if name == b"fmt ":
            form = _format(data[place : place + size])
        place += size + size % 2
    raise ConversionError("the WAV file has no sound")


def _format(chunk: bytes) -> _Format:
    if len(chunk) < 16:
        raise ConversionError("the header of the WAV file is cut off")
    code, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if code == _EXTENSIBLE and len(chunk) >= 26:
        code = int.from_bytes(chunk[24:26], "little")
    return _Format(code, channels, rate, bits)


def _check(form: _Format) -> None:
    sizes = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64)}
    if form.code not in sizes:
        raise ConversionError("the WAV file is compressed; only PCM and floating point are read")
    if form.bits not in sizes[form.code]:
        raise ConversionError(f"samples of {form.bits} bits are not read")
    if not 1 <= form.channels <= _MOST_CHANNELS:
        raise ConversionError(f"the recording has {form.channels} channels; only mono and stereo are read")
    if not _LOWEST <= form.rate <= _HIGHEST:
        raise ConversionError(
            f"the recording has {form.rate:,} samples a second; {_LOWEST:,} to {_HIGHEST:,} are read"
        )


def _decoded(body: bytes, form: _Format) -> NDArray[np.float64]:
    """The samples, of which 1 is the loudest that PCM can hold. shape = (samples, channels)"""
    width = form.bits // 8
    count = len(body) // (width * form.channels) * form.channels
    body = body[: count * width]
    if form.code == _FLOAT:
        values = np.frombuffer(body, f"<f{width}").astype(np.float64)
    elif form.bits == 8:  # the only unsigned one
        values = np.frombuffer(body, np.uint8) / 128 - 1.0
    else:
        # The bytes become the upper ones of a number of 32 bits.
        wide = np.zeros((count, 4), np.uint8)
        wide[:, 4 - width :] = np.frombuffer(body, np.uint8).reshape(count, width)
        values = wide.view("<i4")[:, 0] / 2.0**31
    return values.reshape(-1, form.channels)


def _mixed(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Both channels as one; the louder channel alone where they cancel each other out. shape = (samples,)"""
    mean = samples.mean(axis=1)
    power = (samples**2).mean(axis=0)
    mixed: NDArray[np.float64] = samples[:, power.argmax()] if (mean**2).mean() < power.max() / 8 else mean
    return mixed


def _resampled(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """The samples at `RATE`, without what lies above half of it: cuts or extends the spectrum."""
    if rate == RATE:
        return samples
    block = rate // np.gcd(rate, RATE)  # so many samples become a whole number of new ones
    blocks = _smooth(-(-int(len(samples) + _PADDING * rate) // block))
    length, new = blocks * block, blocks * block * RATE // rate
    spectrum = np.fft.rfft(samples, length)
    kept = min(length, new) // 2 + 1
    resampled: NDArray[np.float64] = np.fft.irfft(spectrum[:kept], new) * (new / length)
    return resampled[: len(samples) * RATE // rate]


def _smooth(number: int) -> int:
    """The next number without a prime factor above 5, for which an FFT is quick."""
    while True:
        rest = number
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return number
        number += 1
