"""Whether the scores of a system that gives probabilities keep their word."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from training.lab.benchmark.ranks import Floats, hit
from training.lab.benchmark.run import Answer

_BINS = 10
_PRECISION = 0.95


@dataclass(frozen=True)
class Calibration:
    """How often the first answer was right, beside what its score said.

    Attributes
    ----------
    said, right, queries : mean score, share that was right, and number of queries of each bin of scores that
        holds any, shape = (bins,)
    error : expected calibration error, the mean distance of the two over the queries (Guo et al. 2017)
    accepted : share of the queries that can be answered at a precision of .95 when the least sure are not
    """

    said: Floats
    right: Floats
    queries: Floats
    error: float
    accepted: float


def calibrate(answers: Sequence[Answer]) -> Calibration:
    """Of answers with scores from 0 to 1; where nothing is right, the first answer is wrong."""
    score = np.array([answer.score for answer in answers])
    right = np.array([hit(answer.place, 1) if answer.place else 0.0 for answer in answers])
    place = np.minimum((score * _BINS).astype(int), _BINS - 1)
    queries = np.bincount(place, minlength=_BINS)
    some = queries > 0
    said = np.bincount(place, score, _BINS)[some] / queries[some]
    was = np.bincount(place, right, _BINS)[some] / queries[some]
    precision = np.cumsum(right[np.argsort(-score, kind="stable")]) / np.arange(1, len(score) + 1)
    enough = np.flatnonzero(precision >= _PRECISION)
    return Calibration(
        said,
        was,
        queries[some].astype(np.float64),
        float(np.sum(abs(said - was) * queries[some]) / len(score)),
        float((enough[-1] + 1) / len(score)) if len(enough) else 0.0,
    )


def draw_calibration(by_protocol: dict[str, Calibration], path: Path) -> None:
    """A reliability plot: what was said to the right, how often it was right upward."""
    canvas = Canvas(figsize=(9, 7), dpi=100, layout="constrained")
    FigureCanvasAgg(canvas)
    axes = canvas.add_subplot()
    axes.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1)
    for protocol, found in by_protocol.items():
        told = f"{protocol}: error {found.error:.3f}, {found.accepted:.0%} answered at a precision of .95"
        axes.plot(found.said, found.right, marker="o", markersize=4, label=told.replace(" 0.", " ."))
    axes.set(
        xlim=(0, 1), ylim=(0, 1), xlabel="confidence of the first title", ylabel="how often it was right"
    )
    axes.legend(loc="upper left", frameon=False)
    axes.grid(color="#dddddd", linewidth=0.5)
    canvas.savefig(path, metadata={"Software": None})
