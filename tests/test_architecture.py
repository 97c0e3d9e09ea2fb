"""Which room may import which, and that files stay small enough to read."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ALLOWED = {
    "model": set(),
    "index": {"model"},
    "training": {"index", "model"},
    "service": {"index", "model"},
}
FILES = sorted(file for room in ALLOWED for file in (ROOT / room).rglob("*.py"))


def imported_rooms(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            names.add(node.module or "")
    return {name.split(".")[0] for name in names} & ALLOWED.keys()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_go_one_way(file: Path) -> None:
    room = file.relative_to(ROOT).parts[0]
    assert imported_rooms(file) <= ALLOWED[room] | {room}


def test_an_import_in_the_wrong_direction_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text("def f():\n    from training.fitting.fit import fit\n", encoding="utf-8")
    assert imported_rooms(file) == {"training"}


def test_every_folder_of_code_is_a_listed_package() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {".".join(file.parent.relative_to(ROOT).parts) for file in FILES}
    assert sorted(listed["packages"]) == sorted(folders)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_files_are_short(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_pickled_and_music21_never_runs(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "pickle" not in text
    assert "torch.load" not in text
    assert "import music21" not in text
