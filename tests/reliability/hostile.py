"""Hostile texts: they fill the largest allowed body, and each is meant to cost as much as it can."""

import numpy as np

from tests.model.abc.patterns import PATTERNS, pattern

_NOTES = "CDEFGABcdefgab"
_SCALE = _NOTES + _NOTES[::-1]
_HEAD = "X:1\nL:1/8\nM:4/4\nK:C\n"


def hostile_texts(size: int) -> dict[str, str]:
    """Texts of at most `size` bytes by name: those that are bad for the reader, and long melodies."""
    texts = {name: pattern(name, size) for name in PATTERNS}
    texts |= {"random walk": _random_walk(size), "scales": _HEAD + _SCALE * (size // len(_SCALE))}
    return {name: _cut(text, size) for name, text in texts.items()}


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8", "replace")[:size].decode("utf-8", "ignore")


def _random_walk(size: int) -> str:
    steps = np.random.default_rng(0).integers(-2, 3, size).cumsum() % len(_NOTES)
    return _HEAD + "".join(_NOTES[step] for step in steps)
