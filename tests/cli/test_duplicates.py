"""`gan-ainm duplicates`, as a user calls it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from model.abc import read_tune, write
from model.abc.variation import transposed
from tests.support import KESH

OTHER = "X:3\nT:Another\nM:4/4\nL:1/8\nK:D\nd2fd Adfd|e2ge Bege|d2fd Adfd|gfec d4|f2af dfaf|g2bg egbg|\n"

THIRD = "X:1\nT:Third\nM:3/4\nL:1/8\nK:C\nc4 G2|E6|F2 A2 c2|B4 d2|g2 e2 c2|d2 B2 G2|c6|\n"


def run(*arguments: str | Path, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["duplicates", *map(str, arguments)], input=text)


@pytest.fixture
def books(tmp_path: Path) -> list[Path]:
    """The Kesh, another tune, and the Kesh in another key and under another name in another book."""
    moved = write(transposed(read_tune(KESH), 2)).replace("T:The Kesh", "T:Mrs Kesh")
    books = [tmp_path / "one.abc", tmp_path / "two.abc"]
    books[0].write_text(f"{KESH}\n{OTHER}")
    books[1].write_text(f"{THIRD}\n{moved}")
    return books


def test_a_tune_in_another_key_and_book_is_found(books: list[Path]) -> None:
    result = run(*books)
    assert result.exit_code == 0, result.output
    (group,) = map(json.loads, result.stdout.splitlines())
    first, second = group["tunes"]
    assert (first["file"], first["number"], first["title"]) == (str(books[0]), 1, "The Kesh")
    assert (second["file"], second["number"], second["title"]) == (str(books[1]), 2, "Mrs Kesh")
    assert second["reference"] == f"{books[1]}:{second['line']}"
    assert (second["similarity"], second["transposition"]) == (1, 2)
    assert second["bars"] == [[bar, bar] for bar in range(9)]


def test_a_table_has_a_block_for_each_group(books: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "240")
    result = run("--table", *books)
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "alike title tune"
    assert lines[1] == f"100% The Kesh {books[0]}:1"
    assert lines[2].startswith(f"100% Mrs Kesh {books[1]}:")
    assert lines[2].endswith("; 2 semitones higher; bars 0-8 match 0-8")


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_terminal_gets_a_table(
    books: list[Path], monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    monkeypatch.setattr("cli.duplicates.is_terminal", lambda: is_terminal)
    assert run(*books).stdout.startswith("alike" if is_terminal else "{")
    assert run("--json", *books).stdout.startswith("{")


def test_a_folder_and_standard_input_are_read(books: list[Path]) -> None:
    assert len(json.loads(run(books[0].parent).stdout)["tunes"]) == 2
    group = json.loads(run(books[0], "-", text=KESH).stdout)
    assert [tune["reference"] for tune in group["tunes"]] == [f"{books[0]}:1", "stdin:1"]


def test_without_duplicates_nothing_is_found(books: list[Path]) -> None:
    result = run(books[0])
    assert (result.exit_code, result.stdout) == (0, "")
    assert run("--table", books[0]).stdout == "no duplicates among 2 tunes\n"
    assert run("--table", "-", text=KESH).stdout == "no duplicates among 1 tune\n"


def test_what_cannot_be_read_is_reported_and_the_rest_compared(books: list[Path], tmp_path: Path) -> None:
    books[0].write_text(f"X:1\nT:Silence\nK:C\n\n{books[0].read_text()}")
    result = run(tmp_path / "none.abc", *books)
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["tunes"]) == 2
    assert result.stderr.splitlines() == [
        f"{tmp_path}/none.abc: no such file or folder",
        f"{books[0]}:1:1: the tune has no notes",
    ]


def test_without_a_tune_it_exits_1_and_without_a_book_2(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 1
    assert result.stderr == f"error: no tune could be read from {tmp_path}\n"
    assert run().exit_code == 2
