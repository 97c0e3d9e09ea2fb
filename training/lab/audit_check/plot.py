"""A plot of the precision-recall curves of the audit check."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from training.lab.audit_check.check import NATURAL, Check
from training.lab.palette import BLACK, GREEN, ORANGE, SKY_BLUE

_COLOURS = {"2": ORANGE, "3": SKY_BLUE, "4+": GREEN, "3+": BLACK}
_LEVELS = (0.8, 0.9)  # of both precision and recall, each marked by a cross
_SIZE = (10.0, 5.0)  # inches
_DPI = 100


def draw(check: Check, path: Path) -> None:
    """Write a PNG: a panel for each way of counting natural outliers, with a curve for each group of titles.

    A dot on a curve marks the audit's own threshold.
    """
    figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(NATURAL), sharey=True)
    for axes, natural in zip(panels, NATURAL, strict=True):
        for group in check.settings:
            _draw_curve(axes, check, group, natural)
        axes.plot(_LEVELS, _LEVELS, "+", color="red", markersize=14, label="precision and recall .80, .90")
        axes.set(
            title=f"natural outliers: {natural}",
            xlabel="recall",
            ylabel="precision",
            xlim=(0, 1),
            ylim=(0, 1.02),
        )
        axes.plot([], [], "o", color="grey", label="the audit's own threshold")
        axes.grid(alpha=0.3)
        axes.label_outer()
    panels[0].legend(loc="lower left", title="titles of (settings)")
    figure.savefig(path)


def _draw_curve(axes: Axes, check: Check, group: str, natural: str) -> None:
    curve = check.curve_of(group, natural)
    recalls, precisions = [point.recall for point in curve], [point.precision for point in curve]
    colour = _COLOURS[group]
    axes.plot(recalls, precisions, color=colour, label=f"{group} ({check.settings[group]})")
    if audited := check.as_audited(group, natural):
        axes.plot(audited.recall, audited.precision, "o", color=colour)
