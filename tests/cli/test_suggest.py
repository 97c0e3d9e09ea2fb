"""`gan-ainm suggest`, as a user calls it."""

import json
import os
import pty
import re
import subprocess
import sys
import tarfile
from dataclasses import asdict
from pathlib import Path
from threading import Thread

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.words import describe_confidence, describe_medley
from index import load
from index.display import display_title
from index.suggestions import MatchedSetting, Part
from model.abc import read_tune, write
from model.abc.variation import transposed, unnamed
from tests.support import KESH

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


def rows(output: str) -> list[str]:
    """The lines of a table, with one space between words."""
    return [" ".join(line.split()) for line in output.splitlines()]


def test_each_tune_of_a_file_gets_five_titles(small_artifacts: Path, book: Path) -> None:
    result = run(small_artifacts, "--table", book)
    assert result.exit_code == 3, "the small catalogue does not have The Kesh"
    lines = rows(result.stdout)
    assert lines[:2] == [str(book), "line its title sure suggested title"]
    assert [line.partition(" The Kesh ")[0] for line in lines if " The Kesh " in line] == ["1", "9"]
    assert sum("%" in line for line in lines) == 2 * 5
    for suggestion in load(small_artifacts).suggest(KESH, 5).titles:
        words = f"{describe_confidence(suggestion.confidence)} {suggestion.title}"
        assert sum(words in line for line in lines) == 2


def test_a_match_is_shown_with_its_setting_and_the_difference(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = load(small_artifacts).catalogue.settings[9]
    tune = read_tune(setting.abc)
    monkeypatch.setenv("COLUMNS", "200")
    for semitones, words in (
        (-1, "a semitone higher than yours; every note matches"),
        (5, "a fourth lower than yours; every note matches"),
        (0, "the same notes"),
    ):
        text = write(unnamed(transposed(tune, semitones)))
        name, _, title, match = rows(run(small_artifacts, "--table", "--top", "1", text=text).stdout)
        assert name == "stdin"
        assert title.startswith("1 - ")
        assert title.endswith(f"% {display_title(setting.title)}")
        assert match == f"like {setting.reference}, {setting.key}, {setting.meter}: {words}"


def test_bars_are_shown_where_they_have_other_numbers(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = load(small_artifacts).catalogue.settings[9].abc
    monkeypatch.setenv("COLUMNS", "200")
    head, key, music = re.split(r"^(K:.*\n)", printed, maxsplit=1, flags=re.MULTILINE)
    text = f"{head}{key}{music.split('|', 4)[4]}"
    tune, whole = read_tune(text), read_tune(printed)
    match = rows(run(small_artifacts, "--table", "--top", "1", text=text).stdout)[3]
    skipped = len(whole.bars) - len(tune.bars)
    ranges = (f"{bars[0].number}-{bars[-1].number}" for bars in (tune.bars, whole.bars[skipped:]))
    assert skipped
    assert match.endswith(f"; bars {' match '.join(ranges)}")


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(0, "<1%"), (0.0099, "<1%"), (0.01, "1%"), (0.974, "97%"), (0.99, "99%"), (0.9901, ">99%"), (1, ">99%")],
)
def test_nothing_is_shown_as_certain(confidence: float, words: str) -> None:
    assert describe_confidence(confidence) == words


@pytest.mark.parametrize(
    ("bars", "words"),
    [
        (((0, 16), (17, 17)), "a medley: bars 0-16 A (97%), bar 17 B (>99%)"),
        (((1, 1), (1, 1)), "a medley: A (97%), B (>99%)"),  # without bar lines
    ],
)
def test_a_medley_has_bars_only_where_they_divide_its_tunes(
    bars: tuple[tuple[int, int], ...], words: str
) -> None:
    setting = MatchedSetting("", "", "", "", "", (), "", "", "", "", "")
    tunes = zip(bars, "AB", (0.97, 1.0), strict=True)
    parts = (Part(first, last, "", title, sure, setting) for (first, last), title, sure in tunes)
    assert describe_medley(tuple(parts)) == words


