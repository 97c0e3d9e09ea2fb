import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from index.artifact import EVALUATION, METRICS, Artifact, ArtifactError
from index.mrr import chance
from tests.support import Silent
from training.fitting.split import SPLIT
from training.report.calibration import calibrate
from training.report.history import History
from training.report.measuring import NAMES, RANKING, SAME_MELODY, measure
from training.report.queries import draw_queries
from training.report.reporting import Report


def test_every_figure_has_its_pool_and_its_chance(report: Report, loaded: Artifact) -> None:
    titles = len(loaded.suggester.catalogue)
    assert {figure.mrr.pool for figure in report.measured.figures} == {titles}
    assert {figure.mrr.chance for figure in report.measured.figures} == {chance(titles)}
    assert all(figure.mrr.low <= figure.mrr.value <= figure.mrr.high for figure in report.measured.figures)


def test_the_ranking_beats_the_baselines(report: Report) -> None:
    by_system = {
        figure.system: figure.mrr for figure in report.measured.figures if figure.protocol == SAME_MELODY
    }
    assert by_system[RANKING].value > 0.9
    assert by_system[RANKING].low > by_system["most settings first"].high
    assert by_system[RANKING].low > by_system["random order"].high


def test_names_alone_are_measured_only_on_settings_of_the_index(report: Report) -> None:
    protocols = [figure.protocol for figure in report.measured.figures if figure.system == NAMES]
    assert protocols == ["changed"]


def test_fragments_are_harder(report: Report) -> None:
    ours = {
        figure.protocol: figure.mrr.value for figure in report.measured.figures if figure.system == RANKING
    }
    assert ours[SAME_MELODY] >= ours["the first 16 notes of it"] >= ours["the first 8 notes of it"]


def test_reliability_counts_every_query(report: Report, loaded: Artifact) -> None:
    queries = draw_queries(loaded)
    assert [kind.name for kind in report.measured.reliability] == ["whole tunes", "first 16 notes"]
    for kind in report.measured.reliability:
        assert (kind.known, kind.unknown) == (len(queries.held_out), len(queries.unknown))
        assert kind.calibration.queries.sum() == kind.known + kind.unknown


def test_measuring_shows_its_progress(loaded: Artifact) -> None:
    shown = Silent()
    measure(loaded, shown.step)
    assert shown.steps
    assert all(step.done == step.total for step in shown.steps)


def test_confidences_of_a_known_error() -> None:
    found = calibrate(np.array([0.95, 0.95, 0.15, 0.15]), np.array([1.0, 0.0, 0.0, 0.0]))
    assert found.queries.tolist() == [2, 2]
    assert found.error == pytest.approx((0.15 + 0.45) / 2)


def test_the_history_is_what_fit_recorded(report: Report, loaded: Artifact) -> None:
    metrics = json.loads((loaded.path / METRICS).read_text(encoding="utf-8"))
    assert report.history.validation == [epoch["validation"] for epoch in metrics["split_training"]]
    assert len(report.history.refit_loss) == metrics["config"]["refit_epochs"]
    assert report.history.best_epoch == metrics["best_epoch"]


def test_without_a_record_the_history_is_empty(tmp_path: Path) -> None:
    nothing = History([], [], [], None, None)
    assert History.read(tmp_path) == nothing
    (tmp_path / METRICS).write_text("{}", encoding="utf-8")
    assert History.read(tmp_path) == nothing


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"refit": 3}', '{"refit": [{"loss": "x"}]}', '{"untrained": {}, "x": 1}']
)
def test_a_damaged_record_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / METRICS).write_text(
        text.replace('"untrained": {}', '"untrained": {"value": "high"}'), encoding="utf-8"
    )
    with pytest.raises(ArtifactError, match=METRICS):
        History.read(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", '{"test": [1]}', '{"test": 1, "train": 2, "validation": 3}'])
def test_a_damaged_split_is_an_error(loaded: Artifact, tmp_path: Path, text: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(loaded.path, copy)
    (copy / EVALUATION / SPLIT).write_text(text, encoding="utf-8")
    damaged = replace(loaded, path=copy)
    with pytest.raises(ArtifactError, match="copy"):
        draw_queries(damaged)


def test_the_report_can_be_made_again(report: Report) -> None:
    assert asdict(report)["version"] == report.version
