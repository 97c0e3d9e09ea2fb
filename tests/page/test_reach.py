"""Everybody can use the page: by keyboard, with a screen reader, on a narrow screen, in the dark, printed."""

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pytest

from tests.page.conftest import KnownTune, watch
from tests.page.test_name_a_tune import paste

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect = sync_api.expect

UNKNOWN = "X:1\nM:4/4\nL:1/8\nK:C\nC2c'2 ^F,2b2|_A4 ^c'4|B,,2a2 _D2^g2|F,8|c'2C2 b2^F2|_a4 E,4|\n"


def complaints(page: "Page") -> list[str]:
    found = axe.Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(
    page: "Page", known: KnownTune, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    assert complaints(page) == []
    paste(page, known.abc.rstrip("\n") + " @ ? GAB\n\nX:2\nK:G\nGAB\n")
    page.get_by_role("button", name="Show the match").first.click()
    page.get_by_text("things I skipped").click()
    expect(page.locator("gan-match svg").first).to_be_visible()
    assert complaints(page) == []
    paste(page, UNKNOWN)
    expect(page.get_by_role("heading", name="I don't know this tune.")).to_be_visible()
    assert complaints(page) == []
    paste(page, "X:1\nK:G\n")
    expect(page.get_by_role("alert")).to_be_visible()
    assert complaints(page) == []
    page.get_by_text("Keys").click()
    for view in ("#book", "#browse"):
        page.evaluate("(view) => { location.hash = view; }", view)
        assert complaints(page) == []


def test_by_keyboard_alone(page: "Page", known: KnownTune) -> None:
    def focused() -> str:
        # The focus is visible: it has an outline.
        name, outline = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            "const name = e.getAttribute('aria-label') || e.textContent || e.id;"
            "return [name, s.outlineStyle + s.outlineWidth]; }"
        )
        assert outline == "solid3px", name
        return str(name).strip()

    page.keyboard.press("Tab")
    assert focused() == "Skip to the tune"
    page.keyboard.press("Enter")
    page.keyboard.insert_text(known.abc)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if focused().startswith("Show the match"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("gan-match svg").first).to_be_visible()
    assert focused().startswith("Hide the match"), "the focus stays"
    page.keyboard.press("Tab")
    assert focused().startswith("Copy ABC with this title")
    page.keyboard.press("Enter")
    expect(page.locator("button:focus")).to_have_text("Copied")
    assert f"T:{known.title}\n" in page.evaluate("navigator.clipboard.readText()")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert focused() == "Play theirs"
    page.keyboard.press("Enter")
    expect(page.locator("gan-match .theirs .playing")).to_have_count(1)


def test_the_answer_is_a_sentence_for_a_screen_reader(page: "Page") -> None:
    status = page.locator("gan-answer [role=status]")
    expect(status).to_be_empty()
    paste(page, UNKNOWN)
    expect(status).to_have_text("I don't know this tune.")
    headings = page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].filter((each) => each.checkVisibility())"
        ".map((each) => each.tagName)"
    )
    assert headings[0] == "H1"
    levels = [int(tag[1]) for tag in headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_narrow_screen_has_one_column_and_large_targets(
    browser: "Browser", address: str, known: KnownTune
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    watched = watch(context, address)
    page = watched.page
    page.goto(address)
    paste(page, known.abc)
    page.get_by_role("button", name="Show the match").first.click()
    expect(page.locator("gan-match svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, nav a, .actions a, input, summary")]
        .filter((each) => each.checkVisibility())
        .filter((each) => each.getBoundingClientRect().height < 44)
        .map((each) => each.outerHTML)"""
    )
    assert small == []
    watched.check()
    context.close()


def test_the_dark_page_is_dark(page: "Page") -> None:
    brightness = "Number(getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0])"
    assert page.evaluate(brightness) > 200
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(brightness) < 60


def test_who_wants_no_motion_gets_none(page: "Page", known: KnownTune) -> None:
    page.emulate_media(reduced_motion="reduce")
    paste(page, known.abc)
    title = page.locator("gan-answer .titles")
    expect(title).to_be_visible()
    assert title.evaluate("(element) => getComputedStyle(element).animationName") == "none"
    page.emulate_media(reduced_motion="no-preference")
    assert title.evaluate("(element) => getComputedStyle(element).animationName") == "appear"


def test_paper_has_the_tune_its_title_and_its_source(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc)
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    page.emulate_media(media="print")
    for selector in ("gan-score svg", "gan-answer h2", "gan-answer .details"):
        expect(page.locator(selector).first).to_be_visible()
    for selector in ("header", "textarea", "button", "footer", ".confidence", "h1"):
        assert not any(each.is_visible() for each in page.locator(selector).all()), selector
