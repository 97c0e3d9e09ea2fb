"""The last answers and favourites, which the browser keeps."""

from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed: make install")

from playwright.sync_api import Page, expect

TUNES = {
    "reel": "X:1\nM:4/4\nK:Edor\nE2BE dEBE|E2BE AFDF|E2BE dEBE|BABc dAFD|\n",
    "jig": "X:1\nM:6/8\nK:G\nGAG GAB|ABA ABd|edd gdd|edB dBA|\n",
    "slow": "X:1\nM:3/4\nK:D\nd3 e f2|A3 B d2|F3 E D2|E6|\n",
}
REMEMBER = """async ([tunes, favourite]) => {
    const store = await import("/page/store.js");
    const tune = { notes: 8, bars: 2, key: "", meter: "", rhythm: "" };
    const answer = { known: false, suggestions: [], tune, warnings: [], artifact: "", took_ms: 1 };
    for (const abc of tunes) await store.remember(abc, answer);
    if (favourite) await store.keep([{ ...(await store.remembered())[0], favourite }]);
    return (await store.remembered()).map(({ abc }) => abc);
}"""


def name(page: Page, *tunes: str) -> None:
    for tune in tunes:
        page.get_by_role("textbox", name="Your tune").fill(TUNES[tune])
        expect(page.locator(f"gan-history li:has-text('{meter(tune)}')")).to_have_count(1)


def meter(tune: str) -> str:
    return TUNES[tune].split("M:")[1].split("\n")[0]


def meters(page: Page) -> list[str]:
    texts = page.locator("gan-history li .quiet").all_inner_texts()
    return [part for text in texts for part in text.split(" · ") if "/" in part]


def test_answers_are_listed_the_newest_first(page: Page) -> None:
    expect(page.locator("gan-history")).to_be_hidden()
    name(page, "reel", "jig", "slow")
    page.get_by_text("Your last tunes").click()
    assert meters(page) == ["3/4", "6/8", "4/4"]
    page.reload()
    page.get_by_text("Your last tunes").click()
    expect(page.locator("gan-history li")).to_have_count(3)
    page.locator("gan-history .open").nth(2).click()
    expect(page.get_by_role("textbox", name="Your tune")).to_have_value(TUNES["reel"])
    expect(page.locator("gan-history li").first).to_contain_text("4/4")
    assert meters(page) == ["4/4", "3/4", "6/8"]


def test_typing_on_is_one_tune(page: Page) -> None:
    assert page.evaluate(REMEMBER, [["K:G\nGAG", "K:G\nGAG GAB|", "K:G\nGAG GAB|ABA"], False]) == [
        "K:G\nGAG GAB|ABA"
    ]


def test_favourites_stay_when_the_rest_is_cleared(page: Page) -> None:
    name(page, "reel", "jig", "slow")
    page.get_by_text("Your last tunes").click()
    page.locator("gan-history li", has_text="6/8").get_by_role("button", name="Favourite").click()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Removed 2 tunes.")).to_be_visible()
    assert meters(page) == ["6/8"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("gan-history li")).to_have_count(3)
    page.get_by_label("Favourites only").check()
    assert meters(page) == ["6/8"]
    page.get_by_label("Favourites only").uncheck()
    page.locator("gan-history li", has_text="3/4").get_by_role("button", name="Remove").click()
    expect(page.locator("gan-history li")).to_have_count(2)


def test_the_history_is_a_tunebook_to_download(page: Page, tmp_path: Path) -> None:
    name(page, "reel", "jig")
    page.get_by_text("Your last tunes").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as ABC").click()
    download.value.save_as(tmp_path / "book.abc")
    book = (tmp_path / "book.abc").read_text(encoding="utf-8")
    assert [line for line in book.splitlines() if line.startswith(("X:", "K:"))] == [
        "X:1",
        "K:G",
        "X:2",
        "K:Edor",
    ]


def test_the_last_two_hundred_stay_and_favourites_besides(page: Page) -> None:
    tunes = [f"{number:03} {'abcdefg'[number % 7] * 40} {number:03}" for number in range(205)]
    page.evaluate(REMEMBER, [tunes[:1], True])
    kept = page.evaluate(REMEMBER, [tunes[1:], False])
    assert kept == [*reversed(tunes[5:]), tunes[0]]
