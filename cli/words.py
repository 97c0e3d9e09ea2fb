"""Words: how the command line says why a title is suggested."""

import re
from itertools import pairwise

from index.display import display_title
from index.suggestions import MelodyEvidence, Part, Suggestion

_LEAST = 0.01  # we print "<1%" for a probability below this, and ">99%" for one above 1 - 0.01
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def plain(text: str) -> str:
    """A text from a file, without characters that would control a terminal."""
    return _CONTROL.sub("\ufffd", text)


def other_names(suggestion: Suggestion) -> tuple[str, ...]:
    """The other names of a title, without printed spellings, then the other titles of the tune."""
    aliases = (alias for alias in suggestion.aliases if alias == display_title(alias))
    return tuple(dict.fromkeys((*aliases, *(other.title for other in suggestion.also_called))))


def describe_confidence(confidence: float) -> str:
    """A probability in whole per cent, but never 0 or 100: "97%", "<1%", ">99%"."""
    if confidence < _LEAST:
        return f"<{_LEAST:.0%}"
    return f"{confidence:.0%}" if confidence <= 1 - _LEAST else f">{1 - _LEAST:.0%}"


def describe_match(melody: MelodyEvidence, bars: int) -> str:
    """The setting, how it differs, and bars, as in "like a:1: 4 of 8 bars match; bars 1-4 match 9-12".

    If all the tune's `bars` match those of the setting with the same numbers, the difference says enough.
    """
    setting = melody.setting
    described = ", ".join(filter(None, (setting.reference, setting.key, setting.meter)))
    are_same = len(melody.bars) == bars and all(bar == other for bar, other in melody.bars)
    matching = "" if are_same else describe_bars(melody.bars)
    return "; ".join(filter(None, (f"like {described}: {melody.difference}", matching)))


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
    """The tunes of a medley, as in "a medley: bars 1-16 The Kesh (>99%), bars 17-32 Morrison's (97%)".

    Bars are left out if two tunes share one: then bar lines do not divide the tunes, or there are none.
    """
    have_bars = all(before.last_bar < after.first_bar for before, after in pairwise(parts))
    tunes = []
    for part in parts:
        noun = "bar" if part.first_bar == part.last_bar else "bars"
        bars = f"{noun} {_range(part.first_bar, part.last_bar)} " if have_bars else ""
        tunes.append(f"{bars}{part.title} ({describe_confidence(part.confidence)})")
    return f"a medley: {', '.join(tunes)}"


def _range(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}-{last}"
