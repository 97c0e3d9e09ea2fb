"""Dot charts: a figure with its interval in each row, and the level of chance."""

from collections.abc import Sequence
from typing import NamedTuple

from index.mrr import Mrr
from training.report.axis import Axis, bottom
from training.report.svg import Element, element, picture

_TOP, _ROW, _GAP, _HEAD = 8, 22, 14, 22
_NAMES = 200  # pixels for the names of systems on a wide chart
_RADIUS = 5.0


class Row(NamedTuple):
    """A figure.

    Attributes
    ----------
    name : of the system
    style : class of its marks: series-0 to series-3
    mrr : the figure
    """

    name: str
    style: str
    mrr: Mrr


class Group(NamedTuple):
    """Figures by one protocol."""

    name: str
    rows: Sequence[Row]


def draw_dots(groups: Sequence[Group], width: int, highest: float = 1.0) -> Element:
    """A dot for each figure, its 95 % interval as a bar, and chance as a thin line in each group.

    On a narrow chart the names are above the marks.
    """
    is_wide = width > 500
    x = Axis(0, highest, _NAMES if is_wide else 8, width - 60)
    parts: list[Element] = []
    row_height = _ROW if is_wide else 2 * _ROW - 6
    y = float(_TOP)
    for group in groups:
        parts.append(element("text", text=group.name, x=0.0, y=y + 14, class_="group"))
        y += _HEAD
        bottom_of_group = y + row_height * len(group.rows)
        chance = x(group.rows[0].mrr.chance)
        parts.append(element("line", x1=chance, x2=chance, y1=y, y2=bottom_of_group, class_="chance"))
        for row in group.rows:
            parts += _marks(row, x, y, is_wide)
            y += row_height
        y += _GAP
    base = y - _GAP / 2
    axis = bottom(x, _TOP, base, "MRR (0 to 1, more is better)")
    return picture(width, int(base + 46), "MRR by protocol and system", [*axis, *parts], "dots")


def _marks(row: Row, x: Axis, top: float, is_wide: bool) -> list[Element]:
    middle = top + (_ROW / 2 if is_wide else _ROW + 2)
    value = f"{row.mrr.value:.3f}"
    words = f"{row.name}: {value}, 95 % interval {row.mrr.low:.3f} to {row.mrr.high:.3f}"
    return [
        element("text", text=row.name, x=0.0, y=middle + 4 if is_wide else top + 14, class_="name"),
        element(
            "line",
            x1=x(row.mrr.low),
            x2=x(row.mrr.high),
            y1=middle,
            y2=middle,
            class_=f"interval {row.style}",
        ),
        element(
            "circle",
            element("title", text=words),
            cx=x(row.mrr.value),
            cy=middle,
            r=_RADIUS,
            class_=f"dot {row.style}",
        ),
        element("text", text=value, x=x.end + 14, y=middle + 4, class_="value"),
    ]
