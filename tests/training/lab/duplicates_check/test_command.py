from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.support import KESH
from tests.training.titled_airs import read_book, right_titles, varied_airs, write_book
from training.__main__ import app
from training.corpora import Corpus
from training.corpora.curate import Curated
from training.lab.duplicates_check.check import measure, settings_of_titles


def test_the_command_prints_its_measurements(small_corpus: Corpus, tmp_path: Path) -> None:
    tunes = varied_airs(small_corpus)
    book = write_book(tmp_path / "airs.abc", tunes, right_titles(tunes))
    command = ["duplicates-check", str(book), "--titles", "20", "--titles", "1000"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    few, many = (line.split() for line in result.stdout.splitlines()[-2:])
    assert int(few[0]) < int(many[0])
    assert float(many[3]) > 0.9
    assert float(many[4]) > 0.9


def test_settings_of_some_titles_are_all_that_they_have(small_curated: Curated) -> None:
    library = small_curated.library
    settings = settings_of_titles(library, 50, np.random.default_rng(0))
    titles = library.catalogue.title_of_setting
    chosen = set(titles[settings].tolist())
    assert len(chosen) == 50
    assert settings.tolist() == [number for number, title in enumerate(titles.tolist()) if title in chosen]
    assert measure(library, settings).settings == len(settings)


def test_pairs_are_counted(small_corpus: Corpus, tmp_path: Path) -> None:
    """Three settings each of five tunes; one of them has the title of another tune."""
    tunes = varied_airs(small_corpus)[:15]
    library = read_book(write_book(tmp_path / "airs.abc", tunes, ["Air 1", *right_titles(tunes)[1:]]))
    figures = measure(library, np.arange(15))
    assert figures[:3] == (15, 5, 3)
    assert figures[3:] == pytest.approx((13 / 15, 13 / 16))


def test_an_empty_corpus_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "kesh.abc").write_text(KESH)
    (tmp_path / "list.txt").write_text("kesh/kesh.abc:1\n")
    command = ["duplicates-check", str(tmp_path / "kesh.abc"), "--exclude", str(tmp_path / "list.txt")]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert result.stderr == "error: there is no tune to use (skipped: 1)\n"


@pytest.mark.parametrize("titles", ["0", "x"])
def test_a_number_of_titles_is_at_least_one(titles: str) -> None:
    result = CliRunner().invoke(app, ["duplicates-check", "oneills1850", "--titles", titles])
    assert result.exit_code == 2
