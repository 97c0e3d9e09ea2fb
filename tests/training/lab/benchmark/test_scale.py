import sys
from pathlib import Path

import numpy as np
import pytest

from index import artifact
from index.alignment import Melody, similarity
from index.artifact import Artifact
from index.library import Library
from tests.support import Silent
from training.lab.benchmark.scale import measure_costs
from training.lab.benchmark.scale_report import COSTS, PLOT, load_costs, save_costs, table
from training.lab.benchmark.synthetic import Synthetic


@pytest.fixture
def loaded(small_artifacts: Path) -> Artifact:
    return artifact.load(small_artifacts, "cpu")


def synthetic(loaded: Artifact, seed: int = 0) -> Synthetic:
    return Synthetic(Library.read(loaded.suggester.catalogue), seed)


def test_synthetic_tunes_are_distinct_and_the_same_each_time(loaded: Artifact) -> None:
    made = synthetic(loaded)
    count = len(made.library.tunes)
    assert made.tune(7) == synthetic(loaded).tune(7) != synthetic(loaded, seed=1).tune(7)
    assert made.title(7) == synthetic(loaded).title(7)
    alike = [
        similarity(Melody.of(made.tune(number)), Melody.of(made.tune(number + count))) for number in range(60)
    ]
    assert np.mean(alike) < 2 / 3  # from there on, two are one tune for `training/fitting/split.py`


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's account of memory")
def test_costs_are_measured_saved_and_plotted(loaded: Artifact, tmp_path: Path) -> None:
    report = Silent()
    costs = measure_costs([400, 200], loaded.suggester, tmp_path, report)
    assert all(step.done == step.total for step in report.steps), "every step has the total it began with"
    assert {"making 200 titles", "measuring 400 titles"} < {step.description for step in report.steps}
    assert not list(tmp_path.glob("tmp*")), "temporary folders must be removed"
    small, large = costs
    assert (small.titles, large.titles) == (200, 400)
    assert 1.5 * small.disk < large.disk < 2.5 * small.disk
    for cost in costs:
        assert 0 < cost.outside_ms < cost.ms
        assert cost.recall == 1
        assert cost.first >= 0.9
    save_costs(costs, tmp_path)
    assert load_costs(tmp_path / COSTS) == costs
    assert (tmp_path / PLOT).read_bytes().startswith(b"\x89PNG")
    assert f"| 400 | {large.ms:.1f} |" in table(costs)
    plot = (tmp_path / PLOT).read_bytes()
    save_costs(costs, tmp_path)
    assert (tmp_path / PLOT).read_bytes() == plot
