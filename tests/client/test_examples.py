"""The examples of the client's page and README run, and the page names every method."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from pydantic import SecretStr

from gan_ainm_client import Client
from service.settings import Settings
from tests.client.test_routes import CALLS
from tests.support import KESH, SECRET, serve

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "client.md").read_text(encoding="utf-8")
README = (ROOT / "client" / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
EXAMPLES = [
    *re.findall(r"^## (.*?)$(?:(?!^## ).)*?^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE),
    ("README", re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]),
]
OUTPUTS = {
    # The small catalogue does not have The Kesh.
    "Name a tune": r"I do not know this tune\. .+\n(\d+% .+\n(  like airs/airs\.abc:\d+ in .+\n)?){3}",
    "Name a tunebook": r"1 .+\n11 the tune has no notes\n",
    "asyncio": r".+\n.+\n1 .+\n2 .+\n",
    "Errors": r"line \d+, column \d+: .+\n",
    "Time and repetition": r".+\n",
    "Administration": r"succeeded \d{8}T\d{6}Z-\w{8}\n",
    "README": r"(\d+% .+\n){10}",
}


@pytest.fixture
def address(small_artifacts: Path) -> Iterator[str]:
    with serve(Settings(artifacts=small_artifacts, admin_api_key=SecretStr(SECRET))) as http:
        yield str(http.base_url)


def test_every_example_has_its_output() -> None:
    assert [name for name, _ in EXAMPLES] == list(OUTPUTS)
    assert PAGE.count("```python") == len(EXAMPLES) - 1


@pytest.mark.parametrize(("name", "code"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_runs(
    name: str,
    code: str,
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "tune.abc").write_text(KESH, encoding="utf-8")
    (tmp_path / "book.abc").write_text(f"{KESH}\n\n\nX:2\nK:D\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADMIN_API_KEY", SECRET)
    assert ADDRESS in code
    exec(compile(code.replace(ADDRESS, address), name, "exec"), {})
    output = capsys.readouterr().out
    assert re.fullmatch(OUTPUTS[name], output), output


def test_the_page_lists_every_method_and_route() -> None:
    table = PAGE[PAGE.index("## All methods") :]
    methods = {name for name in vars(Client) if not name.startswith("_")}
    assert methods - {"close", "send", "stream", "within"} <= set(re.findall(r"`(\w+)`", table))
    calls = [make() for make in CALLS.values()]
    routes = {f"{call.method} {unquote(call.path)}" for call in calls}
    assert routes | {"GET /openapi.json"} == set(re.findall(r"`((?:GET|POST|DELETE) \S+)`", table))


def test_the_defaults_of_the_page_are_those_of_the_client() -> None:
    with Client(ADDRESS, http=httpx.Client()) as client:
        limits = client._limits
    said = (f"stream: {limits.deadline:g} s", f"silent: {limits.timeout:g} s", f"most: {limits.attempts}.")
    for sentence in said:
        assert sentence in PAGE
    assert limits.deadline > Settings().batch_timeout_s
