"""A small synthesiser that plays tunes: it stands in for real recordings, which are not at hand."""

from training.lab.listening.instruments import INSTRUMENTS, RATE, Instrument
from training.lab.listening.performance import Played, perform
from training.lab.listening.recording import Noise, as_wav, with_noise

__all__ = ["INSTRUMENTS", "RATE", "Instrument", "Noise", "Played", "as_wav", "perform", "with_noise"]
