"""The sixth picture: how the ranking shares one whole probability, for three tunes."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.lab.palette import BLUE, ORANGE, SKY_BLUE
from training.lab.pictures import canvas
from training.lab.pictures.example import Example

_SHOWN = 6  # candidates
_LEAST = 0.0005  # probability of a candidate with a bar of its own


def draw(known: Example, strange: Example, made_up: Example) -> Figure:
    """The likeliest candidates of each tune, all others together, and "none of them"."""
    texts = (
        "A tune of the books: known",
        "A jig that is in none of the books resembles many a little: not known",
        "A melody that somebody made up: none of them",
    )
    panels = [_bars(example) for example in (known, strange, made_up)]
    picture = canvas.figure(5.2)
    rows = picture.subplots(
        3,
        1,
        height_ratios=[len(bars) for bars in panels],
        gridspec_kw={"left": 0.31, "right": 0.92, "top": 0.93, "bottom": 0.02, "hspace": 0.45},
    )
    for axes, bars, text in zip(rows, panels, texts, strict=True):
        _panel(axes, bars, text)
    return picture


def _bars(example: Example) -> list[tuple[str, float, str]]:
    """Name, probability and colour of each bar."""
    probabilities, none = example.probabilities
    rows = [row for row in example.order[:_SHOWN] if probabilities[row] >= _LEAST]
    bars = [(example.label(row), float(probabilities[row]), SKY_BLUE) for row in rows]
    rest = len(probabilities) - len(rows)
    others = f"the other {rest} candidates" if rows else f"all {rest} candidates"
    return [
        *bars,
        (others, 1 - none - sum(value for _, value, _ in bars), BLUE),
        ("none of them", none, ORANGE),
    ]


def _panel(axes: Axes, bars: list[tuple[str, float, str]], text: str) -> None:
    for place, (name, value, colour) in enumerate(bars):
        axes.barh(place, value, color=colour, height=0.72)
        axes.text(-0.01, place, name, ha="right", va="center", fontsize=10)
        spelled = f"{value:.1%}".replace("%", " %") if value >= _LEAST else "less than 0.1 %"
        axes.text(value + 0.008, place, spelled, ha="left", va="center", fontsize=10)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(bars) - 0.4, -0.6)
    canvas.blank(axes)
    axes.axvline(0, color=canvas.GREY, linewidth=1)
    axes.set_title(text, loc="left", fontweight="bold", fontsize=11, x=-0.46)
