"""The difference between a tune and the setting that it matches, in words.

The words say how the setting differs: "a fourth lower than yours; second part first; 12 of 16 bars match".
They claim only what the alignment shows. It compares pitches, so they say nothing about the rhythm, unless
all pitches are the same.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import attrgetter

import numpy as np

from index.alignment import LONGEST_SPAN, Alignment, Melody, Spans
from index.outline import Outline
from index.passages import Passage, Passages
from index.repeats import are_repeats

LONGEST = 120  # characters
_INTERVALS = (
    "",
    "a semitone",
    "a tone",
    "a minor third",
    "a major third",
    "a fourth",
    "a tritone",
    "a fifth",
    "a minor sixth",
    "a major sixth",
    "a minor seventh",
    "a major seventh",
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")

_FEW = 0.4  # if less of a tune's notes match and no passage does, only their number is said
_NOTES_TELL_MORE = 0.25  # if the share of notes that match exceeds that of bars by this, notes are counted
_WHOLE = 0.75  # share of a tune's bars that stands for all of them, as some differ at the ends
_MOST = 0.7  # share of the bars that match which passages must have to stand for them
_PART = 4  # bars; shorter passages often resemble each other
_EDGE = 2  # bars by which a passage may differ from a part; the last ones often differ
_METER = re.compile(r"(\d{1,2})/(\d{1,2})")
_SAME_METERS = {"4/4", "2/2"}  # nobody hears the difference


def difference(outline: Outline, query: Melody, setting: Melody, meter: str, alignment: Alignment) -> str:
    """How a setting differs from a tune, in at most `LONGEST` characters.

    Parameters
    ----------
    outline, query : the outline and the melody of the tune
    setting, meter : the melody and the metre of the setting
    alignment : of the two
    """
    found = Passages.find(query, setting, alignment, outline.bars)
    amount = _amount(outline, query, alignment, found)
    if not found.all and len(alignment.notes) < _FEW * len(query.pitches):
        return amount
    interval, lengths = _interval(alignment.transposition), _lengths(outline, meter, found.ratio)
    layout = _layout(outline, query, setting, found)
    if not (interval or lengths or layout) and _are_equal(alignment, query, setting):
        are_as_long = _are_as_long(query.spans, setting.spans)
        return "the same notes" if are_as_long else "the same notes, some longer or shorter"
    # The tune's own metre is the first that can be spared.
    for clause in (lengths, lengths.replace(f" instead of {outline.meter}", ""), ""):
        text = "; ".join(filter(None, (interval, clause, layout, amount)))
        if len(text) <= LONGEST:
            break
    return text


def _are_equal(alignment: Alignment, query: Melody, setting: Melody) -> bool:
    notes = alignment.notes
    return len(notes) == len(query.pitches) == len(setting.pitches) and all(a == b for a, b in notes)


def _are_as_long(spans: Spans, others: Spans) -> bool:
    """Whether the notes of two equal melodies are as long, in some unit; the last may differ."""
    if spans[:-1].tobytes() == others[:-1].tobytes():
        return True
    ours, theirs = spans[:-1].astype(np.float64), others[:-1].astype(np.float64)
    ratio = np.median(theirs / ours)
    differ = np.abs(theirs - ratio * ours) > 1 + ratio  # both have been rounded
    cut = np.maximum(spans, others)[:-1] == LONGEST_SPAN
    return not (differ & ~cut).any()


def _interval(transposition: int) -> str:
    """The interval from the tune to the setting, "" for none."""
    octaves, semitones = divmod(abs(transposition), 12)
    octave = f"{octaves} octaves" if octaves > 1 else "an octave" if octaves else ""
    interval = " and ".join(filter(None, (octave, _INTERVALS[semitones])))
    return f"{interval} {'lower' if transposition > 0 else 'higher'} than yours" if interval else ""


def _lengths(outline: Outline, meter: str, ratio: float | None) -> str:
    """Another metre of the setting, and notes of half or twice the length."""
    both = {meter, outline.meter}
    differs = len(both) == 2 and both != _SAME_METERS and all(map(_METER.fullmatch, both))
    words = f"in {meter} instead of {outline.meter}" if differs else ""
    match = _METER.fullmatch(meter)
    if match and ratio and outline.bar:
        beats, unit = map(int, match.groups())
        factor = 4 * beats * ratio / (unit * outline.bar) if unit else 1
        lengths = {0.5: "notes half as long", 2: "notes twice as long"}.get(factor)
        words = ", ".join(filter(None, (words, lengths)))
    return words


def _layout(outline: Outline, query: Melody, setting: Melody, found: Passages) -> str:
    """Parts in another order, parts that only one of the two has, and repeats that only one writes out."""
    once = found.once()
    order = _order(outline, [passage for passage in once if passage.bars >= _PART])
    if order or not once:
        return order
    bars, bars_there = outline.last - outline.first + 1, int(setting.bars[-1])
    is_all_there = sum([passage.bars_there for passage in once]) >= _WHOLE * bars_there
    matching = sum([passage.bars for passage in once])
    if matching >= _WHOLE * bars:
        ratio = found.ratio or 1
        if is_all_there and (len(once) > 1 or bars_there - ratio * bars < _PART):
            return ""
        if are_repeats(setting, [(passage.there, passage.until) for passage in once]):
            return "repeats written out there"
        return _fragment(outline, once, ratio, bars_there)
    if 2 * (sum([passage.bars for passage in found.all]) - matching) >= bars - matching:
        # Bars of the setting match several parts of the tune.
        is_repeated = is_all_there and are_repeats(query, [(passage.first, passage.last) for passage in once])
        return "repeats not written out there" if is_repeated else ""
    if sum([passage.matches for passage in once]) < _MOST * found.matches:
        return ""
    if is_all_there:
        return _only(outline, once)
    if len(once) == 1 and once[0].bars >= _PART:
        (passage,) = once
        return f"your bars {passage.first}-{passage.last} are like its {passage.there}-{passage.until}"
    return ""


def _order(outline: Outline, passages: list[Passage]) -> str:
    """In what order the passages come in the setting, "" for the same."""
    there = sorted(passages, key=attrgetter("there"))
    if there == passages:
        return ""
    order = [part for passage in there for part in _parts(outline, passage)]
    are_parts = all(
        any(before.last <= start <= after.first + 1 for start in outline.parts)
        for before, after in pairwise(passages)
    )
    if are_parts and len(order) == len(outline.parts) == 2:
        return f"second {outline.noun} first"
    if are_parts and len(order) > 2:
        return f"has your parts in the order {', '.join(str(part + 1) for part in order)}"
    before, after = next((a, b) for a, b in pairwise(there) if b.first < a.first)
    return f"has your bars {before.first}-{before.last} before {after.first}-{after.last}"


def _parts(outline: Outline, passage: Passage) -> list[int]:
    """The parts of the tune, from 0, whose middle a passage has."""
    ends = (*outline.parts[1:], outline.last + 1)
    middles = [(start + end) / 2 for start, end in zip(outline.parts, ends, strict=False)]
    return [part for part, middle in enumerate(middles) if passage.first <= middle <= passage.last]


def _fragment(outline: Outline, passages: Sequence[Passage], ratio: float, count: int) -> str:
    """Where the whole tune is in a longer setting that has `count` bars."""
    if len(passages) > 2:
        return ""
    ranges = [(passage.there, passage.until) for passage in passages]
    if len(passages) > 1:
        return f"yours is {_numbers(ranges)} of its {count}"
    (passage,) = passages
    # The ends of the tune belong to it even if they differ.
    start = passage.there - round(ratio * (passage.first - outline.first))
    end = passage.until + round(ratio * (outline.last - passage.last))
    start, end = max(start, min(passage.there, 1)), min(end, count)
    if end - start + 1 >= max(_WHOLE * count, count - _PART + 1):
        return ""
    if start <= 1 and abs(2 * end - count) <= 1:
        return "yours is its first half"
    if end >= count - 1 and abs(2 * (start - 1) - count) <= 1:
        return "yours is its second half"
    return f"yours is {_numbers([(start, end)])} of its {count}"


def _only(outline: Outline, passages: Sequence[Passage]) -> str:
    """What a shorter setting has of the tune."""
    if len(passages) > 2:
        return ""
    first, last = passages[0].first, passages[-1].last
    ends = (*outline.parts[1:], outline.last + 1)
    for ordinal, start, end in zip(_ORDINALS, outline.parts, ends, strict=False):
        if abs(first - start) <= _EDGE and abs(last - (end - 1)) <= _EDGE:
            return f"has only your {ordinal} {outline.noun}"
    return f"has only your {_numbers((passage.first, passage.last) for passage in passages)}"


def _numbers(ranges: Iterable[tuple[int, int]]) -> str:
    """Numbers of bars, as in "bars 1-8 and 17-24"."""
    words = [f"{first}-{last}" if first < last else f"{first}" for first, last in ranges]
    return f"{'bar' if len(words) == 1 and words[0].isdigit() else 'bars'} {' and '.join(words)}"


def _amount(outline: Outline, query: Melody, alignment: Alignment, found: Passages) -> str:
    """How many bars match, or how many notes where these tell more."""
    matching, count = len(alignment.notes), len(query.pitches)
    if matching == count:
        return "every note matches"
    if not matching:
        return "few notes match in a row"
    notes, bars, of_bars = f"{matching} of {count} notes match", found.matches, len(outline.bars)
    if not bars or found.ratio not in (1, None) or bars / of_bars < matching / count - _NOTES_TELL_MORE:
        return notes
    if bars == of_bars:
        return f"{notes}, in all {of_bars} {outline.counted}"
    return f"{bars} of {of_bars} {outline.counted} match{'es' if bars == 1 else ''}"
