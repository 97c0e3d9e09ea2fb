from pathlib import Path

import numpy as np
import pytest

from training.lab.benchmark.calibration import calibrate, draw_calibration
from training.lab.benchmark.ranks import Place
from training.lab.benchmark.run import Answer

RIGHT, WRONG = Place(0, 0), Place(3, 0)


def answers(rng: np.random.Generator, count: int, told: float = 0.0) -> list[Answer]:
    """Right as often as their score says, which is then told too high by so much."""
    scores = rng.random(count) * (1 - told)
    return [
        Answer("q", 10, RIGHT if rng.random() < score else WRONG, score + told, 1.0)
        for score in scores.tolist()
    ]


def test_scores_that_keep_their_word_have_hardly_an_error() -> None:
    rng = np.random.default_rng(0)
    assert calibrate(answers(rng, 20000)).error < 0.02
    boasting = calibrate(answers(rng, 20000, told=0.2))
    assert boasting.error == pytest.approx(0.2, abs=0.02)
    assert np.all(boasting.said > boasting.right)


def test_the_least_sure_are_left_out_until_the_rest_is_right_often_enough() -> None:
    sure = [Answer("q", 10, RIGHT, 0.9, 1.0)] * 19 + [Answer("q", 10, WRONG, 0.8, 1.0)]
    unsure = [Answer("q", 10, WRONG, 0.1, 1.0), Answer("q", 10, None, 0.2, 1.0)] * 10
    found = calibrate([*unsure, *sure])
    assert found.accepted == pytest.approx(20 / 40)
    assert found.queries.tolist() == [10, 10, 1, 19]
    assert calibrate(unsure).accepted == 0


def test_a_tie_is_half_right() -> None:
    assert calibrate([Answer("q", 10, Place(0, 1), 0.5, 1.0)]).right.tolist() == [0.5]


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    draw_calibration({"known": calibrate(answers(np.random.default_rng(0), 500))}, tmp_path / "plot.png")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
