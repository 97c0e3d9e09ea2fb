"""Plots of the figures of one corpus, one for each kind of protocol."""

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from training.lab import palette
from training.lab.benchmark.figures import Figure, Metric


class Kind(NamedTuple):
    """A kind of plot.

    Attributes
    ----------
    name : the end of the file's name
    metric, axis : what it shows, and the label of its axis
    chance : the level of one line across the plot; None if each protocol has its own chance, or none
    log : whether the axis is logarithmic; then values are points, because bars would have no natural start
    """

    name: str
    metric: Metric
    axis: str
    chance: float | None = None
    log: bool = False


class _Line(TypedDict):
    color: str
    linewidth: float
    linestyle: Literal["-", "--"]


KINDS = (
    Kind("known", "mrr", "MRR"),
    Kind("unseen", "lift", "lift: MRR over chance", chance=1.0),
    Kind("no-match", "auroc", "AUROC", chance=0.5),
    Kind("time", "ms", "milliseconds a query", log=True),
)
CALIBRATION = "calibration"  # drawn from results (`training/lab/benchmark/calibration.py`), not from figures

# Each system has one colour in all plots; black would hide the intervals. Other systems take turns with the
# remaining colours, and hatching when these run out.
_COLOURS = {
    "random": "#cccccc",
    "popularity": "#888888",
    "pitch-histogram": palette.YELLOW,
    "ngram": palette.SKY_BLUE,
    "ngram-edit": palette.BLUE,
    "encoders": palette.PURPLE,
    "gan-ainm": palette.VERMILLION,
}
_REST = (palette.GREEN, palette.ORANGE)
_HATCHES = ("", "////", "....", "xxxx")

_INTERVAL: _Line = {"color": "black", "linewidth": 1.2, "linestyle": "-"}
_CHANCE: _Line = {"color": "black", "linewidth": 0.8, "linestyle": "--"}

_WIDTH, _ROW = 9.0, 2.6  # inches: width of the plot, height of a row of protocols
_DPI = 200  # twice the 900 pixels at which documents show it, for high-resolution screens
_ABREAST = 5  # protocols in a row
_GROUP = 0.84  # share of a protocol's space that its bars take


def plot_path(folder: Path, corpus: str, kind: str) -> Path:
    """The path of a plot; `kind` is the name of one of `KINDS`, or `CALIBRATION`."""
    return folder / f"{corpus}-{kind}.png"


def draw(figures: Sequence[Figure], folder: Path) -> list[Path]:
    """Write the plots of one corpus as PNG into the folder, which is created if necessary.

    A protocol with figures of lift is shown by its lift, not by its MRR, which says little on its own. Kinds
    without figures are left out. Returns the paths of the plots; the same figures give the same bytes.
    """
    lifted = {figure.protocol for figure in figures if figure.metric == "lift"}
    styles = _styles(list(dict.fromkeys(figure.system for figure in figures)))
    written = []
    for kind in KINDS:
        shown = [
            figure
            for figure in figures
            if figure.metric == kind.metric and not (kind.metric == "mrr" and figure.protocol in lifted)
        ]
        if shown:
            folder.mkdir(parents=True, exist_ok=True)
            written.append(plot_path(folder, shown[0].corpus, kind.name))
            _plot(shown, kind, styles).savefig(written[-1], metadata={"Software": None})
    return written


def _styles(systems: list[str]) -> dict[str, tuple[str, str]]:
    """Colour and hatching of each system."""
    others = [system for system in systems if system not in _COLOURS]
    rest = [(colour, hatch) for hatch in _HATCHES for colour in _REST]
    style = {system: rest[i % len(rest)] for i, system in enumerate(others)}
    return {system: style.get(system) or (_COLOURS[system], "") for system in systems}


def _plot(figures: list[Figure], kind: Kind, styles: dict[str, tuple[str, str]]) -> Canvas:
    """Draw a group of bars for each protocol, in as many rows as they need."""
    protocols = list(dict.fromkeys(figure.protocol for figure in figures))
    present = {figure.system for figure in figures}
    systems = [system for system in styles if system in present]
    cells = {(figure.protocol, figure.system): figure for figure in figures}
    rows = math.ceil(len(protocols) / _ABREAST)
    abreast = math.ceil(len(protocols) / rows)

    canvas = Canvas(figsize=(_WIDTH, 0.9 + _ROW * rows), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(canvas)
    panels = canvas.subplots(rows, 1, sharey=True, squeeze=False)[:, 0]
    for i, panel in enumerate(panels):
        row = protocols[i * abreast : (i + 1) * abreast]
        for x, protocol in enumerate(row):
            _group(panel, x, [cells.get((protocol, system)) for system in systems], kind, styles)
        panel.set_xticks(range(len(row)), [textwrap.fill(protocol, 90 // abreast) for protocol in row])
        panel.set_xlim(-0.5, abreast - 0.5)
        _dress(panel, kind)
    canvas.supylabel(kind.axis, fontsize=10)

    handles: list[Artist] = [
        Patch(facecolor=styles[system][0], hatch=styles[system][1], edgecolor="white", label=system)
        for system in systems
    ]
    if kind.chance is not None or any(figure.chance is not None for figure in figures):
        handles.append(Line2D([], [], label="chance", **_CHANCE))
    if any(figure.low is not None for figure in figures):
        handles.append(Line2D([], [], label="95 % interval", **_INTERVAL))
    canvas.legend(handles=handles, loc="outside upper center", ncols=5, frameon=False, fontsize=9)
    return canvas


def _group(
    panel: Axes, x: int, group: list[Figure | None], kind: Kind, styles: dict[str, tuple[str, str]]
) -> None:
    """Draw the figures of one protocol side by side, centred on x; None leaves a gap."""
    width = _GROUP / len(group)
    for i, figure in enumerate(group):
        if figure is None:
            continue
        middle = x + (i - (len(group) - 1) / 2) * width
        colour, hatch = styles[figure.system]
        if kind.log:
            panel.plot(middle, figure.value, "o", color=colour, markersize=7, markeredgecolor="black")
        else:
            panel.bar(middle, figure.value, width, color=colour, hatch=hatch, edgecolor="white")
        if figure.low is not None and figure.high is not None:
            panel.vlines(middle, figure.low, figure.high, **_INTERVAL)
    chance = next((figure.chance for figure in group if figure is not None), None)
    if kind.chance is None and chance is not None:
        panel.hlines(chance, x - _GROUP / 2, x + _GROUP / 2, **_CHANCE)


def _dress(panel: Axes, kind: Kind) -> None:
    if kind.chance is not None:
        panel.axhline(kind.chance, **_CHANCE)
    if kind.log:
        panel.set_yscale("log")
        panel.yaxis.set_major_formatter("{x:g}")
    panel.tick_params(labelsize=9)
    panel.tick_params(axis="x", length=0)
    panel.grid(axis="y", color="#dddddd", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.spines[["top", "right"]].set_visible(False)
