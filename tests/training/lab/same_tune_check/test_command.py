from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.training.titled_airs import read_book, right_titles, varied_airs, write_book
from training.__main__ import app
from training.corpora import Corpus
from training.lab.same_tune_check.weights import learn


def test_the_command_prints_learned_weights_beside_those_in_use(small_corpus: Corpus, tmp_path: Path) -> None:
    tunes = varied_airs(small_corpus)
    book = write_book(tmp_path / "airs.abc", tunes, right_titles(tunes))
    result = CliRunner().invoke(app, ["same-tune-check", str(book)])
    assert result.exit_code == 0, result.output
    *_, heading, first, _, _, _, _, constant = result.stdout.splitlines()
    assert heading.split() == ["feature", "learned", "in", "use"]
    assert first.split()[:2] == ["of", "longer"]
    assert constant.split()[0] == "constant"
    assert float(constant.split()[1]) < 0


def test_tunes_with_two_titles_do_not_spoil_the_weights(small_corpus: Corpus, tmp_path: Path) -> None:
    """One of the three settings of a tune has a title of its own."""
    tunes = varied_airs(small_corpus)
    titles = right_titles(tunes)
    chosen = 3 * np.arange(len(tunes) // 3) + np.random.default_rng(0).integers(3, size=len(tunes) // 3)
    aliases = [f"Alias {i}" if i in set(chosen.tolist()) else title for i, title in enumerate(titles)]
    clean = learn(read_book(write_book(tmp_path / "clean.abc", tunes, titles)))
    mixed = learn(read_book(write_book(tmp_path / "mixed.abc", tunes, aliases)))
    assert clean.pairs == mixed.pairs
    assert clean.of_one_title > mixed.of_one_title
    assert clean.one_title_if_same > 0.95
    assert mixed.one_title_if_same == pytest.approx(1 / 3, abs=0.1)
    assert mixed.one_title_if_different < 0.01
    for learned in (clean, mixed):
        same, different = (
            learned.constant + float(np.dot(learned.weights, likeness))
            for likeness in ((1, 1, 1, 1, 0), (0.5, 0.55, 0.13, 0.55, 0))
        )
        assert same > 3
        assert different < 0
