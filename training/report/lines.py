"""Line charts: values by epoch."""

from collections.abc import Sequence
from typing import NamedTuple

from training.report.axis import Axis, bottom, left, spell
from training.report.svg import Element, element, picture

_HEIGHT, _TOP, _BASE, _LEFT, _RIGHT = 312, 44, 250, 44, 14
_LINE = 18  # between lines of the legend


class Line(NamedTuple):
    """Values of the epochs from 1 on.

    Attributes
    ----------
    name : for the legend
    style : class of its marks: series-0 to series-3
    values : one for each epoch
    """

    name: str
    style: str
    values: Sequence[float]


class Level(NamedTuple):
    """A value that does not depend on the epoch."""

    name: str
    style: str
    value: float


def draw_lines(
    lines: Sequence[Line], width: int, label: str, levels: Sequence[Level] = (), best: int | None = None
) -> Element:
    """A line chart with a legend below.

    Parameters
    ----------
    label : what the vertical axis shows, with its unit
    levels : dashed lines across the chart
    best : an epoch to be marked, counted from 1
    """
    epochs = max(len(line.values) for line in lines)
    top = max([*(max(line.values) for line in lines), *(level.value for level in levels)])
    x = Axis(1, max(epochs, 2), _LEFT, width - _RIGHT)
    y = Axis(0, top * 1.05 or 1, _BASE, _TOP)
    parts = [*left(y, x.start, x.end, label), *bottom(x, y.end, y.start, "epoch", 8 if width > 500 else 5, 1)]
    entries: list[tuple[str, str]] = []
    for level in levels:
        place = y(level.value)
        parts.append(element("line", x1=x.start, x2=x.end, y1=place, y2=place, class_=f"level {level.style}"))
        entries.append((f"{level.name}: {spell(round(level.value, 4))}", f"level {level.style}"))
    for line in lines:
        places = [(x(epoch), y(value)) for epoch, value in enumerate(line.values, 1)]
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
        parts.append(element("path", d=path, class_=f"line {line.style}"))
        parts += [
            element(
                "circle",
                element("title", text=f"{line.name}, epoch {epoch}: {spell(value)}"),
                cx=a,
                cy=b,
                r=6.0 if epoch == best else 3.0,
                class_=f"dot {line.style}" + (" best" if epoch == best else ""),
            )
            for epoch, ((a, b), value) in enumerate(zip(places, line.values, strict=True), 1)
        ]
        entries.append((line.name, f"line {line.style}"))
    if best is not None:
        entries.append((f"kept: epoch {best}", f"dot best {lines[0].style}"))
    parts += _legend(entries)
    return picture(width, _HEIGHT + _LINE * len(entries), f"{label} by epoch", parts)


def _legend(entries: Sequence[tuple[str, str]]) -> list[Element]:
    parts = []
    for row, (name, style) in enumerate(entries):
        y = float(_HEIGHT + 6 + _LINE * row)
        mark = (
            element("circle", cx=_LEFT + 12.0, cy=y - 4, r=6.0, class_=style)
            if style.startswith("dot")
            else element("line", x1=float(_LEFT), x2=_LEFT + 24.0, y1=y - 4, y2=y - 4, class_=style)
        )
        parts += [mark, element("text", text=name, x=_LEFT + 32.0, y=y, class_="legend")]
    return parts
