"""Two melodies side by side: the bars that match, with the notes that differ marked."""

from dataclasses import dataclass, replace

from index.alignment import Melody, align
from model.abc import Tune
from model.abc.variation import transposed
from training.report.notation import Written, write_bars

_BARS = 12  # of each melody


@dataclass(frozen=True)
class Comparison:
    """A tune beside another.

    Attributes
    ----------
    mine, theirs : bars of both from their first matching bar on, in the key of the second; notes that match
        no note of the other are marked
    matching : how many notes of the whole first tune match
    notes : how many notes the first tune has
    transposition : semitones by which the first is really higher
    """

    mine: Written
    theirs: Written
    matching: int
    notes: int
    transposition: int


def compare(mine: Tune, theirs: Tune) -> Comparison:
    """Compare two tunes, as the service compares a posted tune with a setting."""
    alignment = align(Melody.of(mine), Melody.of(theirs))
    moved = replace(transposed(mine, -alignment.transposition), key=theirs.key)
    first = alignment.bars[0] if alignment.bars else (mine.bars[0].number, theirs.bars[0].number)
    matching = [{pair[side] for pair in alignment.notes} for side in (0, 1)]
    written = []
    for side, tune in enumerate((moved, theirs)):
        start = next(index for index, bar in enumerate(tune.bars) if bar.number == first[side])
        differing = set(range(len(tune.notes))) - matching[side]
        written.append(write_bars(tune, start, _BARS, differing))
    return Comparison(written[0], written[1], len(matching[0]), len(mine.notes), alignment.transposition)
