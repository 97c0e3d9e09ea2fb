"""Figures: what the benchmark measured, one row for each corpus, protocol, system and metric."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, TypeAdapter, ValidationError

from model.errors import GanAinmError

Metric = Literal[
    "mrr",
    "joined",
    "mrr@20",
    "hit@1",
    "hit@10",
    "hit@20",
    "lift",
    "change",
    "map",
    "nearest",
    "auroc",
    "ece",
    "ms",
]


class BenchmarkError(GanAinmError):
    """Results that cannot be read, combined or measured."""


class Figure(BaseModel, frozen=True):
    """One measured figure. A field that does not apply is None.

    Attributes
    ----------
    corpus, protocol, system, metric : the key of the figure; no two rows have the same four
    value : milliseconds a query for "ms", MRR divided by chance for "lift", a difference of MRR for "change",
        else 0 to 1
    low, high : 95 % interval over the queries
    n : queries
    chance : the value that a random order reaches
    """

    corpus: str
    protocol: str
    system: str
    metric: Metric
    value: float
    low: float | None
    high: float | None
    n: int
    chance: float | None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Corpus, protocol, system and metric."""
        return self.corpus, self.protocol, self.system, self.metric


_FIGURES = TypeAdapter(list[Figure])


def load_figures(path: Path) -> list[Figure]:
    """Read what `save_figures` wrote; an empty list if there is no file. Raises BenchmarkError."""
    try:
        return _FIGURES.validate_json(path.read_bytes()) if path.exists() else []
    except ValidationError as error:
        raise BenchmarkError(f"{path} is not a list of figures: {error}") from error


def save_figures(figures: Iterable[Figure], path: Path) -> None:
    """Write the figures as a JSON list with one row per line, so that a diff shows which rows changed."""
    rows = ",\n".join(json.dumps(figure.model_dump()) for figure in figures)
    path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


def renewed(old: Iterable[Figure], new: Iterable[Figure]) -> list[Figure]:
    """The old figures, with new ones in place of those they replace, and the other new ones at the end."""
    by_key = {figure.key: figure for figure in old}
    by_key |= {figure.key: figure for figure in new}
    return list(by_key.values())
