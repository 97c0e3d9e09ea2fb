"""A real browser on a page of a real server. Without Chromium or playwright these tests are skipped."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from model.abc import Tune, read_tune, write
from model.abc.variation import transposed, unnamed
from service.settings import Settings
from tests.support import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = [  # a browser that talks to nobody
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
# Browsers report each answer that is an error, also when the page expects it.
EXPECTED = "Failed to load resource"
_WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""


@dataclass
class Watched:
    """A page, and all that it did wrong.

    Attributes
    ----------
    page : the page
    faults : messages of errors, and requests to other hosts
    """

    page: "Page"
    faults: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Fail if there was an error, a violation of the policy, or a request to another host."""
        assert self.page.evaluate("window.violations") == []
        assert self.faults == []


@pytest.fixture(scope="module")  # while it runs, no other test of its process can run an event loop
def browser() -> "Iterator[Browser]":
    """A browser for one file of tests."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service with the small artifact, for tests that leave it as it is."""
    root = tmp_path_factory.mktemp("page") / "artifacts"
    shutil.copytree(published, root, symlinks=True)
    with serve(Settings(host="127.0.0.1", artifacts=root)) as client:
        yield str(client.base_url)


@pytest.fixture
def context(browser: "Browser") -> "Iterator[BrowserContext]":
    """A browser without memory."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: "BrowserContext", address: str) -> "Iterator[Page]":
    """The page. At the end there must have been no fault, no violation of the policy, no other host."""
    watched = watch(context, address)
    watched.page.goto(address)
    yield watched.page
    watched.check()


def watch(context: "BrowserContext", address: str) -> Watched:
    """A new page, watched."""
    context.add_init_script(_WATCH)
    watched = Watched(context.new_page())

    def on_console(message: "ConsoleMessage") -> None:
        if message.type in ("error", "warning") and EXPECTED not in message.text:
            watched.faults.append(message.text)

    def on_request(request: "Request") -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            watched.faults.append(f"request to {request.url}")

    watched.page.on("pageerror", lambda error: watched.faults.append(str(error)))
    watched.page.on("console", on_console)
    watched.page.on("request", on_request)
    return watched


@dataclass(frozen=True)
class KnownTune:
    """A tune that the service knows.

    Attributes
    ----------
    title : its title
    abc : its notes without a title
    tune : the same, read
    """

    title: str
    abc: str
    tune: Tune

    def moved(self, semitones: int) -> str:
        """The same in another key."""
        return write(transposed(self.tune, semitones))


@pytest.fixture(scope="module")
def known(address: str) -> KnownTune:
    """The tune `the-lads-of-the-village` of Aird's Airs."""
    title = httpx.get(f"{address}/titles/lads-of-the-village", trust_env=False).json()
    tune = replace(unnamed(read_tune(title["settings"][0]["abc"])), number=1)
    return KnownTune(title["title"], write(tune), tune)
