"""`gan-ainm suggest --url` against a real service."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from index import load
from model.abc import read_tune
from service.settings import Settings
from tests.medleys import medley
from tests.support import KESH, serve


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["suggest", *map(str, arguments)])


@pytest.fixture(scope="module")
def service(published: Path) -> Iterator[str]:
    with serve(Settings(artifacts=published)) as client:
        yield str(client.base_url)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A tune below a file header that gives its unit, and one that has a warning and no title."""
    path = tmp_path / "book.abc"
    path.write_text(f"L:1/8\n\n{KESH.replace('L:1/8', '')}\nX:2\nK:C\nCDE\n")
    return path


def rounded(value: object) -> object:
    """A JSON value with the precision of the service, which calls nothing certain."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list):
        return list(map(rounded, value))
    if isinstance(value, dict):
        sure = {"confidence": min(value["confidence"], 0.9999)} if "confidence" in value else {}
        return {name: rounded(item) for name, item in (value | sure).items()}
    return value


@pytest.mark.usefixtures("small_artifacts")
def test_a_service_answers_like_an_artifact_here(service: str, published: Path, book: Path) -> None:
    here, there = (run(*words, book) for words in (("--artifacts", published), ("--url", f"{service}/")))
    assert here.exit_code == there.exit_code
    assert here.stderr == there.stderr
    for one, other in zip(here.stdout.splitlines(), there.stdout.splitlines(), strict=True):
        assert rounded(json.loads(one)) == rounded(json.loads(other))


def test_a_medley_has_its_parts_in_json_and_in_the_table(
    service: str, published: Path, tmp_path: Path
) -> None:
    tunes = [read_tune(load(published).catalogue.settings[number].abc) for number in (20, 90)]
    text, bars = medley(*tunes)
    book = tmp_path / "set.abc"
    book.write_text(text)
    here, there = (run(*words, book) for words in (("--artifacts", published), ("--url", service)))
    (answer,) = map(json.loads, here.stdout.splitlines())
    assert rounded(answer) == rounded(json.loads(there.stdout))
    assert [(part["first_bar"], part["last_bar"]) for part in answer["parts"]] == list(bars)
    table = " ".join(run("--table", "--artifacts", published, book).stdout.split())
    assert f"a medley: bars {bars[0][0]}-{bars[0][1]} {answer['parts'][0]['title']}" in table


def test_the_address_may_be_a_variable(service: str, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAN_AINM_URL", service)
    assert run("--artifacts", "none", book).stdout.count("\n") == 2


def test_a_service_that_is_not_there_exits_1(book: Path) -> None:
    result = run("--url", "http://127.0.0.1:9", book)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: http://127.0.0.1:9: ")
    assert result.stderr.count("\n") == 1
    result = run("--url", "somewhere", book)
    assert result.exit_code == 1
    assert result.stderr.startswith("error: 'somewhere' is not the address of a service")


def test_a_tune_that_the_service_refuses_is_reported_and_the_others_are_named(
    published: Path, tmp_path: Path
) -> None:
    book = tmp_path / "book.abc"
    book.write_text(f"X:1\nT:Long\nK:C\n{'CDEF GABc|' * 400}\n\n{KESH}")
    with serve(Settings(artifacts=published, max_body_bytes=2000, max_batch_bytes=2000)) as client:
        result = run("--url", str(client.base_url), book)
    assert [json.loads(line)["title"] for line in result.stdout.splitlines()] == ["The Kesh"]
    assert result.stderr.startswith(f"{book}:1: 413 ")


def test_asking_a_service_does_not_import_torch(service: str, book: Path) -> None:
    from tests.cli.test_main import modules_after

    modules = modules_after("suggest", "--url", service, str(book), "--top", "1")
    assert "httpx" in modules
    assert not modules & {"torch", "faiss"}
