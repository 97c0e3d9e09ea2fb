"""Going from view to view, coming back, and going on with a tune: what stays, and where the focus is."""

from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import KnownTune
from tests.page.test_name_a_tune import paste

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

expect = sync_api.expect

HOSTILE = """async () => {
    await (await import("/page/store.js")).remembered();
    const open = indexedDB.open("gan-ainm");
    await new Promise((done) => { open.onsuccess = done; });
    const store = open.result.transaction("answers", "readwrite").objectStore("answers");
    const tune = { key: "", meter: "", rhythm: "" };
    for (const broken of [
        { when: 1 },
        { when: NaN, abc: 5, answer: null },
        { when: 1e300, abc: "K:G", answer: { suggestions: [], tune } },
        { when: 1, abc: "K:G", answer: { suggestions: [{ title: 5 }], tune } },
        { when: 1, abc: "K:G", answer: { suggestions: "none", tune } },
        { when: 1, abc: "K:G", answer: { suggestions: [], tune: {} } },
    ]) store.add(broken);
    await new Promise((done) => { store.transaction.oncomplete = done; });
}"""
UNBROKEN = "<b>" + "Verylongtitle" * 30


def test_each_view_and_each_title_names_the_document(page: "Page") -> None:
    expect(page).to_have_title("What is this tune called? – Gan Ainm")
    page.get_by_role("link", name="Name a book").click()
    expect(page).to_have_title("Name all tunes of a book – Gan Ainm")
    page.get_by_role("link", name="Browse").click()
    expect(page).to_have_title("Browse the titles – Gan Ainm")
    title = page.locator(".found a").first
    name = title.inner_text()
    title.click()
    expect(page).to_have_title(f"{name} – Gan Ainm")
    page.go_back()
    expect(page).to_have_title("Browse the titles – Gan Ainm")
    expect(page.locator(".found a").first).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="Name all tunes of a book")).to_be_focused()


def test_a_link_in_the_head_keeps_the_focus(page: "Page") -> None:
    for name in ("Browse", "Name a book", "Name a tune"):
        link = page.get_by_role("link", name=name)
        link.press("Enter")
        expect(link).to_have_attribute("aria-current", "page")
        expect(link).to_be_focused()


def test_a_suggested_title_leads_to_its_page(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc)
    page.get_by_role("link", name=known.title, exact=True).click()
    expect(page.get_by_role("heading", name=known.title, level=2)).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()


def test_a_text_is_there_again_after_a_reload(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc)
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Your tune, in ABC notation")).to_have_value(known.abc)
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()


def test_an_answer_that_breaks_off_is_asked_for_again(page: "Page", known: KnownTune) -> None:
    broken = ['{"known": tr']
    page.route(
        "**/suggest-titles?*",
        lambda route: route.fulfill(body=broken.pop()) if broken else route.continue_(),
    )
    paste(page, known.abc)
    expect(page.locator(".trouble")).to_contain_text("Trying again in 1 s")
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()


def test_a_slow_answer_says_that_it_is_on_its_way(page: "Page", known: KnownTune) -> None:
    def delay(route: "Route") -> None:
        page.wait_for_timeout(1200)
        route.continue_()

    page.route("**/suggest-titles?*", delay)
    paste(page, known.abc)
    expect(page.get_by_text("Looking …")).to_be_visible()
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    expect(page.get_by_text("Looking …")).to_be_hidden()


def test_broken_stored_tunes_do_not_hide_the_others(page: "Page", known: KnownTune) -> None:
    page.evaluate(HOSTILE)
    paste(page, known.abc)
    page.get_by_text("Your last tunes").click()
    expect(page.locator("gan-history li")).to_have_count(1)
    opened = page.locator("gan-history .open")
    opened.press("Enter")
    page.wait_for_timeout(600)
    expect(opened).to_be_focused()


def test_long_words_do_not_widen_the_page(page: "Page", known: KnownTune) -> None:
    def rename(route: "Route") -> None:
        answer = route.fetch().json()
        for title in answer["suggestions"]:
            title["title"] = UNBROKEN
            title["aliases"] = [UNBROKEN + "x"]
        route.fulfill(json=answer)

    page.route("**/suggest-titles?*", rename)
    page.set_viewport_size({"width": 320, "height": 640})
    paste(page, known.abc.replace("K:", f"T:{UNBROKEN}\nK:"))
    expect(page.locator("gan-answer h2").first).to_contain_text(UNBROKEN)
    page.get_by_role("button", name="Show the match").first.click()
    page.get_by_text("Your last tunes").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_medley_is_not_called_one_tune(page: "Page", known: KnownTune) -> None:
    def add_parts(route: "Route") -> None:
        answer = route.fetch().json()
        answer["parts"] = [{"first_bar": 1, "last_bar": 1, "title": title} for title in ("One", "Two")]
        route.fulfill(json=answer)

    page.route("**/suggest-titles?*", add_parts)
    paste(page, known.abc)
    expect(page.locator("gan-answer .medley")).to_have_text("A medley: One, Two.")
    expect(page.get_by_role("heading", name=f"Most like {known.title}")).to_be_visible()
    expect(page.locator("gan-answer [role=status]")).to_have_text("A medley: One, Two.")


def test_one_tune_sounds_at_a_time_and_none_in_another_view(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc)
    page.get_by_role("button", name="Show the match").first.click()
    stop = page.locator("gan-match").get_by_role("button", name="Stop")
    for _ in range(2):
        page.locator("gan-match").get_by_role("button", name="Play mine").click()
        expect(stop).to_be_enabled()
    page.get_by_role("link", name=known.title, exact=True).click()
    page.locator("gan-title").get_by_role("button", name="Play").first.click()
    expect(page.locator("gan-title").get_by_role("button", name="Stop")).to_have_count(1)
    page.go_back()
    expect(stop).to_be_disabled()
    stop.focus()
    expect(stop).to_be_focused()


def test_there_is_no_link_to_an_empty_tune(page: "Page", known: KnownTune) -> None:
    page.get_by_role("button", name="Copy link").click()
    said = page.get_by_text("There is no tune yet that a link could hold.")
    expect(said).to_be_visible()
    paste(page, known.abc)
    expect(said).to_be_hidden()
