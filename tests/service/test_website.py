"""The page's files: their headers, what they load, what they weigh, and where they come from."""

import hashlib
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

import service
from service.website import POLICY

FOLDER = Path(service.__file__).parent / "page"
FILES = sorted(path.name for path in FOLDER.iterdir())
ABCJS = "abcjs-6.7.2-basic-min.js"
# Of dist/abcjs-basic-min.js and LICENSE.md of the npm package abcjs 6.7.2.
HASHES = {
    ABCJS: "3290ef44c918d5e882029d3a47ad3dd63c16c8819da5abe921f3d1e642b4f4f0",
    "abcjs-6.7.2-LICENSE.txt": "d7bdcd152b978adee22a2f9b92a4d72c4ec2c20a86512766c7c210b462b54702",
}
MOST_BYTES = 800_000

every_file = pytest.mark.parametrize("name", FILES)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_address_of_the_service_is_the_page(shared_client: httpx.Client) -> None:
    response = shared_client.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == POLICY
    assert response.content == (FOLDER / "index.html").read_bytes()


@every_file
def test_every_file_is_served_with_its_type(shared_client: httpx.Client, name: str) -> None:
    response = shared_client.get(f"/page/{name}")
    assert response.status_code == 200
    if name == "sw.js":  # tests/service/test_shell.py knows its first line
        assert response.content.partition(b"\n")[2] == (FOLDER / name).read_bytes()
    else:
        assert response.content == (FOLDER / name).read_bytes()
    kind = response.headers["content-type"]
    assert kind != "application/octet-stream"
    assert kind.startswith("text/javascript") == name.endswith(".js")
    assert kind.startswith("text/css") == name.endswith(".css")


@every_file
def test_a_head_request_has_the_same_headers_and_no_body(shared_client: httpx.Client, name: str) -> None:
    got, head = shared_client.get(f"/page/{name}"), shared_client.head(f"/page/{name}")
    assert head.status_code == 200
    assert head.content == b""
    for header in ("content-type", "content-length", "etag", "cache-control", "content-security-policy"):
        assert head.headers[header] == got.headers[header]


@every_file
def test_a_file_that_has_not_changed_is_not_sent_again(shared_client: httpx.Client, name: str) -> None:
    etag = shared_client.get(f"/page/{name}").headers["etag"]
    for asked in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        response = shared_client.get(f"/page/{name}", headers={"If-None-Match": asked})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    assert shared_client.get(f"/page/{name}", headers={"If-None-Match": '"other"'}).status_code == 200


def test_two_files_never_have_one_etag(shared_client: httpx.Client) -> None:
    assert len({shared_client.get(f"/page/{name}").headers["etag"] for name in FILES}) == len(FILES)


def test_only_a_file_with_a_version_in_its_name_is_kept_unasked(shared_client: httpx.Client) -> None:
    kept = {
        name for name in FILES if "immutable" in shared_client.get(f"/page/{name}").headers["cache-control"]
    }
    assert kept == {name for name in FILES if name.startswith("abcjs-6.7.2-")}
    assert shared_client.get("/").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.js", "../app.py", "..%2Fapp.py", "%2e%2e%2fapp.py", "", "page"])
def test_nothing_else_is_served(shared_client: httpx.Client, name: str) -> None:
    response = shared_client.get(f"/page/{name}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_other_methods_are_refused(shared_client: httpx.Client) -> None:
    for path in ("/", "/page/main.js"):
        response = shared_client.post(path)
        assert response.status_code == 405
        assert response.headers["allow"] == "GET, HEAD"


def test_the_policy_allows_only_files_of_the_service(shared_client: httpx.Client) -> None:
    policy = shared_client.get("/").headers.get_list("content-security-policy")
    assert policy == [POLICY], "browsers apply each of several policies"
    directives = dict(directive.split(" ", 1) for directive in POLICY.split("; "))
    assert directives["default-src"] == directives["base-uri"] == directives["frame-ancestors"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert "unsafe" not in POLICY
    assert "*" not in POLICY


def test_the_page_has_nothing_inline_and_loads_only_its_own_files(shared_client: httpx.Client) -> None:
    page = shared_client.get("/").text
    assert not re.findall(r"<script[^>]*>[^<]", page)
    assert not re.search(r"<style|style=|\son\w+=", page)
    loaded = re.findall(r'<(?:link|script)[^>]*(?:src|href)="([^"]*)"', page)
    assert len(loaded) > 2
    for address in loaded:
        if address.startswith("data:"):
            continue
        assert not re.match(r"\w+:|/", address), "relative, for proxies that add a prefix"
        assert shared_client.get(urljoin("/", address)).status_code == 200, address


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js") and name != ABCJS])
def test_every_import_names_a_file_of_the_page(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    for imported in re.findall(r'(?:from|import)\s*\(?\s*"([^"]+)"', text):
        assert imported.startswith("./")
        assert imported.removeprefix("./") in FILES


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".js") and name != ABCJS])
def test_text_enters_the_page_as_text_and_one_file_fetches(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text
    )
    assert "fetch(" not in text or name in ("api.js", "sw.js")
    assert len(text.splitlines()) <= 300


def test_the_page_is_light() -> None:
    """Before compression, and with what only some views load."""
    assert sum((FOLDER / name).stat().st_size for name in FILES) < MOST_BYTES


@pytest.mark.parametrize("name", HASHES)
def test_the_file_of_abcjs_is_the_published_one(name: str) -> None:
    assert sha256((FOLDER / name).read_bytes()) == HASHES[name]


def test_npm_has_the_same_abcjs(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to compare with")
    command = [npm, "pack", "abcjs@6.7.2", "--silent"]
    try:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not answer")
    if done.returncode:
        pytest.skip("npm does not answer")
    with tarfile.open(tmp_path / "abcjs-6.7.2.tgz") as package:
        for member, name in (("dist/abcjs-basic-min.js", ABCJS), ("LICENSE.md", "abcjs-6.7.2-LICENSE.txt")):
            file = package.extractfile(f"package/{member}")
            assert file is not None
            assert sha256(file.read()) == HASHES[name]
