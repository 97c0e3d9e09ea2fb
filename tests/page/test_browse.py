"""The catalogue in the browser: titles as one types, and the page of a title."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

expect = sync_api.expect


@pytest.fixture(scope="module")
def title(address: str) -> dict[str, str]:
    """A title with a longer name."""
    listed = httpx.get(f"{address}/titles", params={"limit": 100}).json()["titles"]
    return dict(next(each for each in listed if len(each["title"]) > 12))


def test_titles_are_found_while_one_types(page: "Page", address: str, title: dict[str, str]) -> None:
    page.goto(f"{address}/#browse")
    expect(page.locator("gan-browse .said").first).to_contain_text("in alphabetical order")
    expect(page.locator(".found li")).to_have_count(30)
    page.get_by_label("Find a title").press_sequentially(title["title"][:9], delay=30)
    expect(page.locator(".found a").first).to_have_text(title["title"])
    assert page.url.endswith(f"#browse?q={title['title'][:9].replace(' ', '+')}")
    page.reload()
    expect(page.get_by_label("Find a title")).to_have_value(title["title"][:9])
    expect(page.locator(".found a").first).to_have_text(title["title"])
    page.get_by_label("Find a title").fill("zzzz qqqq")
    expect(page.locator("gan-browse .said").first).to_have_text("No title is like “zzzz qqqq”.")


def test_an_older_search_never_replaces_a_newer_one(
    page: "Page", address: str, title: dict[str, str]
) -> None:
    held: list[Route] = []

    def hold_the_first(route: "Route") -> None:
        if "q=slow" in route.request.url:
            held.append(route)
        else:
            route.continue_()

    page.route("**/titles?*", hold_the_first)
    page.goto(f"{address}/#browse")
    field = page.get_by_label("Find a title")
    with page.expect_request(re.compile("q=slow")) as older:
        field.fill("slow")
    with page.expect_event("requestfailed", lambda request: request == older.value):  # it is aborted
        field.fill(title["title"])
    expect(page.locator(".found a").first).to_have_text(title["title"])
    assert len(held) == 1


def test_the_page_of_a_title(page: "Page", address: str, title: dict[str, str]) -> None:
    details = httpx.get(f"{address}/titles/{title['id']}").json()
    page.goto(f"{address}/#browse?q={quote(title['title'])}")
    page.locator(".found a").first.click()
    expect(page.get_by_role("heading", name=title["title"], exact=True)).to_be_focused()
    expect(page.locator("gan-title .setting")).to_have_count(len(details["settings"]))
    setting = page.locator("gan-title .setting").first
    expect(setting.locator("svg")).to_be_visible()
    expect(setting).to_contain_text(details["settings"][0]["key"])
    expect(setting.get_by_role("link", name="Download the ABC")).to_have_attribute(
        "href", f"settings/{details['settings'][0]['id']}.abc"
    )
    expect(page.locator(".nearest a")).to_have_count(len(details["nearest"]))
    page.locator(".nearest a").first.click()
    expect(page.get_by_role("heading", name=details["nearest"][0]["title"], exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=title["title"], exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Find a title")).to_have_value(title["title"])


def test_a_setting_is_played_and_stopped(page: "Page", address: str, title: dict[str, str]) -> None:
    page.goto(f"{address}/#title/{title['id']}")
    expect(page.locator("gan-title .setting svg").first).to_be_visible()
    page.get_by_role("button", name="Play").first.press("Enter")
    stop = page.get_by_role("button", name="Stop", exact=True).first
    expect(stop).to_have_attribute("aria-pressed", "true")
    stop.press("Enter")
    expect(page.get_by_role("button", name="Play").first).to_have_attribute("aria-pressed", "false")


def test_more_titles_follow(page: "Page", address: str) -> None:
    page.goto(f"{address}/#browse")
    page.get_by_role("button", name="More titles").press("Enter")
    expect(page.locator(".found li")).to_have_count(60)
    expect(page.locator(".found a").nth(30)).to_be_focused()


def test_an_unknown_title_is_said_in_words(page: "Page", address: str) -> None:
    page.goto(f"{address}/#title/there-is-none")
    expect(page.locator("gan-title .said")).to_contain_text("There is no such title.")


def test_a_phone_scrolls_in_one_direction_only(page: "Page", address: str, title: dict[str, str]) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{address}/#title/{title['id']}")
    expect(page.locator("gan-title .setting svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_busy_service_is_asked_again(page: "Page", address: str) -> None:
    refused: list[str] = []

    def refuse_once(route: "Route") -> None:
        if refused:
            return route.continue_()
        refused.append(route.request.url)
        return route.fulfill(status=429, headers={"Retry-After": "1"}, json={"detail": "busy"})

    page.route("**/titles?*", refuse_once)
    page.goto(f"{address}/#browse")
    expect(page.locator("gan-browse .said").first).to_have_text("The service is busy. Trying again in 1 s.")
    expect(page.locator("gan-browse .said").first).to_contain_text("in alphabetical order")
