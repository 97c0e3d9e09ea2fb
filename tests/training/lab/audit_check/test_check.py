from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.library import Library
from tests.training.titled_airs import read_book, right_titles, varied_airs, write_book
from training.corpora import Corpus
from training.lab.audit_check.check import Check, check, plant
from training.lab.audit_check.plot import draw


@pytest.fixture(scope="module")
def library(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Library:
    tunes = varied_airs(small_corpus)
    folder = tmp_path_factory.mktemp("check")
    return read_book(write_book(folder / "airs.abc", tunes, right_titles(tunes)))


@pytest.fixture(scope="module")
def result(library: Library) -> Check:
    return check(library, 0)


def test_a_fifth_of_the_titles_is_planted(library: Library) -> None:
    true = library.catalogue.title_of_setting
    planted = plant(true, np.random.default_rng(0))
    assert sorted(planted) == sorted(true), "every title keeps its number of settings"
    assert 0.18 * len(true) <= (planted != true).sum() <= 0.2 * len(true)


def test_the_check_finds_the_planted_titles(library: Library, result: Check) -> None:
    point = result.at("3+", "left out", 0.8)
    assert point is not None
    assert point.recall > 0.9
    assert result.settings["3+"] == len(library.tunes)
    audited = result.as_audited("3+", "false alarms")
    assert audited is not None
    assert audited.flagged * audited.precision == pytest.approx(audited.planted * audited.recall)


def test_a_seed_always_plants_the_same_titles(library: Library, result: Check) -> None:
    assert check(library, 0) == result


def test_a_curve_falls_in_suspicion(result: Check) -> None:
    for group in result.settings:
        suspicions = [point.suspicion for point in result.curve_of(group, "left out")]
        assert suspicions == sorted(suspicions, reverse=True)


def test_the_plot_shows_the_curves(result: Check, tmp_path: Path) -> None:
    draw(result, tmp_path / "measure.png")
    draw(replace(result, curve=[]), tmp_path / "empty.png")
    assert (tmp_path / "measure.png").stat().st_size > (tmp_path / "empty.png").stat().st_size + 1000
