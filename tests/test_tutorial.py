"""The tutorial works as it is written: its book is named, its titles are written, its tunes are indexed."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from cli.main import app
from service.settings import Settings
from tests.support import SECRET, reindexed, serve

PAGE = (Path(__file__).parents[1] / "docs" / "tutorial.md").read_text(encoding="utf-8")
BOOK = re.findall(r"```abc\n(.*?)```", PAGE, re.DOTALL)[0]
ITS_KEY = "keep-this-to-yourself"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


def commands() -> list[list[str]]:
    """The words of each gan-ainm command of the page."""
    return [shlex.split(line) for line in re.findall(r"^\.venv/bin/gan-ainm (.*)$", PAGE, re.MULTILINE)]


@pytest.fixture
def folder(demo_artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the tutorial's book and an artifact."""
    (tmp_path / "book.abc").write_text(BOOK, encoding="utf-8")
    shutil.copytree(demo_artifacts, tmp_path / "artifacts", symlinks=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_name_the_book(folder: Path) -> None:
    *named, _ = commands()
    assert [words[1] for words in named] == ["book.abc", "--dry-run", "--write"]
    outputs = [CliRunner().invoke(app, words) for words in named]
    assert [done.exit_code for done in outputs] == [0, 0, 0], outputs
    assert "The Boys of Bluehill" in outputs[0].output
    assert "+T:The Boys of Bluehill" in outputs[1].output
    assert (folder / "book.abc.bak").read_text(encoding="utf-8") == BOOK
    written = (folder / "book.abc").read_text(encoding="utf-8")
    assert "X:2\nT:The Boys of Bluehill\n" in written
    assert "X:3\nM:4/4\n" in written  # the tune that is made up
    assert re.sub(r"T:.*\n", "", written) == re.sub(r"T:.*\n", "", BOOK)


def test_the_tunes_are_indexed(folder: Path) -> None:
    (title,) = re.findall(r"```text\n(T:.*\n)```", PAGE)
    named = BOOK.replace("X:3\n", f"X:3\n{title}").replace("T:Untitled", "T:The Boys of Bluehill")
    (folder / "book.abc").write_text(named, encoding="utf-8")
    for line in re.findall(r"^(?:mkdir|cp) .*$", PAGE, re.MULTILINE):
        subprocess.run(shlex.split(line), check=True)
    start = next(line for line in PAGE.splitlines() if line.startswith("TUNEBOOKS="))
    assert start == f"TUNEBOOKS=tunebooks ADMIN_API_KEY={ITS_KEY} make serve"
    posts = re.findall(r"^curl -s -X POST http://127.0.0.1:8000(\S+) -H \"(.*)\"$", PAGE, re.MULTILINE)
    assert posts == [("/admin/reindex", f"Authorization: Bearer {ITS_KEY}")]
    settings = Settings(
        artifacts=folder / "artifacts", tunebooks=folder / "tunebooks", admin_api_key=SecretStr(SECRET)
    )
    with serve(settings) as client:
        result = reindexed(client)["result"]
    assert result["tunes"] == 2
    assert result["reasons"] == ["book.abc:1: no title"]
    done = CliRunner().invoke(app, [*commands()[-1], "--json"])
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[2]["known"]
    assert f"T:{answers[2]['titles'][0]['title']}\n" == title
