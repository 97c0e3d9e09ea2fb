"""Hostile texts: short patterns that fill the largest allowed body, each meant to cost as much as it can."""

from collections.abc import Callable

import numpy as np

_NOTES = "CDEFGABcdefgab"
_HEAD = "X:1\nL:1/8\nM:4/4\nK:C\n"


def hostile_texts(size: int) -> dict[str, str]:
    """Texts of at most `size` bytes by the name of what they repeat."""
    return {name: _filled(head, pattern, size) for name, (head, pattern) in _REPEATED.items()} | {
        name: make(size) for name, make in _MADE.items()
    }


def _filled(head: str, pattern: str, size: int) -> str:
    return head + pattern * ((size - len(head)) // len(pattern.encode()))


def _random_walk(size: int) -> str:
    steps = np.random.default_rng(0).integers(-2, 3, size - len(_HEAD)).cumsum() % len(_NOTES)
    return _HEAD + "".join(_NOTES[step] for step in steps)


def _scales(size: int) -> str:
    return _filled(_HEAD, _NOTES + _NOTES[::-1], size)


_MADE: dict[str, Callable[[int], str]] = {"random walk": _random_walk, "scales": _scales}
_REPEATED = {
    "drone": (_HEAD, "CC"),
    "two notes": (_HEAD, "Cc/"),
    "chords that do not end": (_HEAD, "[CEG"),
    "chords": (_HEAD, "[CEGceg]"),
    "grace notes": (_HEAD, "{CDEFGAB}"),
    "grace notes that do not end": (_HEAD, "{C"),
    "strings that do not end": (_HEAD, '"A '),
    "tuplets": (_HEAD, "(9:9:9C"),
    "ties": (_HEAD, "C-"),
    "slurs": (_HEAD, "(((C"),
    "long notes": (_HEAD, "C99999999999"),
    "short notes": (_HEAD, "C////////"),
    "rests": (_HEAD, "Z9999"),
    "repeats": (_HEAD, "|:C:|1D:|2E"),
    "bars": (_HEAD, "|||:::|||"),
    "overlays": (_HEAD, "C&D|"),
    "voices": (_HEAD, "V:a\nC\n"),
    "keys": (_HEAD, "K:Gmix\nC\n"),
    "keys in brackets": (_HEAD, "[K:F#dor]C"),
    "lengths": (_HEAD, "[L:1/7]C"),
    "macros": (_HEAD, "m:~n=o/n/m/n/\n~C\n"),
    "headers": ("X:1\n", "T:The\n"),
    "tunes": ("", "X:1\nK:C\nC\n"),
    "continued lines": (_HEAD, "C\\\n"),
    "quoted lines": ("", "> > > >\n"),
    "tags": (_HEAD, "<a <br"),
    "entities": (_HEAD, "&amp;#39;"),
    "escapes": (_HEAD, "\\u0043\\n"),
    "comments": (_HEAD, "%%text\n"),
    "decorations": (_HEAD, "!trill!"),
    "decorations that do not end": (_HEAD, "!+"),
    "spaces": (_HEAD, " "),
    "line ends": (_HEAD, "\r\n"),
    "prose": (_HEAD, "the age of a bad cabbage "),
    "letters of two bytes": (_HEAD, "é"),
}