def test_other_names_are_listed_and_printed_spellings_are_not(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    suggester = load(small_artifacts)
    titles = suggester.catalogue.titles
    title = next(title for title in titles if title.title.endswith(".") and not title.aliases)
    (suggestion,) = suggester.suggest(title.settings[0].abc, 1).titles
    assert suggestion.aliases == (title.title,)
    shown = rows(run(small_artifacts, "--table", "--top", "1", text=title.settings[0].abc).stdout)
    assert shown[2].endswith(f"% {display_title(title.title)}")
    title = next(title for title in titles if title.aliases)
    shown = rows(run(small_artifacts, "--table", "--top", "1", text=title.settings[0].abc).stdout)
    others = dict.fromkeys(map(display_title, title.names[1:]))
    assert shown[2].endswith(f"{display_title(title.title)} (also {', '.join(others)})")


UNKNOWN = "K:C\nCcCcCcCc|\n"


def test_a_tune_that_is_not_known_gets_titles_of_tunes_like_it_and_status_3(small_artifacts: Path) -> None:
    result = run(small_artifacts, "--table", "--top", "2", text=UNKNOWN)
    assert result.exit_code == 3
    assert rows(result.stdout)[2] == "1 - not a tune I know; tunes like it are called"
    assert len(rows(result.stdout)) == 5


def test_one_known_tune_is_enough_for_status_0(small_artifacts: Path, tmp_path: Path) -> None:
    known = load(small_artifacts).catalogue.settings[9].abc
    book = tmp_path / "book.abc"
    book.write_text(f"X:1\n{UNKNOWN}\n{known}")
    result = run(small_artifacts, book)
    assert result.exit_code == 0
    assert [json.loads(line)["known"] for line in result.stdout.splitlines()] == [False, True]


def test_control_characters_of_a_title_do_not_reach_the_terminal(small_artifacts: Path) -> None:
    result = run(small_artifacts, "--table", text=KESH.replace("The Kesh", "\x1b[2JKesh"))
    assert "\x1b" not in result.stdout
    assert "\ufffd[2JKesh" in result.stdout


@pytest.mark.parametrize("colours", [False, True])
def test_colours_go_only_to_a_terminal_and_never_with_no_color(
    small_artifacts: Path, monkeypatch: pytest.MonkeyPatch, colours: bool
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "" if colours else "1")
    known = load(small_artifacts).catalogue.settings[9].abc
    assert ("\x1b[1;32m" in run(small_artifacts, "--table", text=known).stdout) == colours


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_terminal_gets_a_table_and_a_program_json(
    small_artifacts: Path, book: Path, monkeypatch: pytest.MonkeyPatch, is_terminal: bool
) -> None:
    monkeypatch.setattr("cli.suggest.is_terminal", lambda: is_terminal)
    assert run(small_artifacts, book).stdout.startswith(f"{book}\n" if is_terminal else '{"reference": ')
    assert run(small_artifacts, "--json", book).stdout.startswith("{")
    assert run(small_artifacts, "--table", book).stdout.startswith(f"{book}\n")


def test_no_file_and_a_dash_read_standard_input(small_artifacts: Path, book: Path) -> None:
    results = [run(small_artifacts, *files, text=book.read_text()) for files in ((), ("-",))]
    assert results[0].exit_code == results[1].exit_code == 3, "the small catalogue does not have The Kesh"
    assert results[0].stdout == results[1].stdout
    assert results[0].stdout == run(small_artifacts, book).stdout.replace(str(book), "stdin")


def test_standard_input_has_a_limit(small_artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.sources.MAX_FILE_BYTES", 10)
    result = run(small_artifacts, text=KESH)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "standard input may have at most 10 bytes"


def test_json_has_one_object_per_tune(small_artifacts: Path, book: Path) -> None:
    result = run(small_artifacts, "--json", "--top", "3", book)
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["reference"] for answer in objects] == [f"{book}:1", f"{book}:9"]
    assert [(answer["file"], answer["line"], answer["number"]) for answer in objects] == [
        (str(book), 1, 1),
        (str(book), 9, 2),
    ]
    suggestions = load(small_artifacts, "auto").suggest(KESH, 3)  # as the command computes
    expected = json.loads(json.dumps([asdict(suggestion) for suggestion in suggestions.titles]))
    for answer in objects:
        assert answer["title"] == "The Kesh"
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
    assert result.stderr == f"{book}:9:1: the tune has no notes\n"
    assert [json.loads(line)["line"] for line in result.stdout.splitlines()] == [1, 13]


def test_without_a_readable_tune_it_exits_1(small_artifacts: Path) -> None:
    result = run(small_artifacts, text=SILENCE)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines()[-1].startswith("error: no tune could be read from ")


def test_a_missing_file_exits_1(small_artifacts: Path, tmp_path: Path) -> None:
    result = run(small_artifacts, tmp_path / "none.abc")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"{tmp_path / 'none.abc'}: no such file or folder",
        f"error: no tune could be read from {tmp_path / 'none.abc'}",
    ]


def test_a_device_is_not_called_missing(small_artifacts: Path) -> None:
    result = run(small_artifacts, "/dev/null")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == "/dev/null is neither a file nor a folder"


def test_a_missing_artifact_exits_1(tmp_path: Path) -> None:
    result = run(tmp_path, text=KESH)
    assert result.exit_code == 1
    assert result.stderr == f"error: {tmp_path} has no current artifact; train one with: gan-ainm fit\n"


