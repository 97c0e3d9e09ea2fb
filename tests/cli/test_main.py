import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer import Typer
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from cli.main import COMMANDS, app
from model.version import VERSION
from training.__main__ import app as training_app
from training.commands import COMMANDS as TRAINING

ROOT = Path(__file__).parents[2]


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the checkout."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def modules_after(*arguments: str) -> set[str]:
    """The modules that `gan-ainm` has imported when it ends."""
    code = f"""
import sys
from cli.main import app
try:
    app({arguments!r})
except SystemExit:
    print("modules", *sys.modules)
"""
    result = python("-c", code)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.splitlines()[-1].split())


def names(app: Typer) -> list[str]:
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return list(group.commands)


def test_the_version_is_printed() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"{VERSION}\n")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("--version",)])
def test_help_and_version_import_no_large_package(arguments: tuple[str, ...]) -> None:
    assert not modules_after(*arguments) & {"torch", "numpy", "faiss", "fastapi", "pydantic"}


def test_the_help_page_of_suggest_does_not_import_torch() -> None:
    assert not modules_after("suggest", "--help") & {"torch", "faiss"}


def test_a_reader_that_closes_the_pipe_ends_a_command_quietly() -> None:
    code = """
import errno
import cli.suggest
from cli.main import app

def closed(*_):
    raise BrokenPipeError(errno.EPIPE, "Broken pipe")

cli.suggest.open_namer = closed
app(["suggest"])
"""
    result = python("-c", code)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", "")


def test_suggest_imports_neither_the_training_nor_the_service(tmp_path: Path) -> None:
    modules = modules_after("suggest", "--artifacts", str(tmp_path))
    assert "index.suggester" in modules
    assert {name for name in modules if name.startswith("training")} == {"training", "training.commands"}
    assert not modules & {"service", "fastapi", "music21", "rich"}


def complete(*words: str) -> tuple[set[str], set[str]]:
    """What Bash is offered after these words, and the modules that were imported for it."""
    code = """
import sys
from cli.main import app
try:
    app(prog_name="gan-ainm")
except SystemExit:
    print("modules", *sys.modules)
"""
    line = " ".join(("gan-ainm", *words))
    completing = {"COMP_WORDS": line, "COMP_CWORD": str(len(words))}
    result = python("-c", code, _GAN_AINM_COMPLETE="complete_bash", **completing)
    *offered, modules = result.stdout.splitlines()
    return set(offered), set(modules.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("su",), {"suggest"}),
        (("suggest", "--mi"), {"--min-confidence"}),
        (("suggest", "--device", "c"), {"cpu", "cuda"}),
        (("fit", "--enc"), {"--encoder"}),
        (("duplicates", "--js"), {"--json"}),
    ],
)
def test_the_shell_completes_commands_options_and_values_without_torch(
    words: tuple[str, ...], offered: set[str]
) -> None:
    answer, modules = complete(*words)
    assert answer == offered
    assert "torch" not in modules


def test_the_script_for_completion_is_shown() -> None:
    code = "from cli.main import app; app(prog_name='gan-ainm')"
    result = python("-c", code, "--show-completion", "bash", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert result.returncode == 0
    assert "_GAN_AINM_COMPLETE=complete_bash" in result.stdout


def test_help_lists_every_command_with_its_summary() -> None:
    result = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert names(app) == list(COMMANDS)
    for name, command in COMMANDS.items():
        assert name in result.output
        assert command.summary in result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_help_page(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0
    assert f"{name} [OPTIONS]" in result.output


def test_an_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(app, ["name-it"]).exit_code == 2


def test_python_m_training_has_the_training_commands() -> None:
    assert names(training_app) == list(TRAINING)
    assert TRAINING.items() <= COMMANDS.items()


@pytest.mark.parametrize("arguments", [("-m", "service"), ("-c", "from cli.main import app; app(['serve'])")])
def test_serving_with_a_broken_setting_exits_1_with_a_sentence(arguments: tuple[str, str]) -> None:
    result = python(*arguments, PORT="many")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: PORT: ")
    assert result.stderr.count("\n") == 1


def test_a_package_of_an_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "training.audit.command", raising=False)
    monkeypatch.delitem(sys.modules, "training.audit.report", raising=False)
    result = CliRunner().invoke(app, ["audit", "airdsAirs", "--out", "audit"])
    assert result.exit_code == 1
    assert "jinja2 is not installed; docs/installing.md says" in result.output
