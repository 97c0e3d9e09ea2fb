"""The client installed alone, as somebody without the service has it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
USE = """
import importlib.util, inspect
from importlib.resources import files
from gan_ainm_client import AsyncClient, Client, answers
assert importlib.util.find_spec("torch") is None
assert importlib.util.find_spec("service") is None
assert files("gan_ainm_client").joinpath("py.typed").is_file()
assert inspect.signature(Client.info).return_annotation is answers.Info
Client("http://127.0.0.1:8000").close()
"""


def test_it_needs_two_packages_and_has_the_licence_of_the_project() -> None:
    client, root = (
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for folder in (ROOT / "client", ROOT)
    )
    assert [line.split(">=")[0] for line in client["dependencies"]] == ["httpx", "pydantic"]
    assert client["license"] == root["license"]
    assert (ROOT / "client" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.slow
def test_it_can_be_installed_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    leave = shutil.ignore_patterns("*.egg-info", "build")
    source = shutil.copytree(ROOT / "client", tmp_path / "client", ignore=leave)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(source)]
    subprocess.run(install, check=True)
    subprocess.run([python, "-I", "-c", USE], cwd=tmp_path, check=True)
