from pathlib import Path

import numpy as np
import pytest

from index.mrr import Place
from training.lab.benchmark.calibration import draw_calibration
from training.lab.benchmark.measuring import calibrate
from training.lab.benchmark.run import Result

RIGHT, WRONG = Place(0, 0), Place(3, 0)


def results(rng: np.random.Generator, count: int, boast: float = 0.0) -> list[Result]:
    """Results that are right as often as their score says; then `boast` is added to the score."""
    scores = rng.random(count) * (1 - boast)
    return [
        Result("q", 10, RIGHT if rng.random() < score else WRONG, score + boast, 1.0)
        for score in scores.tolist()
    ]


def test_calibrated_scores_have_hardly_any_error() -> None:
    rng = np.random.default_rng(0)
    assert calibrate(results(rng, 20000)).error < 0.02
    boasting = calibrate(results(rng, 20000, boast=0.2))
    assert boasting.error == pytest.approx(0.2, abs=0.02)
    assert np.all(boasting.confidence > boasting.accuracy)


def test_the_lowest_scores_are_rejected_until_precision_is_reached() -> None:
    sure = [Result("q", 10, RIGHT, 0.9, 1.0)] * 19 + [Result("q", 10, WRONG, 0.8, 1.0)]
    unsure = [Result("q", 10, WRONG, 0.1, 1.0), Result("q", 10, None, 0.2, 1.0)] * 10
    calibration = calibrate([*unsure, *sure])
    assert calibration.accepted == pytest.approx(20 / 40)
    assert calibration.queries.tolist() == [10, 10, 1, 19]
    assert calibrate(unsure).accepted == 0


def test_a_tie_is_half_right() -> None:
    assert calibrate([Result("q", 10, Place(0, 1), 0.5, 1.0)]).accuracy.tolist() == [0.5]


def test_the_plot_is_a_png(tmp_path: Path) -> None:
    draw_calibration({"known": calibrate(results(np.random.default_rng(0), 500))}, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
