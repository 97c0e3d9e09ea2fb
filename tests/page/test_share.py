"""Links that hold a tune."""

import base64
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from service.settings import Settings
from tests.page.chromium import chromium, copied, opened
from tests.support import KESH, serve


@pytest.fixture(scope="module")
def url(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(Settings(artifacts=copied(published, tmp_path_factory.mktemp("share")))) as client:
        yield f"{client.base_url}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--host-resolver-rules=MAP tunes 127.0.0.1") as browser:
        yield browser


def fragment(content: bytes) -> str:
    return "#abc=" + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


def test_a_copied_link_opens_the_same_tune_elsewhere(browser: Browser, url: str) -> None:
    writer = browser.new_context(service_workers="block", permissions=["clipboard-read", "clipboard-write"])
    with opened(writer, url) as page:
        page.get_by_role("textbox", name="Your tune").fill(KESH)
        page.get_by_role("button", name="Copy link").click()
        expect(page.get_by_text("The link holds the tune itself")).to_be_visible()
        link = page.evaluate("navigator.clipboard.readText()")
    writer.close()
    assert link.startswith(f"{url}#abc=")
    reader = browser.new_context(service_workers="block")
    requests: list[str] = []
    reader.on("request", lambda request: requests.append(request.url))
    with opened(reader, link) as page:
        expect(page.get_by_role("textbox", name="Your tune")).to_have_value(KESH)
        assert page.url == f"{url}#name"
        expect(page.locator("gan-answer h2").first).to_be_visible()
    reader.close()
    assert [request for request in requests if "abc=" in request.partition("#")[0]] == []


def test_a_link_opens_in_a_page_that_is_open_already(browser: Browser, url: str) -> None:
    context = browser.new_context(service_workers="block")
    with opened(context, url) as page:
        page.evaluate("fragment => { location.hash = fragment; }", fragment(b"K:G\nGAB\n"))
        expect(page.get_by_role("textbox", name="Your tune")).to_have_value("K:G\nGAB\n")
    context.close()


def test_without_https_the_link_is_shown(browser: Browser, url: str) -> None:
    context = browser.new_context(service_workers="block")
    with opened(context, url.replace("127.0.0.1", "tunes")) as page:
        page.get_by_role("textbox", name="Your tune").fill(KESH)
        page.get_by_role("button", name="Copy link").click()
        link = page.get_by_role("textbox", name="Link to this tune")
        expect(link).to_be_focused()
        assert "#abc=" in link.input_value()
    context.close()


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (fragment(bytes(20_000_000)), "This text is too long for a link."),
        (fragment(KESH.encode())[:-6], "This link is damaged"),
        ("#abc=%3Cscript%3E", "This link is damaged"),
    ],
    ids=["bomb", "cut", "nonsense"],
)
def test_a_bad_link_is_refused_in_a_sentence(browser: Browser, url: str, bad: str, sentence: str) -> None:
    context = browser.new_context(service_workers="block")
    with opened(context, url + bad) as page:
        expect(page.get_by_text(sentence)).to_be_visible()
        assert page.get_by_role("textbox", name="Your tune").input_value() == ""
    context.close()
