"""Axes: from values to places in a picture, with round numbers beside them."""

import math
from dataclasses import dataclass

from training.report.svg import Element, element

_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Axis:
    """A linear axis.

    Attributes
    ----------
    low, high : values at its ends
    start, end : the places of its ends in the picture
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, most: int, least_step: float = 0.0) -> list[float]:
        """At most `most` + 1 round values from `low` on, a multiple of `least_step` apart."""
        rough = max((self.high - self.low) / most, least_step)
        power = 10.0 ** math.floor(math.log10(rough))
        steps = (power * factor for factor in _STEPS if power * factor >= rough * 0.999)
        step = next(step for step in steps if not least_step or step % least_step == 0)
        first = math.ceil(self.low / step - 1e-9)
        return [number * step for number in range(first, math.floor(self.high / step + 1e-9) + 1)]


def bottom(
    axis: Axis, top: float, base: float, label: str, most: int = 5, least_step: float = 0.0
) -> list[Element]:
    """A horizontal axis below a plot that reaches from `top` to `base`, with lines across the plot."""
    parts = []
    for tick in axis.ticks(most, least_step):
        x = axis(tick)
        parts += [
            element("line", x1=x, x2=x, y1=top, y2=base, class_="grid"),
            element("text", text=spell(tick), x=x, y=base + 18, text_anchor="middle", class_="tick"),
        ]
    middle = (axis.start + axis.end) / 2
    return [*parts, element("text", text=label, x=middle, y=base + 38, text_anchor="middle", class_="label")]


def left(axis: Axis, start: float, end: float, label: str, most: int = 4) -> list[Element]:
    """A vertical axis to the left of a plot that reaches from `start` to `end`, its label above."""
    parts = []
    for tick in axis.ticks(most):
        y = axis(tick)
        parts += [
            element("line", x1=start, x2=end, y1=y, y2=y, class_="grid"),
            element("text", text=spell(tick), x=start - 8, y=y + 4, text_anchor="end", class_="tick"),
        ]
    return [*parts, element("text", text=label, x=0, y=axis.end - 16, class_="label")]


def spell(value: float) -> str:
    """A number with no more digits than it needs."""
    return f"{value:.4g}"
