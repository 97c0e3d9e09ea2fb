"""`gan-ainm suggest --write` and `--dry-run`, as a user calls them."""

import stat
from dataclasses import replace as replace_fields
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.sources import Source
from cli.titling import TitlingError, new_title, replace
from index import load
from index.display import display_title
from index.suggestions import AlsoCalled, Part
from model.abc import Book, read_tune, write
from model.abc.variation import unnamed

UNKNOWN = "X:9\nT:Untitled\nK:C\nCcCcCcCc|\n"


def run(root: Path, *arguments: str | Path, text: str | None = None) -> Result:
    command = ["suggest", "--artifacts", str(root), "--top", "1", *map(str, arguments)]
    return CliRunner().invoke(app, command, input=text)


@pytest.fixture
def known(small_artifacts: Path) -> tuple[str, str]:
    """A known tune that is sure, without a title, and its title as people write it."""
    suggester = load(small_artifacts)
    for setting in suggester.catalogue.settings:
        abc = write(unnamed(read_tune(setting.abc)))
        best = suggester.suggest(abc, 1).titles[0]
        if best.confidence > 0.9 and best.title == display_title(setting.title):
            return abc, best.title
    raise AssertionError("no setting is sure")


@pytest.fixture
def book(tmp_path: Path, known: tuple[str, str]) -> Path:
    """A book in Latin-1 with CR LF: a known tune three times, and one that nobody knows."""
    abc, title = known
    number, _, rest = abc.partition("\n")
    titles = ("T:Gan Ainm\n", "T:Céilí\n", f"T:{title}\n")
    text = "\n".join([*(f"{number}\n{own}{rest}" for own in titles), UNKNOWN])
    path = tmp_path / "book.abc"
    path.write_bytes(f"% Séan\n\n{text}".replace("\n", "\r\n").encode("latin-1"))
    return path


def titled(content: bytes, title: str) -> bytes:
    """What the book should become."""
    new = f"T:{title}\r\n".encode("latin-1")
    content = content.replace(b"T:Gan Ainm\r\n", new)
    return content.replace("T:Céilí\r\n".encode("latin-1"), new + "T:Céilí\r\n".encode("latin-1"))


def test_known_tunes_get_their_titles_and_every_other_byte_stays(
    small_artifacts: Path, book: Path, known: tuple[str, str]
) -> None:
    old = book.read_bytes()
    book.chmod(0o640)
    result = run(small_artifacts, "--write", book)
    assert result.exit_code == 0
    assert book.read_bytes() == titled(old, known[1]) != old
    assert result.stderr == f"{book}: 2 of 4 tunes got a title; the old file is book.abc.bak\n"
    backup = book.with_name("book.abc.bak")
    assert backup.read_bytes() == old
    assert stat.S_IMODE(book.stat().st_mode) == stat.S_IMODE(backup.stat().st_mode) == 0o640
    assert sorted(path.name for path in book.parent.glob("*abc*")) == ["book.abc", "book.abc.bak"]


def test_a_second_time_nothing_is_left_to_write(small_artifacts: Path, book: Path) -> None:
    run(small_artifacts, "--write", book)
    once = book.read_bytes()
    result = run(small_artifacts, "--write", book)
    assert book.read_bytes() == once
    assert result.stderr == f"{book}: no tune got a title\n"
    assert not book.with_name("book.abc.bak.2").exists()


def test_a_backup_is_never_overwritten(small_artifacts: Path, book: Path) -> None:
    old = book.read_bytes()
    book.with_name("book.abc.bak").write_text("older")
    book.with_name("book.abc.bak.2").symlink_to("nowhere")
    result = run(small_artifacts, "--write", book)
    assert book.with_name("book.abc.bak").read_text() == "older"
    assert book.with_name("book.abc.bak.3").read_bytes() == old
    assert "the old file is book.abc.bak.3" in result.stderr


def test_a_title_must_be_as_sure_as_is_asked_and_the_tune_known(
    small_artifacts: Path, known: tuple[str, str]
) -> None:
    tune = next(iter(Source("a", b"", Book.of(known[0])).tunes()))
    suggestions = load(small_artifacts).suggest(known[0], 1)
    best = replace_fields(suggestions.titles[0], confidence=0.8)
    suggestions = replace_fields(suggestions, titles=(best,))
    assert new_title(tune, suggestions, 0.8) == best.title
    assert new_title(tune, suggestions, 0.81) is None
    assert new_title(tune, replace_fields(suggestions, known=False), 0) is None


@pytest.mark.parametrize(
    ("present", "is_kept"),
    [("{}", True), ("12. {}", True), ("Old, aka {}", True), ("Other\nT:{}", True), ("Not {}", False)],
)
def test_a_tune_that_has_its_title_already_gets_none(
    small_artifacts: Path, known: tuple[str, str], present: str, is_kept: bool
) -> None:
    abc, title = known
    tune = next(iter(Source("a", b"", Book.of(f"T:{present.format(title)}\n{abc}")).tunes()))
    suggestions = load(small_artifacts).suggest(abc, 1)
    assert new_title(tune, suggestions, 0.5) == (None if is_kept else title)


