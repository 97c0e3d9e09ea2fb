"""The way from a tune to its name, in a real browser."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import KnownTune

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import Page

expect = sync_api.expect


def paste(page: "Page", text: str) -> None:
    page.get_by_label("Your tune, in ABC notation").fill(text)


def test_from_a_pasted_tune_to_a_copied_title(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc)
    expect(page.locator("gan-score svg")).to_be_visible()
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    expect(page.locator("gan-answer .confidence")).to_contain_text(re.compile(r"9\d % sure"))
    expect(page.locator("gan-answer [role=status]")).to_have_text(
        re.compile(rf"^This is {re.escape(known.title)}, 9\d % sure\.$")
    )
    page.get_by_role("button", name="Copy ABC with this title").click()
    expect(page.get_by_role("button", name="Copy ABC with this title")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert f"\nT:{known.title}\n" in copied
    assert copied.replace(f"T:{known.title}\n", "") == known.abc


def test_typing_draws_and_asks_without_a_button(page: "Page") -> None:
    field = page.get_by_label("Your tune, in ABC notation")
    field.press_sequentially("K:G\nGAB")
    expect(page.locator("gan-score svg")).to_be_visible()
    expect(page.get_by_text("Three notes fit many tunes. Add a bar or two.")).to_be_visible()
    rows = page.locator("gan-score table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("G 4, A 4, B 4")
    field.fill("")
    expect(page.locator("gan-score svg")).to_have_count(0)
    expect(page.locator("gan-answer .result")).to_be_empty()


def test_the_match_shows_what_the_service_found(page: "Page", known: KnownTune) -> None:
    paste(page, known.moved(5))
    with page.expect_response("**/suggest-titles*") as answered:
        page.get_by_label("Your tune, in ABC notation").press("Control+Enter")
    [evidence] = [each for each in answered.value.json()["suggestions"][0]["evidence"] if "bars" in each]
    difference = "A fourth lower than yours; every note matches."
    expect(page.locator(".title .how").first).to_have_text(difference)
    page.get_by_role("button", name="Show the match").first.click()
    match = page.locator("gan-match").first
    expect(match.locator(".difference")).to_have_text(difference)
    expect(page.locator(".title .how").first).to_be_hidden()
    coloured = ".band:not(.alone)"
    pairs = dict(evidence["bars"])
    expect(match.locator(f".mine {coloured}")).to_have_count(len(pairs))
    expect(match.locator(f".theirs {coloured}")).to_have_count(len(set(pairs.values())))
    expect(match.locator(".joins line")).to_have_count(len(pairs))
    # Both staves are in my key: the same names stand above each other.
    for cells in match.locator("tbody tr").all():
        _, mine, partner, theirs = (cell.inner_text() for cell in cells.locator("th, td").all())
        assert partner != "none"
        assert mine == theirs


def test_notes_that_differ_are_marked_on_both_staves(page: "Page", known: KnownTune) -> None:
    lines = known.abc.split("\n")
    place = next(index for index, line in enumerate(lines) if line.count("|") > 3)
    bars = lines[place].split("|")
    bars[1] = re.sub(r"[A-Ga-g][',]*", "b''", bars[1], count=1)
    lines[place] = "|".join(bars)
    paste(page, "\n".join(lines))
    page.get_by_role("button", name="Show the match").first.click()
    match = page.locator("gan-match").first
    for side in ("mine", "theirs"):
        expect(match.locator(f".{side} .differs")).to_have_count(1)
        expect(match.locator(f".{side} .differs-mark")).to_have_count(1)


def test_a_match_can_be_heard_and_follows_with_a_cursor(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc)
    page.get_by_role("button", name="Show the match").first.click()
    match = page.locator("gan-match").first
    stop = match.get_by_role("button", name="Stop")
    expect(stop).to_be_disabled()
    match.get_by_label("Tempo").fill("240")
    match.get_by_role("button", name="Play theirs").click()
    expect(match.locator(".theirs .playing")).to_have_count(1)
    expect(match.locator(".mine .playing")).to_have_count(0)
    first = match.locator(".theirs .playing").evaluate("(note) => note.getBBox().x")
    page.wait_for_timeout(1200)
    assert match.locator(".theirs .playing").evaluate("(note) => note.getBBox().x") != first
    stop.click()
    expect(match.locator(".playing")).to_have_count(0)
    expect(stop).to_be_disabled()
    match.locator(".mine .band").nth(4).click(force=True)
    expect(match.locator(".mine .playing")).to_have_count(1)


def test_an_example_is_one_click(page: "Page") -> None:
    for example in page.locator(".examples button").all():
        example.click()
        expect(page.locator("gan-score svg")).to_be_visible()
        expect(page.locator("gan-answer [role=status]")).not_to_be_empty()


def test_a_file_opens_from_a_button_in_any_encoding(page: "Page", known: KnownTune) -> None:
    text = known.abc.replace("X:1\n", "X:1\nC:Séamus\n")
    page.locator("gan-tune input[type=file]").set_input_files(
        {"name": "tune.abc", "mimeType": "", "buffer": text.encode("latin-1")}
    )
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    assert "C:Séamus" in page.get_by_label("Your tune, in ABC notation").input_value()


def test_a_file_that_the_service_cannot_read_says_so(page: "Page") -> None:
    page.route("**/convert", lambda route: route.fulfill(status=415, body="{}"))
    page.locator("gan-tune input[type=file]").set_input_files(
        {"name": "tune.mid", "mimeType": "audio/midi", "buffer": b"MThd"}
    )
    expect(page.locator(".trouble")).to_have_text("tune.mid: This service does not read such files.")


def test_another_kind_of_file_is_converted_and_can_be_edited(page: "Page", known: KnownTune) -> None:
    warning = {"line": 4, "column": 1, "message": "a chord, its highest note is read"}
    page.route(
        "**/convert", lambda route: route.fulfill(json={"abc": known.abc, "warnings": [warning], "notes": []})
    )
    page.locator("gan-tune input[type=file]").set_input_files(
        {"name": "tune.MusicXML", "mimeType": "", "buffer": b"<score-partwise/>"}
    )
    expect(page.get_by_role("heading", name=f"This is {known.title}")).to_be_visible()
    assert page.get_by_label("Your tune, in ABC notation").input_value() == known.abc


def test_several_tunes_lead_to_the_book(page: "Page", known: KnownTune) -> None:
    paste(page, known.abc + "\n" + known.abc.replace("X:1", "X:2"))
    expect(page.get_by_text("You pasted 2 tunes. This is the first.")).to_be_visible()
    page.get_by_role("link", name="Name all of them?").click()
    expect(page.get_by_role("heading", name="Name all tunes of a book")).to_be_visible()
    expect(page.get_by_role("link", name="Name a book")).to_have_attribute("aria-current", "page")


def test_a_tune_that_nobody_knows(page: "Page") -> None:
    paste(page, "X:1\nM:4/4\nL:1/8\nK:C\nC2c'2 ^F,2b2|_A4 ^c'4|B,,2a2 _D2^g2|F,8|c'2C2 b2^F2|_a4 E,4|\n")
    expect(page.get_by_role("heading", name="I don't know this tune.")).to_be_visible()
    alike = page.locator("gan-answer .alike")
    expect(alike).to_contain_text("Tunes like it are called:")
    assert "%" not in alike.inner_text()