def test_the_other_files_of_a_folder_are_read_when_some_cannot_be(
    small_artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.tunebook.MAX_FILE_BYTES", 1000)
    known = load(small_artifacts).catalogue.settings[9].abc
    (tmp_path / "a-large.abc").write_text("%" * 1001)
    (tmp_path / "b-pipe.abc").symlink_to("nowhere")
    os.mkfifo(tmp_path / "c-pipe.abc")
    (tmp_path / "d-folder").mkdir()
    (tmp_path / "d-folder" / "good.abc").write_text(known)
    (tmp_path / "e-damaged.mid").write_bytes(b"MThd")
    (tmp_path / "notes.pdf").write_bytes(b"not read")
    (tmp_path / "z-good.abc").write_text(known)
    result = run(small_artifacts, tmp_path)
    assert result.exit_code == 0
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == [
        f"{tmp_path}/d-folder/good.abc",
        f"{tmp_path}/z-good.abc",
    ]
    faults = result.stderr.splitlines()
    assert faults[0] == f"{tmp_path}/a-large.abc has 1001 bytes; a tunebook may have at most 1000"
    assert faults[1] == f"{tmp_path}/b-pipe.abc cannot be read: No such file or directory"
    assert faults[2] == f"{tmp_path}/c-pipe.abc is not a regular file"
    assert faults[3].startswith(f"{tmp_path}/e-damaged.mid: ")
    assert len(faults) == 4


NOTE = "<note><pitch><step>{}</step><octave>4</octave></pitch><duration>1</duration></note>"
MUSICXML = (
    "<score-partwise><part-list><score-part id='P1'><part-name>x</part-name></score-part></part-list>"
    "<part id='P1'><measure number='1'><attributes><divisions>2</divisions></attributes>"
    f"{''.join(map(NOTE.format, 'GAGGABAGFEDC'))}</measure></part></score-partwise>"
)


def test_other_forms_are_read_as_the_abc_that_is_shown_and_never_written(
    small_artifacts: Path, tmp_path: Path
) -> None:
    (tmp_path / "tune.musicxml").write_text(MUSICXML)
    result = run(small_artifacts, "--write", "--min-confidence", "0", tmp_path)
    (answer,) = map(json.loads, result.stdout.splitlines())
    assert answer["file"] == f"{tmp_path}/tune.musicxml"
    assert "GAGGAB" in answer["abc"].replace(" ", "")
    assert result.stderr == f"{tmp_path}/tune.musicxml: titles can be written only into an ABC file\n"
    piped = json.loads(run(small_artifacts, text=MUSICXML).stdout)
    assert piped["abc"] == answer["abc"]
    assert piped["titles"] == answer["titles"]


def test_an_unreadable_file_and_no_known_tune_exit_1(small_artifacts: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.abc"
    book.write_text(UNKNOWN)
    assert run(small_artifacts, book).exit_code == 3
    assert run(small_artifacts, book, tmp_path / "none.abc").exit_code == 1


def test_an_archive_is_read_and_a_damaged_one_up_to_its_fault(small_artifacts: Path, tmp_path: Path) -> None:
    (tmp_path / "book.abc").write_text(KESH)
    archive = tmp_path / "books.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(tmp_path / "book.abc", "folder/one.abc")
        tar.add(tmp_path / "book.abc", "two.abc")
    assert [json.loads(line)["reference"] for line in run(small_artifacts, archive).stdout.splitlines()] == [
        f"{archive}/folder/one.abc:1",
        f"{archive}/two.abc:1",
    ]
    archive.write_bytes(archive.read_bytes()[:3600])
    result = run(small_artifacts, archive, tmp_path / "book.abc")
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()][-1] == f"{tmp_path}/book.abc"
    assert "is a damaged archive" in result.stderr


def test_a_pipe_that_is_named_is_read(small_artifacts: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_text, args=(KESH,))
    writer.start()
    result = run(small_artifacts, pipe)
    writer.join()
    assert json.loads(result.stdout)["reference"] == f"{pipe}:1"


def test_bars_are_drawn_on_standard_error_while_the_answers_go_elsewhere(
    small_artifacts: Path, book: Path
) -> None:
    arguments = ["suggest", "--artifacts", str(small_artifacts), str(book)]
    main, terminal = pty.openpty()
    with os.fdopen(terminal, "wb") as errors:
        done = subprocess.run(
            [sys.executable, "-c", "from cli.main import app; app()", *arguments],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
            stdout=subprocess.PIPE,
            stderr=errors,
            timeout=120,
            check=False,
        )
    drawn = os.read(main, 2**16).decode()
    os.close(main)
    assert done.stdout == run(small_artifacts, book).stdout.encode()
    assert "book.abc" in drawn
    assert "2 of 2" in drawn
