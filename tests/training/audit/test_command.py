import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import Result
from typer.testing import CliRunner

from index import artifact
from tests.support import KESH, SMALL, Silent
from tests.training.titled_airs import right_titles, varied_airs, write_book
from training.__main__ import app
from training.audit.report import EXCLUSIONS
from training.corpora import Corpus, find_corpora
from training.corpora.curate import curate
from training.fitting.fit import fit


@pytest.fixture(scope="module")
def book(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Airs of which two have traded titles."""
    tunes = varied_airs(small_corpus)
    titles = right_titles(tunes)
    titles[1], titles[31] = titles[31], titles[1]
    return write_book(tmp_path_factory.mktemp("book") / "airs.abc", tunes, titles)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_list_can_be_compared_with_and_excluded(book: Path, tmp_path: Path) -> None:
    result = run("audit", book, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "2 misfits" in result.stdout
    agreement = run("audit", book, "--out", tmp_path / "again", "--known", tmp_path / EXCLUSIONS)
    assert "180 settings, 2 on the list, 2 flagged by the audit, 2 both" in agreement.stdout
    (tmp_path / "more.txt").write_text("airs/gone.abc:1\n")
    lists = ("--exclude", tmp_path / EXCLUSIONS, "--exclude", tmp_path / "more.txt")
    rest = run("audit", book, *lists, "--out", tmp_path / "rest")
    assert "0 misfits" in rest.stdout
    assert "1 list entry matches no setting: airs/gone.abc:1" in rest.stdout


@pytest.mark.parametrize("command", [("audit", "--out"), ("fit", "--artifacts")])
def test_a_corpus_with_nothing_left_is_an_error(command: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "kesh.abc").write_text(KESH)
    (tmp_path / "list.txt").write_text("# a comment\nkesh/kesh.abc:1\n")
    name, folder = command
    corpus = [tmp_path / "kesh.abc"] if name == "audit" else ["--corpus", tmp_path / "kesh.abc"]
    result = run(name, *corpus, "--exclude", tmp_path / "list.txt", folder, tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "skipped" in result.stderr


@pytest.mark.parametrize("option", ["--exclude", "--known"])
def test_a_missing_list_is_an_error(book: Path, option: str, tmp_path: Path) -> None:
    result = run("audit", book, option, tmp_path / "none.txt", "--out", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: cannot read the list")
    assert "none.txt" in result.stderr


def test_fit_joins_aliases_and_reports_what_matches_nothing(small_corpus: Corpus, tmp_path: Path) -> None:
    tunes = re.split(r"(?m)^(?=X:)", small_corpus.path.read_text(encoding="utf-8"))
    (tmp_path / "airs.abc").write_text("".join(tunes[:60]), encoding="utf-8")  # a few, so that it is quick
    corpora = find_corpora([str(tmp_path / "airs.abc")])
    catalogue = curate(corpora).library.catalogue
    first, second = catalogue.titles[:2]
    report = Silent()
    version = fit(
        corpora,
        replace(SMALL, max_epochs=1, refit_epochs=1),
        tmp_path / "out",
        torch.device("cpu"),
        report,
        excluded={"airs/gone.abc:7"},
        aliases={(second.settings[0].reference, first.settings[0].reference)},
    )
    assert "1 list entry matches no setting: airs/gone.abc:7" in report.said
    published = artifact.load(tmp_path / "out", torch.device("cpu"))
    assert published.version == version
    assert published.catalogue.titles[0].names[:2] == (first.title, second.title)
    assert len(published.catalogue) == len(catalogue) - 1


def test_fit_refuses_a_broken_alias_list(small_corpus: Corpus, tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_text("only one reference\n")
    result = run("fit", "--corpus", small_corpus.path, "--aliases", broken, "--artifacts", tmp_path)
    assert result.exit_code == 1
    assert "broken.txt, line 1: expected two references with a tab between them" in result.stderr
