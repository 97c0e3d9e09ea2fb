"""Plots of an ablation: bars with intervals, learning curves, and maps of tunes and their titles."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Canvas

from index.mrr import K, chance
from training.lab import palette
from training.lab.ablation.cell import Outcome

_TUNE, _TITLE, _BAR = palette.BLUE, palette.VERMILLION, palette.SKY_BLUE
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
    """For each system MRR@20 by epoch, on training tunes and on validation tunes."""
    trained = {system: outcome for system, outcome in outcomes.items() if outcome.epochs}
    canvas = _grid(len(trained))
    for number, (system, outcome) in enumerate(trained.items(), 1):
        axes = canvas.add_subplot(_rows(len(trained)), _ABREAST, number)
        epochs = range(1, len(outcome.epochs) + 1)
        axes.plot(epochs, [epoch.training for epoch in outcome.epochs], color=_TUNE, label="training")
        axes.plot(epochs, [epoch.validation for epoch in outcome.epochs], color=_TITLE, label="validation")
        level = chance(len(outcome.places), K)
        axes.axhline(level, color="black", linewidth=0.8, linestyle="--", label="chance")
        axes.axvline(outcome.best, color="grey", linewidth=0.8)
        axes.set_yscale("log")
        axes.set_ylim(level / 2, 1.1)  # the same for all systems, for comparison
        axes.set_title(system, fontsize=9)
        axes.tick_params(labelsize=7)
        if number == 1:
            axes.legend(fontsize=7)
    canvas.supxlabel("epoch (grey: the epoch whose weights were measured)", fontsize=9)
    canvas.supylabel("MRR@20", fontsize=9)
    _save(canvas, path)


def draw_map(outcomes: Mapping[str, Outcome], path: Path) -> None:
    """For each system some of the queries: a point for the tune, one for its title, a line between them."""
    canvas = _grid(len(outcomes))
    for number, (system, outcome) in enumerate(outcomes.items(), 1):
        axes = canvas.add_subplot(_rows(len(outcomes)), _ABREAST, number)
        pairs = np.array(outcome.map)
        axes.add_collection(LineCollection(list(pairs.reshape(-1, 2, 2)), colors="grey", linewidths=0.2))
        axes.scatter(pairs[:, 0], pairs[:, 1], s=3, color=_TUNE, label="tunes")
        axes.scatter(pairs[:, 2], pairs[:, 3], s=3, color=_TITLE, label="titles")
        axes.set_title(system, fontsize=9)
        axes.set_xticks([])
        axes.set_yticks([])
        if number == 1:
            axes.legend(fontsize=7)
    canvas.supxlabel("the first two principal components of both", fontsize=9)
    _save(canvas, path)


def _rows(count: int) -> int:
    return -(-count // _ABREAST)


def _grid(count: int) -> Canvas:
    return Canvas(figsize=(_WIDTH, 0.6 + 2.2 * _rows(count)), layout="constrained")


def _save(canvas: Canvas, path: Path) -> None:
    FigureCanvasAgg(canvas)
    canvas.savefig(path, dpi=_DPI, metadata={"Software": None})
