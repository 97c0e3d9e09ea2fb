"""What the page says when something is missing, wrong, late or gone."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.settings import Settings
from tests.page.conftest import KnownTune, watch
from tests.page.test_name_a_tune import paste
from tests.support import eventually, serve

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

expect = sync_api.expect


def selected(page: "Page") -> str:
    text: str = page.evaluate(
        "() => { const f = document.querySelector('textarea');"
        "return f.value.slice(f.selectionStart, f.selectionEnd); }"
    )
    return text


def test_each_warning_is_listed_and_selects_its_place(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc.replace("K:", "N:\U0001d11e \U0001d11e\nK:").rstrip("\n") + '"\U0001d11e" ? @ G\n')
    summary = page.get_by_text("2 things I skipped")
    expect(summary).to_be_visible()
    marks = page.locator(".marks mark")
    expect(marks).to_have_text(["?", "@"])
    summary.click()
    entries = page.locator(".warnings li button")
    for entry, sign in zip(entries.all(), ("?", "@"), strict=True):
        expect(entry).to_contain_text(re.compile(r"^line \d+, column \d+: .*skipped"))
        entry.click()
        assert selected(page) == sign


def test_matched_notes_are_found_behind_signs_of_two_units(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc.replace("K:", "N:\U0001d11e\U0001d11e\U0001d11e\nK:"))
    page.get_by_role("button", name="Show the match").first.click()
    match = page.locator("gan-match").first
    expect(match.locator(".mine .band").first).to_be_visible()
    expect(match.locator(".differs")).to_have_count(0)


def test_a_text_without_notes_is_marked_and_the_cursor_goes_there_when_asked(page: "Page") -> None:
    field = page.get_by_label("Your tune, in ABC notation")
    paste(page, "X:1\nT:Nothing\nK:G\n")
    fault = page.get_by_role("alert")
    expect(fault).to_have_text("The tune has no notes.")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert selected(page) == "", "somebody who types keeps the cursor"
    field.press("Control+Enter")
    eventually(lambda: selected(page) == "X", "the cursor does not go there")
    expect(page.locator(".marks mark.fault")).to_have_count(1)
    paste(page, "X:1\nK:G\nGAB")
    expect(fault).to_be_hidden()
    expect(field).to_have_attribute("aria-invalid", "false")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "The service has much to do just now. Trying again in 2 s; your tune is kept."),
        (504, "The answer took too long. Trying again in 2 s; your tune is kept."),
        (503, "The service is not ready. Trying again in 2 s; your tune is kept."),
    ],
)
def test_a_busy_service_is_asked_again(page: "Page", known: KnownTune, status: int, reason: str) -> None:
    left = [status]

    def answer(route: "Route") -> None:
        if left:
            route.fulfill(status=left.pop(), headers={"Retry-After": "2"}, json={"detail": "wait"})
        else:
            route.continue_()

    page.route("**/suggest-titles*", answer)
    paste(page, known.abc)
    expect(page.get_by_text(reason).first).to_be_visible()
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    expect(page.locator(".trouble")).to_be_hidden()
    assert page.get_by_label("Your tune, in ABC notation").input_value() == known.abc


def test_a_refusal_is_shown_and_not_repeated(page: "Page") -> None:
    asked: list[str] = []

    def refuse(route: "Route") -> None:
        asked.append(route.request.url)
        route.fulfill(status=413, json={"detail": "the body is too large"})

    page.route("**/suggest-titles*", refuse)
    paste(page, "K:G\nGAB")
    expect(page.locator(".trouble")).to_have_text(
        "This is longer than a tune: the service does not take so much at once."
    )
    page.wait_for_timeout(1500)
    assert len(asked) == 1


def test_offline_the_answer_stays_and_the_question_waits(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc)
    heading = page.get_by_role("heading", name=f"This is {known.title}")
    expect(heading).to_be_visible()
    page.context.set_offline(True)
    paste(page, known.abc + "z")
    expect(page.locator(".trouble")).to_contain_text("You are offline.")
    expect(heading).to_be_visible()
    with page.expect_response("**/suggest-titles*"):
        page.context.set_offline(False)
    expect(page.locator(".trouble")).to_be_hidden()


def test_a_service_that_was_gone_is_found_again(
    context: "BrowserContext", small_artifacts: Path, known: KnownTune
) -> None:
    settings = Settings(host="127.0.0.1", artifacts=small_artifacts)
    with serve(settings) as client:
        url = client.base_url
        watched = watch(context, str(url))
        watched.page.goto(str(url))
        expect(watched.page.get_by_label("Your tune, in ABC notation")).to_be_visible()
    paste(watched.page, known.abc)
    trouble = watched.page.locator(".trouble")
    expect(trouble).to_contain_text("The service cannot be reached. Trying again in 1 s; your tune is kept.")
    with serve(settings, port=url.port or 0):
        expect(watched.page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
        expect(trouble).to_be_hidden()
    watched.check()


NASTY = [
    "T:<img src=x onerror=alert(1)>\nK:G\nGAB c2",
    'X:1\nT:"><script>alert(1)</script>\nC:<b>bold</b>\nK:G\n"<i>x</i>"GAB|"^</svg><p id=leaked>"cde|',
    "%%text <a href=javascript:alert(1)>x</a>\nK:C\nabc",
    "%%begintext\n<p id=leaked>\n%%endtext\nK:C\nabc",
    "K:G\n[V:1]GAB|[V:2]\nw: <b>la</b>\n(((((((ABC{{{{",
    "X:1\nX:2\nX:3\nK:\nK:Hp\nM:0/0\nL:1/0\nGAB|",
    "M:none\nK:none\nz99999999 G99999 A/////////B",
    "||||||||::::[1[2[3[9999|]|]|]",
    "\x00\x01\x02\ufffe\U0010ffff GAB",
    "K:G\n" + "GABcdefg|" * 400,
    "\u202e\u2066GAB\n\n\nK:C clef=bass octave=9 transpose=99\nGAB|&&&GAB",
    "(((3" * 300 + "G",
    "[" * 500 + "G" + "]" * 500,
]


def test_no_text_breaks_the_page_or_becomes_html(page: "Page") -> None:
    page.on("dialog", lambda dialog: pytest.fail(f"the text ran: {dialog.message}"))
    before = page.evaluate("document.querySelectorAll('script').length")
    for text in NASTY:
        paste(page, text)
        with page.expect_response("**/suggest-titles*") as answered:
            page.get_by_label("Your tune, in ABC notation").press("Control+Enter")
        status = page.get_by_role("alert") if answered.value.status == 422 else page.locator("gan-answer h2")
        expect(status.first).to_be_visible()
        for button in page.get_by_role("button", name="Show the match").all()[:1]:
            button.click()
        assert page.evaluate("document.querySelectorAll('script').length") == before
        assert page.locator("#leaked, main img, main b, main i, main a[href^=javascript]").count() == 0
    paste(page, "K:G\nGAB")
    expect(page.get_by_text("Three notes fit many tunes.")).to_be_visible()
