"""The documents say what the code does: their examples are run, and nothing public is missing in them."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from pydantic import SecretStr
from typer.testing import CliRunner

from cli.main import app as gan_ainm
from index.markdown import anchor
from service.openapi import document
from service.settings import Settings
from tests.support import SECRET, serve
from training.__main__ import app as training
from training.commands import COMMANDS
from training.corpora import BOOKS
from training.corpora.collections import COLLECTIONS
from training.lab.benchmark.figures import load_figures
from training.lab.benchmark.protocols import PROTOCOLS
from training.lab.benchmark.report import main_table, of_benchmark, tables, write_main_tables, write_tables
from training.lab.benchmark.scale import SIZES
from training.lab.benchmark.scale_report import load_costs, table
from training.lab.benchmark.systems import SYSTEMS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
ADDRESS = "http://127.0.0.1:8000"


def slow(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs the artifact of all three books."""
    marked: Callable[..., None] = pytest.mark.slow(pytest.mark.xdist_group("demo")(test))
    return marked


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def client(demo_artifacts: Path) -> Iterator[httpx.Client]:
    with serve(Settings(artifacts=demo_artifacts, admin_api_key=SecretStr(SECRET))) as client:
        yield client


@pytest.fixture
def five_minutes(demo_artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which somebody has followed the README up to its first query."""
    (tmp_path / "tune.abc").write_text(blocks("abc")[0], encoding="utf-8")
    (tmp_path / "artifacts").symlink_to(demo_artifacts)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_curl(client: httpx.Client, line: str) -> httpx.Response:
    """Send what a curl command of the README would send."""
    words = iter(shlex.split(line.replace("$ADMIN_API_KEY", SECRET))[1:])
    method, url, headers, content = "", "", {}, None
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "--data-binary":
            content = Path(next(words).removeprefix("@")).read_bytes()
        elif word == "-X":
            method = next(words)
        elif word != "-s":
            assert word.startswith(ADDRESS), f"an option that this test does not know: {word}"
            url = word.removeprefix(ADDRESS)
    return client.request(method or ("POST" if content else "GET"), url, headers=headers, content=content)


def without_numbers(text: str) -> str:
    return re.sub(r"\d+\.\d+", "#", text)


@slow
@pytest.mark.usefixtures("five_minutes")
def test_the_posted_example_has_the_answer_that_is_printed(client: httpx.Client) -> None:
    example = next(block for block in blocks("sh") if "suggest-titles" in block)
    answer = run_curl(client, example).json()
    printed = json.loads(blocks("json")[0])
    assert answer["tune"] == printed["tune"]
    assert answer["warnings"] == printed["warnings"]
    assert answer.keys() == printed.keys()
    assert len(answer["suggestions"]) == len(printed["suggestions"])
    for suggestion, expected in zip(answer["suggestions"], printed["suggestions"], strict=True):
        assert (suggestion["title"], suggestion["aliases"]) == (expected["title"], expected["aliases"])
        assert suggestion["confidence"] == pytest.approx(expected["confidence"], abs=0.03)
        for evidence, shown in zip(suggestion["evidence"], expected["evidence"], strict=True):
            assert evidence.pop("similarity") == pytest.approx(shown.pop("similarity"), abs=0.05)
            assert evidence == shown


@slow
@pytest.mark.usefixtures("five_minutes")
def test_the_command_prints_what_the_readme_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.suggest.is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    line = next(block for block in blocks("sh") if "gan-ainm suggest" in block)
    program, *words = shlex.split(line)
    assert program == ".venv/bin/gan-ainm"
    done = CliRunner().invoke(gan_ainm, words)
    assert done.exit_code == 0, done.output
    printed = "".join(f"{line.rstrip()}\n" for line in done.output.splitlines())
    assert without_numbers(printed) == without_numbers(blocks("text")[0])


@slow
@pytest.mark.usefixtures("five_minutes")
def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(blocks("python")[0], "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert re.fullmatch(r"The Boys of Bluehill 0\.\d+", lines[0])


@slow
def test_every_other_curl_example_succeeds(client: httpx.Client) -> None:
    examples = [block for block in blocks("sh") if block.startswith("curl") and "suggest-titles" not in block]
    assert examples
    for example in examples:
        assert run_curl(client, example).status_code in (200, 202), example


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def commands_of(page: str) -> Iterator[dict[str, Any]]:
    """The parameters of the gan-ainm commands of a document. Parsing raises for unknown options."""
    group = typer.main.get_command(training)
    assert isinstance(group, typer.core.TyperGroup)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            program, *words = shlex.split(line)
            if program == ".venv/bin/gan-ainm":
                name, command, rest = group.resolve_command(typer.Context(group), words)
                assert command is not None
                yield command.make_context(name, rest).params


def test_every_command_in_the_how_to_exists_and_names_existing_corpora() -> None:
    named = set()
    for parameters in commands_of("training.md"):
        named |= set(parameters.get("corpus") or ()) | {parameters.get("name")}
    assert named - {None, *BOOKS, *COLLECTIONS} == {
        "~/tunebooks",
        "~/TheSession-data/csv",
        "downloads/nottingham",
        "downloads/thesession",
        "thesession",
    }


def test_every_option_of_training_is_explained() -> None:
    group = typer.main.get_command(training)
    assert isinstance(group, typer.core.TyperGroup)
    for name in COMMANDS:
        _, command, _ = group.resolve_command(typer.Context(group), [name])
        assert command is not None
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", None), (name, parameter.name)


def test_the_how_to_names_every_training_command_book_and_collection() -> None:
    text = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"[` ]{name}\b", text), name
    for name in (*BOOKS, *COLLECTIONS):
        assert f"`{name}`" in text


def test_the_sentences_of_the_results_quote_their_figures() -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    section = page[page.index("## What follows") : page.index("## How it is measured")]
    sentences = re.split(r"^\d+\. ", section, flags=re.MULTILINE)
    figures = {figure.key: figure.value for figure in load_figures(ROOT / "docs" / "results.json")}
    books, clean, ours = "public-domain", "session-2022-clean", "gan-ainm"
    quoted = [
        (1, f"{figures[clean, 'known', ours, 'hit@1']:.0%}".replace("%", " %")),
        (1, f"{figures[clean, 'known', ours, 'mrr']:.3f}"),
        (2, f"{figures[clean, 'known-audited', ours, 'mrr']:.3f}"),
        (3, f"{figures[books, 'known', ours, 'mrr']:.3f}"),
        (3, f"{figures[books, 'known-verified', ours, 'mrr']:.3f}"),
        (4, f"{figures[clean, 'known-8', ours, 'mrr']:.3f}"),
        (4, f"{figures[clean, 'known-8', 'ngram-edit', 'mrr']:.3f}"),
        (6, f"{figures[clean, 'no-match', ours, 'auroc']:.3f}"),
        (6, f"{figures[books, 'no-match', ours, 'auroc']:.3f}"),
        (8, f"{figures[books, 'unseen', ours, 'lift']:.1f}"),
        (8, f"{figures[clean, 'unseen', ours, 'lift']:.1f}"),
        (9, f"{figures[books, 'unseen-no-rhythm-words', ours, 'lift']:.1f}"),
        (9, f"{figures[clean, 'unseen-no-rhythm-words', ours, 'lift']:.1f}"),
        (10, f"{figures[books, 'heard', ours, 'mrr@20']:.3f}"),
        (10, f"{figures[books, 'heard-10', ours, 'mrr@20']:.3f}"),
        *((11, f"{cost.ms:.0f} ms") for cost in load_costs(ROOT / "docs" / "scale.json")[-2:]),
    ]
    assert len(sentences) == 12
    for number, value in quoted:
        assert value.removeprefix("0") in sentences[number], (number, value)
    for corpus in (books, clean):
        transposed = figures[corpus, "known-transposed", ours, "mrr"]
        assert transposed == pytest.approx(figures[corpus, "known", ours, "mrr"], abs=0.0005)


def test_the_pages_of_results_are_what_the_benchmark_writes(tmp_path: Path) -> None:
    figures = load_figures(ROOT / "docs" / "results.json")
    main, full = (
        (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("results.md", "results-tables.md")
    )
    assert "public-domain" in {figure.corpus for figure in figures}
    for corpus in {figure.corpus for figure in figures}:
        of_corpus = of_benchmark(figure for figure in figures if figure.corpus == corpus)
        assert f"<!-- tables: {corpus} -->\n\n{main_table(of_corpus)}\n\n<!-- end -->" in main
        assert f"<!-- tables: {corpus} -->\n\n{tables(of_corpus)}" in full
    shutil.copytree(ROOT / "docs" / "results", tmp_path / "results")
    for page, write in ((main, write_main_tables), (full, write_tables)):
        path = tmp_path / "page.md"
        path.write_text(page, encoding="utf-8")
        write(figures, path)
        assert path.read_text(encoding="utf-8") == page


def test_the_page_of_results_is_short() -> None:
    assert len((ROOT / "docs" / "results.md").read_text(encoding="utf-8").splitlines()) <= 200


def test_the_tables_of_the_experiments_are_figures_of_the_ablation() -> None:
    raw, audited = "session-2022-raw", "session-2022-audited"
    arms = {
        "`raw-random`": (raw, "unseen-random-split"),
        "`raw-exact-titles`": (raw, "unseen-exact-titles"),
        "`raw`": (raw, "unseen"),
        "`audited`": (audited, "unseen"),
        "`raw`, pool 1": (raw, "unseen-first"),
        "`audited`, pool 1": (audited, "unseen-first"),
    }
    figures = {figure.key: figure for figure in load_figures(ROOT / "docs" / "results.json")}
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    checked = set()
    for block in page.split("\n\n"):
        heading, *lines = ([cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines())
        if heading[:1] == ["system"] and set(heading) & set(arms):
            for system, *cells in lines[1:]:
                for arm, cell in zip(heading[1:], cells, strict=True):
                    if arm in arms and cell != "-":
                        figure = figures[(*arms[arm], system.strip("`"), "mrr@20")]
                        assert figure.chance
                        assert figure.low is not None
                        assert figure.high is not None
                        value, low, high = (
                            x / figure.chance for x in (figure.value, figure.low, figure.high)
                        )
                        assert cell == f"{value:.1f} ({low:.1f}-{high:.1f})", (system, arm)
                        checked.add(system)
    assert len(checked) == 26


def test_the_page_of_results_shows_what_scale_measured() -> None:
    costs = load_costs(ROOT / "docs" / "scale.json")
    assert table(costs) in (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    assert [cost.titles for cost in costs] == [*SIZES]
    assert costs[-1].ms <= 150
    assert min(cost.recall for cost in costs) >= 0.98


def test_every_protocol_and_system_is_explained() -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    explained = page[: page.index("## Commands")]
    for name in (*PROTOCOLS, *SYSTEMS):
        stem, _, ending = name.rpartition("-")
        assert f"`{name}`" in explained or (stem and f"`-{ending}`" in explained) or "transposed" in name, (
            name
        )


def test_every_make_target_is_in_the_makefile() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)) <= set(targets)
    assert {
        "install",
        "serve",
        "train",
        "test",
        "lint",
        "types",
        "bench",
        "bench-quality",
        "docs",
        "reference",
    } <= set(targets)


def test_the_settings_of_the_readme_have_their_defaults() -> None:
    rows = re.findall(r"^\| (`[A-Z_`, ]+) \| (.*?) \|", README, re.MULTILINE)
    shown = {
        name.lower(): default
        for names, defaults in rows
        for name, default in zip(
            re.findall("[A-Z_]+", names), defaults.replace("`", "").split(", "), strict=True
        )
    }
    assert {"host", "port", "artifacts", "tunebooks", "device", "admin_api_key"} <= shown.keys()
    for name, default in shown.items():
        value = Settings.model_fields[name].default
        assert default == ("none" if value is None else str(value)), name


def test_pages_name_only_settings_that_exist() -> None:
    endings = "_S|_BYTES|_TUNES|_BATCHES|_ARTIFACTS|_CONNECTIONS|_ROWS|_MINUTE|_HOSTS|_ORIGINS|_KEY|_KEY_FILE"
    for page in (
        "README.md",
        "docs/serving.md",
        "docs/installing.md",
        "docs/monitoring.md",
        "docs/tunebooks.md",
    ):
        text = (ROOT / page).read_text(encoding="utf-8")
        for name in re.findall(rf"`([A-Z_]+(?:{endings}))\b", text):
            assert name.lower() in Settings.model_fields, (page, name)


def test_pages_name_only_routes_that_exist() -> None:
    routes = {
        f"{method.upper()} {path}" for path, methods in document()["paths"].items() for method in methods
    }
    routes |= {"GET /docs", "GET /openapi.json"}  # these describe the others
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        named = re.findall(r"`((?:GET|POST|DELETE) /[^\s`]+)`", page.read_text(encoding="utf-8"))
        assert {name.partition("?")[0] for name in named} <= routes, page.name


def headings(page: Path) -> set[str]:
    """The fragments of the headings of a page."""
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    return {anchor(re.sub("[`*]", "", heading)) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, fragment in re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", text):
        if not target.startswith("https://"):
            file = page.parent / target if target else page
            assert file.exists(), target
            assert not fragment or fragment in headings(file), f"{target}#{fragment}"
    for path in re.findall(
        r"`((?:cli|client|model|index|training|service|tests|scripts|docs|deploy)/[\w/.-]*)`", text
    ):
        assert (ROOT / path).exists(), path


def test_every_page_can_be_found_from_the_readme() -> None:
    found, left = set[Path](), [ROOT / "README.md"]
    while left:
        page = left.pop()
        found.add(page)
        targets = re.findall(r"\]\(([^)#]+\.md)", page.read_text(encoding="utf-8"))
        linked = {(page.parent / target).resolve() for target in targets if "://" not in target}
        left += [target for target in linked if target not in found and target not in left]
    assert {page.name for page in PAGES} <= {page.name for page in found}
