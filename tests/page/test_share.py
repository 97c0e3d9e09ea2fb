"""Links that hold a tune."""

import base64
import zlib

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: make install")

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.page.conftest import watch
from tests.support import KESH


def fragment(content: bytes) -> str:
    return "#abc=" + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


def test_a_copied_link_opens_the_same_tune_elsewhere(page: Page, browser: Browser, address: str) -> None:
    page.get_by_role("textbox", name="Your tune").fill(KESH)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("The link holds the tune itself")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}/#abc=")
    elsewhere = browser.new_context()
    watched = watch(elsewhere, address)
    requests: list[str] = []
    watched.page.on("request", lambda request: requests.append(request.url.partition("#")[0]))
    watched.page.goto(link)
    expect(watched.page.get_by_role("textbox", name="Your tune")).to_have_value(KESH)
    expect(watched.page.locator("gan-answer h2").first).to_be_visible()
    assert watched.page.url == f"{address}/#name"
    assert [request for request in requests if "abc=" in request] == []
    watched.check()
    elsewhere.close()


def test_a_link_opens_in_a_page_that_is_open_already(page: Page) -> None:
    page.evaluate("fragment => { location.hash = fragment; }", fragment(b"K:G\nGAB\n"))
    expect(page.get_by_role("textbox", name="Your tune")).to_have_value("K:G\nGAB\n")


def test_without_a_clipboard_the_link_is_shown(context: BrowserContext, address: str) -> None:
    context.add_init_script("delete Navigator.prototype.clipboard")  # as without HTTPS
    page = context.new_page()
    page.goto(address)
    page.get_by_role("textbox", name="Your tune").fill(KESH)
    page.get_by_role("button", name="Copy link").click()
    link = page.get_by_role("textbox", name="Link to this tune")
    expect(link).to_be_focused()
    assert "#abc=" in link.input_value()


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (fragment(bytes(20_000_000)), "This text is too long for a link."),
        (fragment(KESH.encode())[:-6], "This link is damaged"),
        ("#abc=%3Cscript%3E", "This link is damaged"),
    ],
    ids=["bomb", "cut", "nonsense"],
)
def test_a_bad_link_is_refused_in_a_sentence(
    context: BrowserContext, address: str, bad: str, sentence: str
) -> None:
    watched = watch(context, address)
    watched.page.goto(f"{address}/{bad}")
    expect(watched.page.get_by_text(sentence)).to_be_visible()
    assert watched.page.get_by_role("textbox", name="Your tune").input_value() == ""
    watched.check()
