"""A real browser for the tests of the page: Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What Chromium itself writes: a response had an error status, the network is gone, the page is not secure.
_EXPECTED = ("Failed to load resource", "The Cross-Origin-Opener-Policy header has been ignored")


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """A browser. Skips the test where there is no Chromium."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *flags])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(context: BrowserContext, url: str) -> Iterator[Page]:
    """The page at an address. An error on its console, of a script or of the policy, fails the test."""
    page = context.new_page()
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_EXPECTED):
            errors.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    yield page
    assert errors == []


def copied(published: Path, folder: Path) -> Path:
    """A copy of the shared artifact, because a service writes beside it."""
    root = folder / "artifacts"
    shutil.copytree(published, root, symlinks=True)
    return root
