"""The plot of how well the scores of a system that gives probabilities match how often it is right."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from training.report.calibration import Calibration


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
