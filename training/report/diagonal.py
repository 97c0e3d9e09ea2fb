"""Reliability diagrams: how often the first title was right, by its confidence."""

from collections.abc import Sequence

import numpy as np

from model.grams import Floats
from training.report.axis import Axis, bottom, left, spell
from training.report.measuring import Reliability
from training.report.svg import Element, element, picture

_TOP, _BASE, _COUNTS, _LEFT, _RIGHT = 44.0, 330.0, 84.0, 44.0, 14.0
_LINE = 18
_Z = 1.96  # of a 95 % interval


def draw_reliability(kinds: Sequence[Reliability], width: int) -> Element:
    """A line for each kind of queries, with 95 % intervals, and below it how many queries each bin has."""
    x = Axis(0, 1, _LEFT, width - _RIGHT)
    y = Axis(0, 1, _BASE, _TOP)
    parts = left(y, x.start, x.end, "share of first titles that were right")
    parts.append(element("line", x1=x(0), y1=y(0), x2=x(1), y2=y(1), class_="level"))
    for number, kind in enumerate(kinds):
        parts += _line(kind, x, y, f"series-{number}", 3.0 * (2 * number - len(kinds) + 1))
    base = _BASE + 52 + _COUNTS
    most = max(float(kind.calibration.queries.max()) for kind in kinds)
    count = Axis(0, most, base, base - _COUNTS)
    parts += left(count, x.start, x.end, "queries", 2)
    for number, kind in enumerate(kinds):
        shift = 8.0 * (number - len(kinds) / 2)
        for confidence, queries in zip(*_points(kind), strict=True):
            parts.append(
                element(
                    "rect",
                    x=x(min(int(confidence * 10), 9) / 10 + 0.05) + shift,
                    y=count(queries),
                    width=8.0,
                    height=count(0) - count(queries),
                    class_=f"bar series-{number}",
                )
            )
    parts += bottom(x, _TOP, base, "confidence of the first title (0 to 1)")
    legend = base + 62
    for number, kind in enumerate(kinds):
        place = legend + _LINE * number
        words = f"{kind.name}: calibration error {kind.calibration.error:.3f}"
        parts += [
            element(
                "line", x1=_LEFT, x2=_LEFT + 24, y1=place - 4, y2=place - 4, class_=f"line series-{number}"
            ),
            element("text", text=words, x=_LEFT + 32, y=place, class_="legend"),
        ]
    height = int(legend + _LINE * len(kinds) - 6)
    return picture(width, height, "Share of right first titles by confidence", parts)


def wilson(share: float, count: float) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * float(np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _points(kind: Reliability) -> tuple[Floats, Floats]:
    return kind.calibration.confidence, kind.calibration.queries


def _line(kind: Reliability, x: Axis, y: Axis, style: str, shift: float) -> list[Element]:
    """The line of one kind; its intervals are moved by `shift`, so that those of two kinds do not cover."""
    calibration = kind.calibration
    places = [(x(a), y(b)) for a, b in zip(calibration.confidence, calibration.accuracy, strict=True)]
    parts = [element("path", d="M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places), class_=f"line {style}")]
    for (a, b), confidence, accuracy, queries in zip(
        places, calibration.confidence, calibration.accuracy, calibration.queries, strict=True
    ):
        low, high = wilson(float(accuracy), float(queries))
        words = (
            f"{kind.name}, confidence {confidence:.2f}: {spell(round(accuracy, 2))} right of {queries:.0f}"
        )
        parts += [
            element(
                "line", x1=a + shift, x2=a + shift, y1=y(low), y2=y(high), class_=f"interval thin {style}"
            ),
            element("circle", element("title", text=words), cx=a, cy=b, r=4.5, class_=f"dot {style}"),
        ]
    return parts
