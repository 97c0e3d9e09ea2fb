"""`gan-ainm suggest`, as a user calls it."""

import io
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from index import load
from index.command import _say_progress
from index.display import display_title
from model.abc import read_tune, write
from model.abc.variation import transposed, unnamed
from tests.support import KESH


class Terminal(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


SILENCE = "X:2\nT:Silence\nK:C\n"


def run(root: Path, *arguments: str | Path, text: str | None = None) -> Result:
    """Run `gan-ainm suggest` with the artifacts in a folder; `text` is its standard input."""
    command = ["suggest", "--artifacts", str(root), *map(str, arguments)]
    return CliRunner().invoke(app, command, input=text)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A tunebook with two tunes."""
    path = tmp_path / "book.abc"
    path.write_text(f"{KESH}\n{KESH.replace('X:1', 'X:2')}")
    return path


def test_each_tune_of_a_file_gets_five_titles(small_artifacts: Path, book: Path) -> None:
    result = run(small_artifacts, book)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    first = lines.index(next(line for line in lines if line.startswith("book.abc:9")))
    assert lines[0].startswith("book.abc:1: ")
    assert lines[1:first] == lines[first + 1 :]
    assert sum("%" in line for line in lines) == 2 * 5
    for suggestion in load(small_artifacts).suggest(KESH, 5).titles:
        assert f"{suggestion.confidence:6.1%}  {suggestion.title}" in result.stdout


def test_a_match_is_shown_with_its_setting_transposition_and_bars(small_artifacts: Path) -> None:
    setting = load(small_artifacts).catalogue.settings[9]
    tune = read_tune(setting.abc)
    for semitones, words in ((-1, "1 semitone lower; "), (5, "5 semitones higher; "), (0, "")):
        text = write(unnamed(transposed(tune, semitones)))
        result = run(small_artifacts, "--top", "1", text=text)
        reference, title, match = result.stdout.splitlines()
        assert reference == "stdin:1: a known tune"
        assert title.endswith(f"%  {display_title(setting.title)}")
        assert match.strip().startswith(f"like {setting.reference}, {setting.key}")
        bars = f"{tune.bars[0].number}-{tune.bars[-1].number}"
        assert match.endswith(f"; {words}bars {bars} match {bars}")


def test_other_names_are_listed_and_printed_spellings_are_not(small_artifacts: Path) -> None:
    suggester = load(small_artifacts)
    titles = suggester.catalogue.titles
    title = next(title for title in titles if title.title.endswith(".") and not title.aliases)
    (suggestion,) = suggester.suggest(title.settings[0].abc, 1).titles
    assert suggestion.aliases == (title.title,)
    _, shown, _ = run(small_artifacts, "--top", "1", text=title.settings[0].abc).stdout.splitlines()
    assert shown.endswith(f"%  {display_title(title.title)}")
    title = next(title for title in titles if title.aliases)
    _, shown, _ = run(small_artifacts, "--top", "1", text=title.settings[0].abc).stdout.splitlines()
    others = dict.fromkeys(map(display_title, title.names[1:]))
    assert shown.endswith(f"{display_title(title.title)} (also {', '.join(others)})")


def test_titles_of_an_unknown_tune_are_guessed_from_style(small_artifacts: Path) -> None:
    result = run(small_artifacts, text="K:C\nCcCcCcCc|\n")
    assert "stdin:1: not a known tune; titles are guessed from its style" in result.stdout
    assert result.stdout.splitlines()[-1].strip() == "guessed from style"


def test_no_file_and_a_dash_read_standard_input(small_artifacts: Path, book: Path) -> None:
    results = [run(small_artifacts, *files, text=book.read_text()) for files in ((), ("-",))]
    assert results[0].exit_code == results[1].exit_code == 0
    assert results[0].stdout == results[1].stdout
    assert results[0].stdout == run(small_artifacts, book).stdout.replace("book.abc:", "stdin:")


def test_standard_input_has_a_limit(small_artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.command.MAX_FILE_BYTES", 10)
    result = run(small_artifacts, text=KESH)
    assert result.exit_code == 1
    assert result.stderr == "error: standard input may have at most 10 bytes\n"


def test_json_has_one_object_per_tune(small_artifacts: Path, book: Path) -> None:
    result = run(small_artifacts, "--json", "--top", "3", book)
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["reference"] for answer in objects] == ["book.abc:1", "book.abc:9"]
    suggestions = load(small_artifacts, "auto").suggest(KESH, 3)  # as the command computes
    expected = json.loads(json.dumps([asdict(suggestion) for suggestion in suggestions.titles]))
    for answer in objects:
        assert set(answer) == {"reference", "known", "titles", "warnings"}
        assert answer["known"] == suggestions.known
        assert answer["titles"] == expected
        assert answer["warnings"] == []


def test_json_warnings_have_line_and_column(small_artifacts: Path) -> None:
    result = run(small_artifacts, "--json", text="K:C\nCDE")
    (warning,) = json.loads(result.stdout)["warnings"]
    assert (warning["line"], warning["column"]) == (2, 1)
    assert warning["message"].startswith("only 3 notes")


@pytest.mark.parametrize("top", ["0", "101", "many"])
def test_a_top_out_of_range_is_a_usage_error(small_artifacts: Path, top: str) -> None:
    result = run(small_artifacts, "--top", top, text=KESH)
    assert result.exit_code == 2
    assert "--top" in result.stderr


def test_a_bad_tune_is_reported_and_the_others_are_named(small_artifacts: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.abc"
    book.write_text(f"{KESH}\n{SILENCE}\n{KESH}")
    result = run(small_artifacts, book)
    assert result.exit_code == 0
    assert result.stderr == "book.abc:9:1: the tune has no notes\n"
    assert [line.partition(" ")[0] for line in result.stdout.splitlines() if line.startswith("book")] == [
        "book.abc:1:",
        "book.abc:13:",
    ]


def test_without_a_readable_tune_it_exits_1(small_artifacts: Path) -> None:
    result = run(small_artifacts, text=SILENCE)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("error: no tune could be read from ")


def test_a_missing_file_exits_1(small_artifacts: Path, tmp_path: Path) -> None:
    result = run(small_artifacts, tmp_path / "none.abc")
    assert result.exit_code == 1
    assert result.stderr == f"error: {tmp_path / 'none.abc'}: no such file or folder\n"


def test_a_missing_artifact_exits_1(tmp_path: Path) -> None:
    result = run(tmp_path, text=KESH)
    assert result.exit_code == 1
    assert result.stderr == f"error: {tmp_path} has no current artifact; train one with: gan-ainm fit\n"


def test_progress_is_shown_while_the_answers_go_to_a_file(
    small_artifacts: Path, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.progress._LONG_S", 0)
    monkeypatch.setattr("index.progress._LINE_EVERY_S", 0)
    answers = run(small_artifacts, book)
    assert answers.stderr == ""
    shown: list[str] = []
    monkeypatch.setattr("index.command._say_progress", shown.append)
    assert run(small_artifacts, book).stdout == answers.stdout
    assert [line.partition(",")[0] for line in shown] == [f"{book}: 1 of 2", f"{book}: 2 done in 0 s"]
    shown.clear()
    run(small_artifacts, text=book.read_text())
    assert [line.partition(",")[0] for line in shown] == ["-: 1 of 2", "-: 2 done in 0 s"]


@pytest.mark.parametrize(
    ("stdout", "stderr", "is_shown"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_progress_goes_to_a_terminal_that_shows_no_answers(
    monkeypatch: pytest.MonkeyPatch, stdout: bool, stderr: bool, is_shown: bool
) -> None:
    output, errors = Terminal(stdout), Terminal(stderr)
    monkeypatch.setattr("sys.stdout", output)
    monkeypatch.setattr("sys.stderr", errors)
    _say_progress("book.abc: 1 of 2")
    assert (output.getvalue(), errors.getvalue()) == ("", "book.abc: 1 of 2\n" if is_shown else "")
