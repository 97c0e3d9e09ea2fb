"""The costs of catalogues of several sizes as JSON, as a table and as a plot."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from pydantic import TypeAdapter

from training.lab import palette
from training.lab.benchmark.scale import Cost

COSTS, PLOT = "scale.json", "results/scale.png"  # in the folder of the results
_LIMIT = 150  # milliseconds that a suggestion may take with a million titles

_COSTS = TypeAdapter(list[Cost])
_LINES: tuple[tuple[str, dict[str, tuple[str, Callable[[Cost], float]]]], ...] = (
    (
        "milliseconds a suggestion",
        {
            "in all": (palette.VERMILLION, lambda cost: cost.ms),
            "outside the alignment": (palette.BLUE, lambda cost: cost.outside_ms),
        },
    ),
    (
        "megabytes",
        {
            "in memory": (palette.VERMILLION, lambda cost: cost.memory / 1e6),
            "on disk": (palette.BLUE, lambda cost: cost.disk / 1e6),
        },
    ),
)


def save_costs(costs: Sequence[Cost], out: Path) -> None:
    """Write the costs and their plot into the folder of the results."""
    (out / PLOT).parent.mkdir(parents=True, exist_ok=True)
    (out / COSTS).write_bytes(_COSTS.dump_json(list(costs), indent=2) + b"\n")
    _draw(costs, out / PLOT)


def load_costs(path: Path) -> list[Cost]:
    """Read what `save_costs` wrote. Raises ValueError for anything else."""
    return _COSTS.validate_json(path.read_bytes())


def table(costs: Iterable[Cost]) -> str:
    """The costs as a Markdown table."""
    lines = [
        "| titles | ms | outside the alignment | in memory, MB | on disk, MB | recall@10 | right first |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for cost in costs:
        time = f"{cost.ms:.1f} | {cost.outside_ms:.1f}"
        size = f"{cost.memory / 1e6:,.0f} | {cost.disk / 1e6:,.0f}"
        lines.append(f"| {cost.titles:,} | {time} | {size} | {cost.recall:.3f} | {cost.first:.2f} |")
    return "\n".join(lines)


def _draw(costs: Sequence[Cost], path: Path) -> None:
    """Draw time and size by the number of titles, on logarithmic axes."""
    canvas = Canvas(figsize=(9, 3.6), dpi=200, layout="constrained")
    FigureCanvasAgg(canvas)
    titles = [cost.titles for cost in costs]
    for panel, (axis, lines) in zip(canvas.subplots(1, 2), _LINES, strict=True):
        for label, (colour, of) in lines.items():
            panel.loglog(titles, [of(cost) for cost in costs], "o-", color=colour, label=label)
        panel.set(xlabel="titles", ylabel=axis)
        panel.yaxis.set_major_formatter("{x:,g}")
        panel.xaxis.set_major_formatter("{x:,.0f}")
        panel.grid(color="#dddddd", linewidth=0.6)
        panel.spines[["top", "right"]].set_visible(False)
        if axis == _LINES[0][0]:
            panel.axhline(_LIMIT, color="black", linewidth=0.8, linestyle="--", label="limit")
        panel.legend(frameon=False, fontsize=9)
    canvas.savefig(path, metadata={"Software": None})
