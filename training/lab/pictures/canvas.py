"""What the pictures have in common: size, colours, and how notes are drawn."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from model.abc import Note, Tune
from training.lab import palette

WIDTH = 10.0  # inches
INK, GREY, PALE = "#222222", "#777777", "#dddddd"
UP, DOWN, LEVEL = palette.VERMILLION, palette.BLUE, palette.GREEN
_FLAT = 0.62  # height of a note in a piano roll, in semitones
_SETTINGS: dict[Any, Any] = {
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "svg.hashsalt": "gan-ainm",  # so that the same picture is the same file
}


def figure(height: float) -> Figure:
    """An empty picture, white, `height` inches high."""
    canvas = Figure(figsize=(WIDTH, height), facecolor="white")
    FigureCanvasSVG(canvas)
    return canvas


def save(canvas: Figure, path: Path) -> None:
    """Write an SVG; its letters are outlines, so that it looks the same everywhere."""
    canvas.savefig(path, metadata={"Date": None})


def style() -> AbstractContextManager[None]:
    """A context in which fonts and colours are those of the pictures. Draw and save in it."""
    return mpl.rc_context(_SETTINGS)


def blank(axes: Axes) -> None:
    """Leave out ticks and frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)


def label(axes: Axes, text: str, gap: float = 0.02, colour: str = GREY, **style: Any) -> None:
    """Write a text to the left of the axes. `gap` is its distance, as a share of their width."""
    axes.text(-gap, 0.5, text, transform=axes.transAxes, ha="right", va="center", color=colour, **style)


def colour_of(interval: int) -> str:
    """The colour of a step: up, down, or the same note again."""
    return UP if interval > 0 else DOWN if interval < 0 else LEVEL


def roll(axes: Axes, notes: Sequence[Note], colours: Sequence[str]) -> None:
    """Notes as bars: time to the right, pitch upwards, one semitone for each step."""
    for note, colour in zip(notes, colours, strict=True):
        axes.add_patch(
            Rectangle(
                (float(note.onset) + 0.03, note.pitch - _FLAT / 2),
                float(note.duration) - 0.06,
                _FLAT,
                facecolor=colour,
                edgecolor="none",
            )
        )
    axes.set_xlim(float(notes[0].onset), float(notes[-1].onset + notes[-1].duration))
    axes.set_ylim(min(note.pitch for note in notes) - 1.5, max(note.pitch for note in notes) + 1.5)
    blank(axes)


def bar_lines(axes: Axes, tune: Tune, notes: int) -> None:
    """A thin line before each bar of the first notes."""
    for bar in tune.bars[1:]:
        if bar.first < notes:
            axes.axvline(float(bar.onset), color=PALE, linewidth=1, zorder=0)


def interval_row(axes: Axes, notes: Sequence[Note], size: float = 9.5) -> None:
    """The intervals between notes, in semitones, under the places where they happen."""
    for note, after in pairwise(notes):
        step = after.pitch - note.pitch
        axes.text(
            float(after.onset),
            0.5,
            f"{step:+d}".replace("-", "−") if step else "0",
            color=colour_of(step),
            fontsize=size,
            fontweight="bold",
            ha="center",
            va="center",
        )
    axes.set_xlim(float(notes[0].onset), float(notes[-1].onset + notes[-1].duration))
    axes.set_ylim(0, 1)
    blank(axes)
