"""Pictures of an ablation: bars with intervals, learning curves, and where tunes and their titles lie."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Canvas

from index.mrr import K, chance
from training.lab.ablation.cell import Outcome

# Okabe and Ito's colours, which people with any colour vision can tell apart.
_TUNE, _TITLE, _BAR = "#0072b2", "#d55e00", "#56b4e9"
_DPI = 150
_WIDTH = 9.0  # inches
_ABREAST = 4  # systems in a row


def draw_bars(lifts: Mapping[str, tuple[float, float, float]], title: str, path: Path) -> None:
    """A bar for each system: MRR@20 over chance, and its interval (value, low, high)."""
    canvas = Canvas(figsize=(_WIDTH, 0.8 + 0.3 * len(lifts)), layout="constrained")
    axes = canvas.add_subplot()
    values, lows, highs = np.array(list(lifts.values())).T
    axes.barh(range(len(lifts)), values, color=_BAR, xerr=[values - lows, highs - values], capsize=3)
    axes.axvline(1, color="black", linewidth=0.8, linestyle="--")
    axes.set_yticks(range(len(lifts)), list(lifts))
    axes.invert_yaxis()
    axes.set_xlabel("MRR@20 over chance (dashed: chance)")
    axes.set_title(title)
    _save(canvas, path)


def draw_curves(outcomes: Mapping[str, Outcome], path: Path) -> None:
    """For each system MRR@20 by epoch, on tunes that are learned and on those that are not."""
    trained = {system: one for system, one in outcomes.items() if one.epochs}
    canvas = _grid(len(trained))
    for place, (system, one) in enumerate(trained.items(), 1):
        axes = canvas.add_subplot(_rows(len(trained)), _ABREAST, place)
        epochs = range(1, len(one.epochs) + 1)
        axes.plot(epochs, [epoch.training for epoch in one.epochs], color=_TUNE, label="learned")
        axes.plot(epochs, [epoch.validation for epoch in one.epochs], color=_TITLE, label="validation")
        level = chance(len(one.places), K)
        axes.axhline(level, color="black", linewidth=0.8, linestyle="--", label="chance")
        axes.axvline(one.best, color="grey", linewidth=0.8)
        axes.set_yscale("log")
        axes.set_ylim(level / 2, 1.1)  # the same for all, so that they can be compared
        axes.set_title(system, fontsize=9)
        axes.tick_params(labelsize=7)
        if place == 1:
            axes.legend(fontsize=7)
    canvas.supxlabel("epoch (grey: whose weights were measured)", fontsize=9)
    canvas.supylabel("MRR@20", fontsize=9)
    _save(canvas, path)


def draw_map(outcomes: Mapping[str, Outcome], path: Path) -> None:
    """For each system some of the queries: a point for the tune, one for its title, a line between them."""
    canvas = _grid(len(outcomes))
    for place, (system, one) in enumerate(outcomes.items(), 1):
        axes = canvas.add_subplot(_rows(len(outcomes)), _ABREAST, place)
        pairs = np.array(one.map)
        axes.add_collection(LineCollection(list(pairs.reshape(-1, 2, 2)), colors="grey", linewidths=0.2))
        axes.scatter(pairs[:, 0], pairs[:, 1], s=3, color=_TUNE, label="tunes")
        axes.scatter(pairs[:, 2], pairs[:, 3], s=3, color=_TITLE, label="titles")
        axes.set_title(system, fontsize=9)
        axes.set_xticks([])
        axes.set_yticks([])
        if place == 1:
            axes.legend(fontsize=7)
    canvas.supxlabel("the plane of the first two principal components of both", fontsize=9)
    _save(canvas, path)


def _rows(count: int) -> int:
    return -(-count // _ABREAST)


def _grid(count: int) -> Canvas:
    return Canvas(figsize=(_WIDTH, 0.6 + 2.2 * _rows(count)), layout="constrained")


def _save(canvas: Canvas, path: Path) -> None:
    FigureCanvasAgg(canvas)
    canvas.savefig(path, dpi=_DPI, metadata={"Software": None})
