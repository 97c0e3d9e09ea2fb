"""Words: how the command line says why a title is suggested."""

import re

from index.display import display_title
from index.suggestions import MelodyEvidence, Part, Suggestion

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """A text from a file, without characters that would control a terminal."""
    return _CONTROL.sub("\ufffd", text)


def other_names(suggestion: Suggestion) -> tuple[str, ...]:
    """The other names of a title, without printed spellings, then the other titles of the tune."""
    aliases = (alias for alias in suggestion.aliases if alias == display_title(alias))
    return tuple(dict.fromkeys((*aliases, *(other.title for other in suggestion.also_called))))


def describe_match(melody: MelodyEvidence) -> str:
    """The setting, how it differs, and bars, as in "like a:1: the same notes; bars 1-8 match 1-8"."""
    setting = melody.setting
    described = ", ".join(filter(None, (setting.reference, setting.key, setting.meter)))
    return "; ".join(filter(None, (f"like {described}: {melody.difference}", describe_bars(melody.bars))))


def describe_key(transposition: int) -> str:
    """By how much one tune is higher than another: "1 semitone higher", or "" for not at all."""
    semitones = abs(transposition)
    unit = "semitone" if semitones == 1 else "semitones"
    return f"{semitones} {unit} {'higher' if transposition > 0 else 'lower'}" if semitones else ""


def describe_bars(bars: tuple[tuple[int, int], ...]) -> str:
    """Bars that match, as in "bars 1-8 match 9-16"; "" without any."""
    runs: list[list[tuple[int, int]]] = []
    for bar, other in bars:
        if runs and runs[-1][-1] == (bar - 1, other - 1):
            runs[-1].append((bar, other))
        else:
            runs.append([(bar, other)])
    matches = (f"{_range(run[0][0], run[-1][0])} match {_range(run[0][1], run[-1][1])}" for run in runs)
    described = "; ".join(matches)
    return f"bars {described}" if described else ""


def describe_medley(parts: tuple[Part, ...]) -> str:
    """The tunes of a medley, as in "a medley: bars 1-16 The Kesh (99.2%), bars 17-32 Morrison's (97.0%)"."""
    described = ", ".join(
        f"bars {_range(part.first_bar, part.last_bar)} {part.title} ({part.confidence:.1%})" for part in parts
    )
    return f"a medley: {described}"


def _range(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}-{last}"
