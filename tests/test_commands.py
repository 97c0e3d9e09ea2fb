"""The commands of the documents: every one exists, and those that need nothing special run in a shell."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import yaml
from pydantic import SecretStr
from typer.core import TyperGroup
from typer.main import get_command

from cli.main import app
from index.artifact import load
from model.abc import read_tune
from service.openapi import document
from service.settings import Settings
from tests.model.midi.files import midi
from tests.model.musicxml.scores import attributes, measure, note, score
from tests.support import KESH, SECRET, serve

ROOT = Path(__file__).parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "client/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
ADDRESS = "http://127.0.0.1:8000"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
# Programs of others, and words of the shell.
OTHERS = {
    "[",
    "cat",
    "cd",
    "cp",
    "echo",
    "git",
    "grep",
    "head",
    "jq",
    "mkdir",
    "npx",
    "pip",
    "sqlite3",
    "sudo",
}
WORDS = {"if", "then", "else", "fi"}


def blocks(page: Path) -> list[str]:
    """The shell commands of a page, block by block."""
    return re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def commands(block: str) -> Iterator[list[str]]:
    """The simple commands of a block: the words between pipes, semicolons and ends of lines."""
    for line in block.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|;>&")
        lexer.whitespace_split, lexer.commenters = True, ""
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word in ("|", ";", "&&"):
                if words:
                    yield words
                words = []
            elif word not in WORDS or words:
                words.append(word)


def check(words: list[str]) -> None:
    """Fail if a command does not exist or has wrong options."""
    while "=" in words[0]:
        name = words.pop(0).partition("=")[0]
        assert name.lower() in Settings.model_fields or re.search(rf"^{name} \?=", MAKEFILE, re.MULTILINE), (
            name
        )
    program, *rest = words
    rest = rest[: rest.index(">")] if ">" in rest else rest
    if program in ("gan-ainm", ".venv/bin/gan-ainm"):
        check_gan_ainm(rest)
    elif program == "make":
        assert all("=" in word or re.search(rf"^{word}:", MAKEFILE, re.MULTILINE) for word in rest), rest
    elif program == "curl":
        check_curl(rest)
    elif program == ".venv/bin/python":
        assert rest[0] == "-m"
        assert importlib.util.find_spec(rest[1]), rest[1]
    elif program == "docker":
        check_compose(rest)
    else:
        assert program in OTHERS, f"a command that this test does not know: {program}"
    for word in rest:  # files of the repository
        if word.startswith(("docs/", "requirements", "tests/", "./client")):
            assert (ROOT / word).exists() or "-held-out" in word, word


def check_gan_ainm(words: list[str]) -> None:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    if words[0].startswith("--"):
        assert words == ["--install-completion"]
        return
    context = group.make_context("gan-ainm", [], resilient_parsing=True)
    _, command, rest = group.resolve_command(context, words)
    assert command is not None
    command.make_context(words[0], rest, parent=context)


def check_curl(words: list[str]) -> None:
    url = next(word for word in words if word.startswith("http"))
    if not url.startswith(ADDRESS):
        return
    path = url.removeprefix(ADDRESS).partition("?")[0]
    has_body = any(word in words for word in ("-d", "--data-binary"))
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if has_body else "GET"
    assert method.lower() in document()["paths"][path], path


def check_compose(words: list[str]) -> None:
    assert words[0] == "compose"
    files = [words[place + 1] for place, word in enumerate(words) if word == "-f"] or ["docker-compose.yml"]
    services = [yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))["services"] for file in files]
    if "--profile" in words:
        profile = words[words.index("--profile") + 1]
        assert any(profile in service.get("profiles", ()) for each in services for service in each.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_a_page_exists(page: Path) -> None:
    for block in blocks(page):
        for words in commands(block):
            if words[:2] != ["git", "clone"]:  # <the address of this repository>
                check(words)


@pytest.mark.parametrize(
    "line",
    [
        "gan-ainm wrong",
        "make wrong",
        "WRONG=1 make serve",
        f"curl -s {ADDRESS}/wrong",
        f"curl -s {ADDRESS}/suggest-titles",
        "docker compose -f wrong.yml up",
        ".venv/bin/python -m wrong",
        "cat tune.abc | wrong",
    ],
)
def test_a_command_that_does_not_exist_is_detected(line: str) -> None:
    *_, words = commands(line)
    with pytest.raises((AssertionError, KeyError, OSError)):
        check(words)


def test_a_wrong_option_is_detected() -> None:
    with pytest.raises(Exception, match="No such option: --wrong"):
        check(["gan-ainm", "suggest", "--wrong", "x"])


@pytest.fixture(scope="module")
def folder(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the commands name, and a program gan-ainm."""
    folder = tmp_path_factory.mktemp("home")
    shutil.copytree(published, folder / "artifacts", symlinks=True)
    known = load(published, "cpu").suggester.catalogue.settings[9].abc
    (folder / "tune.abc").write_text(known, encoding="utf-8")
    untitled = "".join(line for line in known.splitlines(keepends=True) if not line.startswith("T:"))
    (folder / "book.abc").write_text(f"{untitled}\n{KESH}", encoding="utf-8")
    (folder / "melody.musicxml").write_bytes(score(measure(attributes(), *map(note, "CDEFGABCDEFG"))))
    (folder / "whistle.mid").write_bytes(midi(read_tune(known)))
    (folder / "tunebooks").mkdir()
    shutil.copy(folder / "book.abc", folder / "tunebooks")
    with tarfile.open(folder / "tunes.tar.gz", "w:gz") as archive:
        archive.add(folder / "book.abc", "book.abc")
    with closing(sqlite3.connect(folder / "feedback.db")) as database:
        database.execute("create table feedback (rank integer)")
    program = folder / "bin" / "gan-ainm"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c \'from cli.main import app; app(prog_name="gan-ainm")\' "$@"\n'
    )
    program.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    settings = Settings(
        artifacts=folder / "artifacts",
        admin_api_key=SecretStr(SECRET),
        feedback=folder / "given.db",
    )
    with serve(settings) as client:
        yield client


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line in the folder, as its own home."""
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'client'}",
        "HOME": str(folder),
        "ADMIN_API_KEY": SECRET,
    }
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def needs(*programs: str) -> pytest.MarkDecorator:
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {missing}")


@needs("jq")
def test_the_commands_of_the_command_line_run(folder: Path, client: httpx.Client) -> None:
    lines = [line for block in blocks(ROOT / "docs" / "command-line.md") for line in block.splitlines()]
    lines.remove("gan-ainm --install-completion")  # changes the configuration of the shell
    for line in lines:
        line = line.replace("curl -s https://example.org/tune.abc", "cat tune.abc")
        done = shell(folder, line.replace(ADDRESS, str(client.base_url)))
        assert done.returncode == 0, (line, done.stderr)
        assert done.stdout or ">" in line or "--write" in line, line
    assert (folder / "answers.jsonl").read_text(encoding="utf-8").count("\n") == 2
    assert (folder / "book.abc.bak").exists()


@needs("curl")
@pytest.mark.parametrize("page", ["serving.md", "tunebooks.md", "monitoring.md"])
def test_the_requests_of_a_page_succeed(page: str, folder: Path, client: httpx.Client) -> None:
    answer = client.post("/suggest-titles", json={"abc": (folder / "tune.abc").read_text()}).json()
    lines = "".join(blocks(ROOT / "docs" / page)).replace("\\\n", " ").splitlines()
    requests = [line for line in lines if line.startswith("curl")]
    assert requests
    for line in requests:
        line = line.replace("curl -s", "curl -s --fail-with-body").replace(ADDRESS, str(client.base_url))
        line = line.replace('"..."', f'"{answer["suggestion_id"]}"')
        line = line.replace("The Boys of Bluehill", answer["suggestions"][0]["title"])
        done = shell(folder, line)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        assert json.loads(done.stdout), line


@needs("sqlite3")
def test_a_backup_can_be_used(folder: Path) -> None:
    (block,) = (block for block in blocks(ROOT / "docs" / "installing.md") if "backup" in block)
    done = shell(folder, f"set -e\n{block}")
    assert done.returncode == 0, done.stderr
    assert load(folder / "artifacts-backup", "cpu").version == load(folder / "artifacts", "cpu").version
    with closing(sqlite3.connect(folder / "feedback-backup.db")) as database:
        assert database.execute("select count(*) from feedback").fetchone() == (0,)
