"""The reference: pages that are what the code gives, and leave nothing unexplained."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import cli.reference
import index.reference
import service.reference_routes
import service.reference_settings
import service.reference_third_party
from index.artifact import CURRENT, OWN_BOOKS
from index.markdown import attributes, table
from service.openapi import document
from service.problems import Problem
from service.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "commands.md": cli.reference.reference,
    "settings.md": service.reference_settings.reference,
    "routes.md": service.reference_routes.reference,
    "artifact.md": index.reference.reference,
    "third-party.md": service.reference_third_party.reference,
}
every_page = pytest.mark.parametrize("name", PAGES)


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@every_page
def test_a_page_is_what_the_code_gives(name: str) -> None:
    assert read(name) == PAGES[name](), "run `make reference`"


@every_page
def test_every_row_is_complete(name: str) -> None:
    for line in read(name).splitlines():
        if line.startswith("| "):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            assert cells[0], line
            assert cells[-1], line


def test_the_page_links_to_the_licences_of_others() -> None:
    folder = DOCS.parent / "service" / "page"
    text = service.reference_third_party.plain_text()
    assert (folder / "third-party.txt").read_text(encoding="utf-8") == text, "run `make reference`"
    assert 'href="page/third-party.txt"' in (folder / "index.html").read_text(encoding="utf-8")
    for name in ("abcjs", "torch", "fastapi", "swift-f0", "onnxruntime"):
        assert re.search(rf"^{name}.*: \S", text, re.MULTILINE), name


def test_every_setting_has_a_row_with_its_default_and_range() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|", read("settings.md"), re.MULTILINE)
    assert [name for name, *_ in rows] == [name.upper() for name in Settings.model_fields]
    shown = {name: (default, values) for name, default, values in rows}
    assert shown["TIMEOUT_S"] == ("`5.0`", "seconds, 0.1 to 600")
    assert shown["MAX_BODY_BYTES"] == ("`262144` (256 KiB)", "bytes, 1 KiB to 64 MiB")
    assert shown["WORKERS"] == ("none", "whole number, 1 to 64")
    assert shown["LOG_FORMAT"] == ("`auto`", "`auto`, `json`, `text`")


def test_every_route_object_and_problem_has_its_place() -> None:
    api = document()
    page = read("routes.md")
    headings = re.findall(r"^### (.*)$", page, re.MULTILINE)
    routes = {f"{method.upper()} {path}" for path, methods in api["paths"].items() for method in methods}
    assert sorted(headings) == sorted([*routes, *api["components"]["schemas"]])
    named = re.findall(r"^\| (\d{3}) \| `([a-z0-9-]+)` \|", page, re.MULTILINE)
    # Other tests define problems, too.
    ours = [kind for kind in Problem.__subclasses__() if kind.__module__ == Problem.__module__]
    assert sorted(named) == sorted((str(int(kind.status)), kind.type) for kind in ours)


def test_the_files_are_those_of_an_artifact(published: Path) -> None:
    folder = published / CURRENT
    actual = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert {file.name for file in index.reference.FILES} == actual | {OWN_BOOKS}


def test_attributes_come_from_the_docstring() -> None:
    class Pair:
        """Two.

        Attributes
        ----------
        low, high : the ends,
            in order
        name : what people
            call it

        Raises nothing.
        """

    assert list(attributes(Pair)) == [("low, high", "the ends, in order"), ("name", "what people call it")]
    with pytest.raises(ValueError, match="str has no section Attributes"):
        list(attributes(str))


def test_a_table_escapes_bars_and_joins_lines() -> None:
    assert table(("a", "b"), [("x|y", "one\ntwo")]) == "| a | b |\n|---|---|\n| x\\|y | one two |"
