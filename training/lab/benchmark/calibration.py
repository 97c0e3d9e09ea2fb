"""How well the scores of a system that gives probabilities match how often it is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from index.mrr import hit
from model.grams import Floats
from training.lab.benchmark.run import Result

_BINS = 10
_PRECISION = 0.95


@dataclass(frozen=True)
class Calibration:
    """How often the first title was right, by its score.

    Attributes
    ----------
    confidence : mean score of each bin that is not empty, shape = (bins,)
    accuracy : share of its first titles that were right, shape = (bins,)
    queries : number of its queries, shape = (bins,)
    error : expected calibration error, the mean distance of confidence and accuracy over the queries (Guo et
        al. 2017)
    accepted : share of the queries that can be answered at a precision of .95 when those with the lowest
        scores are rejected
    """

    confidence: Floats
    accuracy: Floats
    queries: Floats
    error: float
    accepted: float


def calibrate(results: Sequence[Result]) -> Calibration:
    """Calibration of scores from 0 to 1. The first title of a query without a right title is wrong."""
    score = np.array([result.score for result in results])
    right = np.array([hit(result.place, 1) if result.place else 0.0 for result in results])
    bin_of = np.minimum((score * _BINS).astype(int), _BINS - 1)
    queries = np.bincount(bin_of, minlength=_BINS)
    filled = queries > 0
    confidence = np.bincount(bin_of, score, _BINS)[filled] / queries[filled]
    accuracy = np.bincount(bin_of, right, _BINS)[filled] / queries[filled]
    precision = np.cumsum(right[np.argsort(-score, kind="stable")]) / np.arange(1, len(score) + 1)
    enough = np.flatnonzero(precision >= _PRECISION)
    return Calibration(
        confidence,
        accuracy,
        queries[filled].astype(np.float64),
        float(np.sum(abs(confidence - accuracy) * queries[filled]) / len(score)),
        float((enough[-1] + 1) / len(score)) if len(enough) else 0.0,
    )


def draw_calibration(by_protocol: dict[str, Calibration], path: Path) -> None:
    """A reliability plot as PNG: accuracy by confidence, a line for each protocol."""
    canvas = Canvas(figsize=(9, 7), dpi=100, layout="constrained")
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    axes.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1)
    for protocol, line in by_protocol.items():
        label = f"{protocol}: error {line.error:.3f}, {line.accepted:.0%} answered at a precision of .95"
        axes.plot(line.confidence, line.accuracy, marker="o", markersize=4, label=label.replace(" 0.", " ."))
    axes.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="confidence of the first title", ylabel="how often it was right"
    )
    axes.legend(loc="upper left", frameon=False)
    axes.grid(color="#dddddd", linewidth=0.5)
    canvas.savefig(path, metadata={"Software": None})
