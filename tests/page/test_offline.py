"""The page without a network, and as an app."""

import json
from collections.abc import Iterator
from urllib.parse import urljoin

import httpx
import pytest

pytest.importorskip("playwright", reason="playwright is not installed: make install")

from playwright.sync_api import BrowserContext, Page, expect

from tests.page.conftest import watch
from tests.support import KESH


@pytest.fixture
def installed(context: BrowserContext, address: str) -> Iterator[Page]:
    """The page, with a service worker that has all its files."""
    page = watch(context, address).page
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active.state)")
    page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")
    yield page
    context.set_offline(False)


def name(page: Page, abc: str) -> str:
    """Ask for a tune, and return the title that the page shows."""
    with page.expect_response("**/suggest-titles?*"):
        page.get_by_role("textbox", name="Your tune").fill(abc)
    heading = page.locator("gan-answer h2").first
    expect(heading).to_be_visible()
    return heading.inner_text()


def test_page_and_last_answers_work_without_a_network(
    installed: Page, context: BrowserContext, address: str
) -> None:
    title = name(installed, KESH)
    context.set_offline(True)
    installed.goto("about:blank")
    installed.goto(address)
    expect(installed.get_by_text("You are offline. Your last answers")).to_be_visible()
    installed.get_by_text("Your last tunes").click()
    installed.locator("gan-history .open").first.click()
    expect(installed.get_by_role("textbox", name="Your tune")).to_have_value(KESH)
    expect(installed.locator("gan-answer h2").first).to_have_text(title)


def test_a_question_waits_for_the_network(installed: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    expect(installed.get_by_text("You are offline. Your last answers").first).to_be_visible()
    installed.get_by_role("textbox", name="Your tune").fill(KESH)
    installed.wait_for_timeout(1000)
    expect(installed.locator("gan-answer h2")).to_have_count(0)
    context.set_offline(False)
    expect(installed.locator("gan-answer h2").first).to_be_visible()
    expect(installed.get_by_text("You are offline. Your last answers")).to_have_count(0)


def test_no_tune_is_kept_by_the_service_worker(installed: Page, address: str) -> None:
    name(installed, KESH)
    kept = installed.evaluate(
        """async () => {
            const opened = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
            const requests = (await Promise.all(opened.map((cache) => cache.keys()))).flat();
            return requests.map(({ method, url }) => [method, url]);
        }"""
    )
    assert {f"{address}/", f"{address}/page/main.js", f"{address}/info"} <= {url for _, url in kept}
    assert {method for method, _ in kept} == {"GET"}
    assert [url for _, url in kept if "suggest-titles" in url] == []


def test_the_worker_sees_the_whole_page_and_fetches_from_nowhere_else(installed: Page, address: str) -> None:
    scope = installed.evaluate("navigator.serviceWorker.ready.then(({ scope }) => scope)")
    assert scope == f"{address}/"


def test_the_page_can_be_installed_as_an_app(address: str) -> None:
    found = httpx.get(f"{address}/manifest.webmanifest")
    assert found.headers["content-type"].startswith("application/manifest+json")
    manifest = found.json()
    assert manifest["display"] == "standalone"
    assert urljoin(str(found.url), manifest["start_url"]) == f"{address}/"
    sizes = {}
    for icon in manifest["icons"]:
        answer = httpx.get(urljoin(str(found.url), icon["src"]))
        assert answer.headers["content-type"] == icon["type"]
        assert len(answer.content) < 20_000
        if icon["type"] == "image/png":
            width, height = (int.from_bytes(answer.content[place : place + 4]) for place in (16, 20))
            sizes[icon["sizes"]] = f"{width}x{height}"
    assert sizes == {"192x192": "192x192", "512x512": "512x512"}


def test_every_file_that_the_worker_keeps_exists(address: str) -> None:
    first = httpx.get(f"{address}/sw.js").text.splitlines()[0]
    files = json.loads(first.removeprefix("self.SHELL = ").removesuffix(";"))["files"]
    assert {"", "page/main.js", "page/style.css", "manifest.webmanifest"} <= set(files)
    for file in files:
        assert httpx.get(f"{address}/{file}").status_code == 200, file
