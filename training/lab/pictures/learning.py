"""What training does: it pulls a tune and its names together, and pushes other names away."""

import json
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from index.artifact import EVALUATION, METRICS, Artifact
from index.catalogue import Catalogue
from index.suggester import CATALOGUE
from model.abc import read_tune
from model.encoders import Encoders
from model.grams import Floats
from training.fitting.evaluation import SPLIT
from training.lab.palette import GREEN, ORANGE
from training.lab.pictures import canvas

_TITLES = 300  # of each part, for the histograms


def draw(artifact: Artifact) -> Figure:
    """The training that gave the test figure: its epochs, and the cosines of tunes and names after it."""
    metrics = json.loads((artifact.path / METRICS).read_text(encoding="utf-8"))
    picture = canvas.figure(3.9)
    panels = picture.subplots(
        1, 3, gridspec_kw={"left": 0.065, "right": 0.985, "top": 0.88, "bottom": 0.15, "wspace": 0.22}
    )
    _epochs(panels[0], metrics)
    folder = artifact.path / EVALUATION
    encoders = Encoders.load(folder, "cpu")
    catalogue = Catalogue.load(folder / CATALOGUE)
    split = json.loads((folder / SPLIT).read_text(encoding="utf-8"))
    for axes, part, text in (
        (panels[1], "train", "tunes that it learned from"),
        (panels[2], "test", "tunes that it never saw"),
    ):
        _cosines(axes, *_own_and_others(encoders, catalogue, split[part][:_TITLES]))
        axes.set_title(text, loc="left", fontweight="bold", fontsize=11)
    panels[1].legend(loc="upper left", frameon=False, fontsize=9.5)
    return picture


def _epochs(axes: Axes, metrics: dict[str, Any]) -> None:
    epochs = [row["epoch"] for row in metrics["split_training"]]
    axes.plot(
        epochs, [row["validation"] for row in metrics["split_training"]], "o-", color=GREEN, markersize=4
    )
    axes.axvline(metrics["best_epoch"], color=canvas.GREY, linestyle="--", linewidth=1)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_title("MRR of the validation part", loc="left", fontweight="bold", fontsize=11)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _own_and_others(encoders: Encoders, catalogue: Catalogue, titles: list[int]) -> tuple[Floats, Floats]:
    """The cosines of the first setting of each title with the title, and with all other titles."""
    chosen = [catalogue.titles[title] for title in titles]
    tunes = encoders.tune.encode([read_tune(title.settings[0].abc) for title in chosen])
    names = encoders.title.encode([title.title for title in chosen])
    cosines = (tunes @ names.T).astype(np.float64)
    is_own = np.eye(len(chosen), dtype=bool)
    return cosines[is_own], cosines[~is_own]


def _cosines(axes: Axes, own: Floats, others: Floats) -> None:
    bins = np.linspace(-0.6, 1, 41).tolist()
    for values, colour, label in ((others, ORANGE, "other names"), (own, GREEN, "its own name")):
        axes.hist(
            values, bins, weights=np.full(len(values), 1 / len(values)), color=colour, alpha=0.65, label=label
        )
    axes.set_xlabel("cosine of a tune and a name")
    axes.set_yticks([])
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
