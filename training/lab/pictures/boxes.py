"""A picture of boxes and arrows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from training.lab.pictures import canvas

READ, MODEL, INDEX, ANSWER = "#f6eaea", "#eaf0f8", "#fbf3e2", "#eef4ea"  # colours of boxes
_WIDTH, _HEIGHT = 2.7, 1.15


class Box(NamedTuple):
    """A box.

    Attributes
    ----------
    left, bottom : its lower left corner
    text : what is in it
    colour : its fill
    """

    left: float
    bottom: float
    text: str
    colour: str


def draw(boxes: Mapping[str, Box], arrows: Sequence[str], height: float) -> Figure:
    """A picture, `height` inches high.

    Parameters
    ----------
    boxes : by name
    arrows : "a>b" leads from a side of box a to the nearest side of box b
    """
    picture = canvas.figure(height)
    axes = picture.add_axes((0.01, 0.01, 0.98, 0.98))
    for left, bottom, text, colour in boxes.values():
        axes.add_patch(
            FancyBboxPatch(
                (left, bottom),
                _WIDTH,
                _HEIGHT,
                boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=colour,
                edgecolor=canvas.GREY,
                linewidth=0.8,
            )
        )
        axes.text(left + _WIDTH / 2, bottom + _HEIGHT / 2, text, ha="center", va="center", fontsize=10)
    for arrow in arrows:
        start, end = (boxes[name] for name in arrow.split(">"))
        axes.annotate(
            "",
            _side(end, start),
            _side(start, end),
            arrowprops={
                "arrowstyle": "-|>",
                "color": canvas.GREY,
                "linewidth": 1.4,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    axes.set_xlim(
        min(box.left for box in boxes.values()) - 0.1, max(box.left for box in boxes.values()) + _WIDTH + 0.1
    )
    axes.set_ylim(
        min(box.bottom for box in boxes.values()) - 0.1,
        max(box.bottom for box in boxes.values()) + _HEIGHT + 0.1,
    )
    canvas.blank(axes)
    return picture


def _side(box: Box, other: Box) -> tuple[float, float]:
    """The middle of the side of a box that looks at another."""
    x, y = box.left + _WIDTH / 2, box.bottom + _HEIGHT / 2
    if other.left >= box.left + _WIDTH:
        return box.left + _WIDTH, y
    if other.left + _WIDTH <= box.left:
        return box.left, y
    return (x, box.bottom + _HEIGHT) if other.bottom > box.bottom else (x, box.bottom)
