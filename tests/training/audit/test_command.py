from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.support import KESH
from tests.training.titled_airs import right_titles, varied_airs, write_book
from training.__main__ import app
from training.audit.report import EXCLUSIONS
from training.corpora import Corpus
from training.corpora.curate import Curated


@pytest.fixture(scope="module")
def book(small_corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Airs; two of them have swapped titles."""
    tunes = varied_airs(small_corpus)
    titles = right_titles(tunes)
    titles[1], titles[31] = titles[31], titles[1]
    return write_book(tmp_path_factory.mktemp("book") / "airs.abc", tunes, titles)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_list_can_be_compared_with_the_audit_and_excluded(book: Path, tmp_path: Path) -> None:
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


def test_fit_joins_aliases_and_excludes_settings(
    small_corpus: Corpus, small_curated: Curated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[Curated] = []

    def fit(curated: Curated, *_: object) -> str:
        fitted.append(curated)
        return "version"

    monkeypatch.setattr("training.fitting.fit.fit", fit)
    catalogue = small_curated.library.catalogue
    first, second, third = catalogue.titles[:3]
    excluded = [setting.reference for setting in third.settings]
    (tmp_path / "exclude.txt").write_text("\n".join([*excluded, "airs/gone.abc:7"]))
    pair = (second.settings[0].reference, first.settings[0].reference)
    (tmp_path / "aliases.txt").write_text("\t".join(pair))
    lists = ("--exclude", tmp_path / "exclude.txt", "--aliases", tmp_path / "aliases.txt")
    result = run("fit", "--corpus", small_corpus.path, *lists, "--artifacts", tmp_path)
    assert result.exit_code == 0, result.output
    assert "1 list entry matches no setting: airs/gone.abc:7" in result.stdout
    titles = fitted[0].library.catalogue.titles
    assert titles[0].names[:2] == (first.title, second.title)
    assert [title.names for title in titles[1:]] == [title.names for title in catalogue.titles[3:]]


def test_fit_refuses_a_broken_alias_list(small_corpus: Corpus, tmp_path: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_text("only one reference\n")
    result = run("fit", "--corpus", small_corpus.path, "--aliases", broken, "--artifacts", tmp_path)
    assert result.exit_code == 1
    assert "broken.txt, line 1: expected two references with a tab between them" in result.stderr
