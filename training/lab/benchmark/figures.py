"""Figures: what the benchmark measured, one row for each corpus, protocol, system and metric."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, TypeAdapter

Metric = Literal["mrr", "mrr@20", "hit@1", "hit@10", "hit@20", "lift", "auroc", "ms"]


class Figure(BaseModel, frozen=True):
    """A figure, null where a field has no meaning.

    Attributes
    ----------
    corpus, protocol, system, metric : what it is a figure of; no two rows have the same four
    value : for "ms" milliseconds a query, for "lift" MRR over chance, else 0 to 1
    low, high : 95 % interval over the queries
    n : queries
    chance : what a random order reaches
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
        """What it is a figure of."""
        return self.corpus, self.protocol, self.system, self.metric


_FIGURES = TypeAdapter(list[Figure])


def load_figures(path: Path) -> list[Figure]:
    """Read what `save_figures` wrote; none where there is no file. Raises ValueError for anything else."""
    return _FIGURES.validate_json(path.read_bytes()) if path.exists() else []


def save_figures(figures: Iterable[Figure], path: Path) -> None:
    """Write as a JSON list, a row a line, so that a change to one is seen as one."""
    rows = ",\n".join(json.dumps(figure.model_dump()) for figure in figures)
    path.write_text(f"[\n{rows}\n]\n", encoding="utf-8")


def renewed(old: Iterable[Figure], new: Iterable[Figure]) -> list[Figure]:
    """The old figures, those measured anew in their places, and what was not there before at the end."""
    by_key = {figure.key: figure for figure in old}
    by_key |= {figure.key: figure for figure in new}
    return list(by_key.values())
