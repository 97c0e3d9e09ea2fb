from pathlib import Path

from typer.testing import CliRunner

from tests.support import KESH
from tests.training.titled_airs import right_titles, varied_airs, write_book
from training.__main__ import app
from training.corpora import Corpus


def test_the_command_prints_and_writes_its_measurements(small_corpus: Corpus, tmp_path: Path) -> None:
    tunes = varied_airs(small_corpus)
    book = write_book(tmp_path / "airs.abc", tunes, right_titles(tunes))
    result = CliRunner().invoke(app, ["audit-check", str(book), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "R@P.80" in result.stdout
    assert (tmp_path / "out" / "measure.csv").read_text().startswith("group,natural,suspicion")
    assert (tmp_path / "out" / "measure.png").read_bytes().startswith(b"\x89PNG")


def test_the_seed_decides_what_is_planted(small_corpus: Corpus, tmp_path: Path) -> None:
    tunes = varied_airs(small_corpus)
    book = write_book(tmp_path / "airs.abc", tunes, right_titles(tunes))
    curves = []
    for seed in ("0", "1"):
        CliRunner().invoke(app, ["audit-check", str(book), "--out", str(tmp_path / seed), "--seed", seed])
        curves.append((tmp_path / seed / "measure.csv").read_bytes())
    assert curves[0] != curves[1]


def test_an_empty_corpus_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "kesh.abc").write_text(KESH)
    (tmp_path / "list.txt").write_text("kesh/kesh.abc:1\n")
    lists = ["--exclude", str(tmp_path / "list.txt")]
    result = CliRunner().invoke(
        app, ["audit-check", str(tmp_path / "kesh.abc"), *lists, "--out", str(tmp_path)]
    )
    assert result.exit_code == 1
    assert result.stderr == "error: there is no tune to use (skipped: 1)\n"
