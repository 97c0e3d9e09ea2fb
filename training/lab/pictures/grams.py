"""The third picture: which runs of six diatonic intervals the tune shares with its candidates."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from index.contents import DIATONIC_GRAM
from index.melody_index import FEATURES
from model.abc import Tune, read_tune
from model.grams import Ints, diatonic_intervals
from training.lab.palette import YELLOW
from training.lab.pictures import canvas
from training.lab.pictures.example import Example

_STEPS = 23  # intervals that are shown
_RANKS = (0, 1, 2, 3, 4)  # of the candidates that are shown, the likeliest first
_COSINE = FEATURES.index("diatonic n-grams")


def draw(example: Example) -> Figure:
    """The intervals of the tune and of some candidates; runs that the tune has, too, are marked."""
    picture = canvas.figure(3.3)
    axes = picture.add_axes((0.24, 0.02, 0.68, 0.96))
    query = _intervals(example.tune)
    _row(axes, 0, query[:_STEPS], np.zeros(_STEPS, dtype=bool))
    _label(axes, 0, "your tune", "cosine")
    for place, rank in enumerate(_RANKS, 1):
        row = example.order[rank]
        steps = _intervals(read_tune(example.setting(row).abc))
        start = _best_start(query, steps)
        shown = slice(start, start + _STEPS)
        _row(axes, place, steps[shown], _shared(query, steps)[shown])
        cosine = example.likenesses.features[row, _COSINE]
        _label(axes, place, example.label(row), f"{cosine:.2f}")
    axes.set_xlim(-0.5, _STEPS - 0.5)
    axes.set_ylim(len(_RANKS) + 0.6, -0.6)
    canvas.blank(axes)
    return picture


def _intervals(tune: Tune) -> Ints:
    return diatonic_intervals(np.diff([note.pitch for note in tune.notes])).astype(np.int64)


def _runs(steps: Ints) -> list[tuple[int, ...]]:
    return [
        tuple(steps[place : place + DIATONIC_GRAM].tolist())
        for place in range(len(steps) - DIATONIC_GRAM + 1)
    ]


def _shared(query: Ints, steps: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which intervals of a candidate belong to a run that the query has."""
    known, marked = set(_runs(query)), np.zeros(len(steps), dtype=bool)
    for place, run in enumerate(_runs(steps)):
        if run in known:
            marked[place : place + DIATONIC_GRAM] = True
    return marked


def _best_start(query: Ints, steps: Ints) -> int:
    """Where the shown passage of a candidate begins: where most shared intervals are below those of the tune.

    If no interval is, it is the passage with the most shared intervals.
    """
    marked = _shared(query, steps)

    def score(start: int) -> tuple[int, int]:
        shown = slice(start, start + _STEPS)
        return int((marked[shown] & (steps[shown] == query[:_STEPS])).sum()), int(marked[shown].sum())

    return max(range(max(len(steps) - _STEPS, 0) + 1), key=score)


def _row(axes: Axes, place: int, steps: Ints, marked: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    for column, (step, is_shared) in enumerate(zip(steps.tolist(), marked.tolist(), strict=False)):
        if is_shared:
            axes.add_patch(
                Rectangle(
                    (column - 0.5, place - 0.36), 1, 0.72, facecolor=YELLOW, alpha=0.6, edgecolor="none"
                )
            )
        text = f"{step:+d}".replace("-", "−") if step else "0"
        axes.text(
            column,
            place,
            text,
            color=canvas.colour_of(step),
            fontsize=10,
            fontweight="bold",
            ha="center",
            va="center",
        )


def _label(axes: Axes, place: int, left: str, right: str) -> None:
    axes.text(-0.9, place, left, ha="right", va="center", color=canvas.INK if place else canvas.GREY)
    axes.text(_STEPS - 0.1, place, right, ha="left", va="center", color=canvas.INK if place else canvas.GREY)
