"""What the tools of the page open can be used by everybody."""

from typing import Any

import httpx
import pytest

pytest.importorskip("playwright", reason="playwright is not installed: make install")

from playwright.sync_api import Browser, Page, Route, expect

from tests.page.conftest import watch
from tests.page.test_reach import complaints
from tests.support import KESH


def hears(page: Page, address: str) -> None:
    """Let the service say that it takes sound."""
    info: dict[str, Any] = {**httpx.get(f"{address}/info").json(), "inputs": ["audio/wav"]}

    def answer(route: Route) -> None:
        route.fulfill(json=info)

    page.route("**/info", answer)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_in_open_panels(browser: Browser, address: str, scheme: Any, width: int) -> None:
    context = browser.new_context(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 800}
    )
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    watched = watch(context, address)
    page = watched.page
    hears(page, address)
    page.goto(address)
    page.get_by_role("button", name="Listen").click()
    page.get_by_role("button", name="Piano").click()
    assert complaints(page) == []
    page.get_by_role("textbox", name="Your tune").fill(KESH)
    page.get_by_text("Your last tunes").click()
    expect(page.locator("gan-history li")).to_have_count(1)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator("gan-share .quiet")).not_to_be_empty()
    context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    assert complaints(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.set_offline(False)
    watched.check()
    context.close()


def test_panels_open_and_close_by_keyboard_and_say_so(page: Page) -> None:
    button = page.get_by_role("button", name="Piano")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("group", name="Piano keys")).to_be_visible()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(page.get_by_role("group", name="Piano keys")).to_be_hidden()


def test_the_history_is_kept_by_keyboard(page: Page) -> None:
    page.get_by_role("textbox", name="Your tune").fill(KESH)
    expect(page.get_by_text("Your last tunes")).to_be_visible()
    page.get_by_text("Your last tunes").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    star = page.get_by_role("button", name="Favourite")
    expect(star).to_be_focused()
    page.keyboard.press("Space")
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
