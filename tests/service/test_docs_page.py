"""GET /docs needs no other host and no inline script."""

import re
from urllib.parse import urljoin

import httpx
import pytest


@pytest.fixture
def page(shared_client: httpx.Client) -> httpx.Response:
    response = shared_client.get("/docs")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    return response


def test_the_page_and_everything_that_it_loads_come_from_the_service(
    shared_client: httpx.Client, page: httpx.Response
) -> None:
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    loaded = [address for address in addresses if not address.startswith("data:")]
    assert len(loaded) == 3
    for address in loaded:
        assert not re.match(r"\w+:|/", address), "relative, for proxies that add a prefix"
        response = shared_client.get(urljoin("/docs", address))
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(("text/css", "text/javascript"))
        assert response.headers["x-content-type-options"] == "nosniff"


def test_the_script_shows_the_openapi_document(shared_client: httpx.Client) -> None:
    script = shared_client.get("/docs/start.js").text
    found = re.search(r'url: "([^"]*)"', script)
    assert found is not None
    assert shared_client.get(urljoin("/docs", found[1])).json()["openapi"].startswith("3.1")
    assert "validatorUrl: null" in script, "else Swagger UI sends the document to another host"


def test_its_policy_allows_only_files_of_the_service(page: httpx.Response) -> None:
    policy = page.headers.get_list("content-security-policy")
    assert len(policy) == 1, "browsers apply each of several policies"
    directives = dict(directive.split(" ", 1) for directive in policy[0].split("; "))
    assert directives["default-src"] == directives["frame-ancestors"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
    assert "unsafe" not in policy[0]


def test_the_page_has_nothing_inline(page: httpx.Response) -> None:
    assert not re.findall(r"<script[^>]*>[^<]", page.text)
    assert not re.search(r"<style|style=|\son\w+=", page.text)


def test_pages_that_load_from_other_hosts_are_gone(shared_client: httpx.Client) -> None:
    assert shared_client.get("/redoc").status_code == 404
