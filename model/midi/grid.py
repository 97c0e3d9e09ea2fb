"""The grid of a melody: the beats and parts of beats on which its notes begin, found from the notes."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from model.abc.length import TICKS
from model.deadline import checked
from model.midi.events import Times

_WRITTEN = (1, 2, 3, 4, 6, 8, 12, 16, 24)  # parts of a quarter note, for times as a program writes them
_PLAYED = (2, 3, 4, 6)  # for times as a hand plays them
_EXACT, _NEAR = 1 / 96, 1 / 25  # by how much a time may miss the grid, in quarter notes
_MOST_EXACT, _MOST_NEAR = 0.98, 0.95  # share of the times that must be on the grid
_FINER = 2  # times as fine as the grid of their beginnings may be that of all ends, if the ends are exact
_FINEST_END = 12  # any end fits finer grids
_LOOKED_AT = 1000  # notes
_SOUNDS = 0.5  # share of the time to the next note in which a played note sounds, if no rest follows it


def on_grid(notes: Sequence[Times], quarter: Fraction) -> tuple[list[Times], bool]:
    """The notes in ticks of the ABC reader, on the coarsest grid that fits, and whether their ends fit, too.

    Parameters
    ----------
    quarter : ticks of the file in a quarter note
    """
    some = notes[:_LOOKED_AT]
    onsets = [float(onset / quarter) for _, onset, _ in some]
    ends = [float(end / quarter) for _, _, end in some]
    written = _written(onsets, _WRITTEN[-1])
    both = _written([*onsets, *ends], max(written or 0, _FINEST_END))
    ends_fit = written is not None and both is not None and both <= _FINER * written
    parts = (
        (both if ends_fit else written)
        or _coarsest(_PLAYED, onsets, _NEAR, _MOST_NEAR)
        or min(_PLAYED, key=_misses(onsets))
    )
    scale = parts / quarter
    step = TICKS // parts
    moved = []
    for pitch, onset, end in checked(notes):
        start = round(onset * scale)
        moved.append((pitch, start * step, max(round(end * scale), start + 1) * step))
    return moved, ends_fit


def legato(melody: Sequence[Times]) -> list[Times]:
    """A melody in which a note that sounds most of the time to the next lasts until the next.

    Players and programs end notes a little early, which does not mean a rest.
    """
    joined = []
    for (pitch, onset, end), (_, following, _) in zip(melody, [*melody[1:], melody[-1]], strict=True):
        sounds = end - onset > _SOUNDS * (following - onset)
        joined.append((pitch, onset, following if following > onset and sounds else end))
    return joined


def _written(times: Sequence[float], finest: int) -> int | None:
    """The grid that all times fit, or else nearly all: programs may write a few times inexactly."""
    grids = [parts for parts in _WRITTEN if parts <= finest]
    return _coarsest(grids, times, _EXACT, 1) or _coarsest(grids, times, _EXACT, _MOST_EXACT)


def _coarsest(grids: Sequence[int], times: Sequence[float], miss: float, share: float) -> int | None:
    for parts in grids:
        hits = sum(abs(time * parts - round(time * parts)) <= miss * parts for time in times)
        if hits >= share * len(times):
            return parts
    return None


def _misses(times: Sequence[float]) -> Callable[[int], float]:
    """By how much times miss a grid, as a share of its step: so that no grid is better for being finer."""
    return lambda parts: sum(abs(time * parts - round(time * parts)) for time in times)
