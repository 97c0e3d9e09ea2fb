"""The command `gan-ainm report`."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app


def test_it_writes_one_page_of_the_current_artifact(published: Path, tmp_path: Path) -> None:
    out = tmp_path / "made.html"
    out.write_text("old", encoding="utf-8")
    done = CliRunner().invoke(app, ["report", "--artifacts", str(published), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert f"wrote {out}" in done.output
    text = out.read_text(encoding="utf-8")
    assert (published / "current").resolve().name in text
    assert "Permission is hereby granted" in text, "the licence of abcjs goes with its copy"
    assert len(text) < 2**20
    assert [file.name for file in tmp_path.iterdir()] == ["made.html"]


def test_without_an_artifact_it_says_so(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["report", "--artifacts", str(tmp_path), "--out", str(tmp_path / "x.html")]
    )
    assert done.exit_code == 1
    assert "has no current artifact" in done.output
    assert not (tmp_path / "x.html").exists()


@pytest.mark.parametrize("name", ["missing/report.html", "."])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(
    published: Path, tmp_path: Path, name: str
) -> None:
    done = CliRunner().invoke(app, ["report", "--artifacts", str(published), "--out", str(tmp_path / name)])
    assert done.exit_code == 2
    assert "--out" in done.output


def test_every_command_of_its_page_works(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
    lines = "".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL)).splitlines()
    (tmp_path / "artifacts").symlink_to(published)
    monkeypatch.chdir(tmp_path)
    for line in lines:
        program, *words = shlex.split(line)
        assert program == "gan-ainm"
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        Path("report.html").unlink()
    assert len(lines) == 2