def test_a_tune_that_has_another_title_of_the_same_tune_gets_none(
    small_artifacts: Path, known: tuple[str, str]
) -> None:
    abc, title = known
    suggestions = load(small_artifacts).suggest(abc, 1)
    other = (AlsoCalled("name-of-my-own", "A Name of My Own"),)
    joined = replace_fields(suggestions, titles=(replace_fields(suggestions.titles[0], also_called=other),))
    for present, expected in (("Name of My Own, A", None), ("Another Name", title)):
        tune = next(iter(Source("a", b"", Book.of(f"T:{present}\n{abc}")).tunes()))
        assert new_title(tune, joined, 0.5) == expected


def test_a_medley_gets_no_title(small_artifacts: Path, known: tuple[str, str]) -> None:
    abc, title = known
    tune = next(iter(Source("a", b"", Book.of(abc)).tunes()))
    suggestions = load(small_artifacts).suggest(abc, 1)
    (best,) = suggestions.titles
    assert new_title(tune, suggestions, 0.5) == title
    assert best.melody
    part = Part(1, 8, best.id, best.title, best.confidence, best.melody.setting)
    assert new_title(tune, replace_fields(suggestions, parts=(part,)), 0.5) is None


def test_a_book_of_which_no_tune_is_sure_enough_stays(small_artifacts: Path, book: Path) -> None:
    book.write_text(UNKNOWN)
    result = run(small_artifacts, "--write", "--min-confidence", "0", book)
    assert result.exit_code == 3
    assert book.read_text() == UNKNOWN
    assert list(book.parent.glob("*.bak*")) == []


@pytest.mark.parametrize("confidence", ["-0.1", "1.1", "sure"])
def test_a_confidence_out_of_range_is_a_usage_error(
    small_artifacts: Path, book: Path, confidence: str
) -> None:
    assert run(small_artifacts, "--write", "--min-confidence", confidence, book).exit_code == 2


def test_a_dry_run_shows_a_diff_and_changes_nothing(
    small_artifacts: Path, book: Path, known: tuple[str, str]
) -> None:
    old = book.read_bytes()
    result = run(small_artifacts, "--write", "--dry-run", book)
    assert result.exit_code == 0
    assert book.read_bytes() == old
    assert list(book.parent.glob("*.bak*")) == []
    changed = [line for line in result.stdout.splitlines() if line[0] in "+-"]
    new = f"+T:{known[1]}"
    assert changed == [f"--- {book}", f"+++ {book}", "-T:Gan Ainm", new, new]
    assert result.stderr == f"{book}: 2 of 4 tunes would get a title\n"
    assert run(small_artifacts, "--dry-run", book).stdout == result.stdout


def test_a_link_stays_a_link(small_artifacts: Path, book: Path) -> None:
    link = book.with_name("link.abc")
    link.symlink_to(book.name)
    old = book.read_bytes()
    run(small_artifacts, "--write", link)
    assert link.is_symlink()
    assert book.read_bytes() != old
    assert book.with_name("book.abc.bak").read_bytes() == old


def test_all_files_of_a_folder_are_written_also_those_after_one_that_cannot_be(
    small_artifacts: Path, book: Path, known: tuple[str, str]
) -> None:
    folder = book.parent
    (folder / "a.abc").write_text("X:1 T:Untitled M:4/4 K:C CDEF GABc|\n")
    (folder / "b.abc").write_text(known[0])
    result = run(small_artifacts, "--write", folder)
    assert result.exit_code == 0
    assert (folder / "b.abc.bak").read_text() == known[0]
    assert (folder / "book.abc.bak").exists()
    assert not (folder / "a.abc.bak").exists()


def test_a_file_that_cannot_be_written_exits_1_and_is_named(
    small_artifacts: Path, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cli.titling.os.fsync", fail)
    old = book.read_bytes()
    result = run(small_artifacts, "--write", book)
    assert result.exit_code == 1
    assert f"error: {book}: " in result.stderr
    assert "Permission denied" in result.stderr
    assert book.read_bytes() == old
    assert [path.name for path in book.parent.iterdir() if path.suffix == ".part"] == []


def test_a_file_that_has_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "book.abc"
    path.write_bytes(b"newer")
    with pytest.raises(TitlingError, match="has changed since"):
        replace(path, b"old", b"new")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("option", ["--write", "--dry-run"])
def test_standard_input_cannot_be_written(small_artifacts: Path, option: str) -> None:
    result = run(small_artifacts, option, text=UNKNOWN)
    assert result.exit_code == 2
    assert "standard input" in result.stderr
