"""A whole tunebook in the browser: in, looked at by mouse and by keyboard, and out again with titles."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from index.suggester import Suggester
from index.suggestions import Suggestions
from model.abc import Tune, write
from service.settings import Settings
from tests.nonsense import nonsense
from tests.page.conftest import Watched, watch
from tests.support import serve
from training.corpora import Corpus

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Route

expect = sync_api.expect

SAID = "gan-book .work > .said"


def unknown(seed: int) -> str:
    """A tune that no book has, without a title."""
    ((_, tune),) = nonsense(1, seed=seed)
    return re.sub(r"(?m)^[XT]:.*\n", "", write(tune))


def known(corpus: Corpus, index: int) -> tuple[str, str]:
    """The title of a known tune, and the tune without its number and its titles."""
    tune = re.split(r"(?m)^(?=X:)", corpus.path.read_text(encoding="utf-8"))[1:][index]
    title = re.search(r"(?m)^T:[ \t]*(.*)$", tune)
    assert title
    return title[1].strip(), re.sub(r"(?m)^(?:[XTCBSNZHFADO]:|%).*\n", "", tune).strip() + "\n"


@pytest.fixture(scope="module")
def book(small_corpus: Corpus) -> bytes:
    """Latin-1 with CR LF and no final line end: three tunes that are known, and two that are not."""
    tunes = [known(small_corpus, index)[1] for index in (5, 20, 40)]
    text = (
        f"% Cnuasach ceoil: é\n\nX:1\nT:Gan Ainm\nC:Máire\n{tunes[0]}\nX:2\nT:My own name\n{tunes[1]}\n"
        f"X:3\n{unknown(7)}\nX:4\nT:Words\nK:G\n\nX:5\n{tunes[2]}"
    )
    return text.strip().replace("\n", "\r\n").encode("latin-1")


def open_book(page: "Page", address: str, book: bytes, name: str = "mine.abc") -> None:
    """Open a book's file, and wait until all of its tunes are answered."""
    page.goto(f"{address}/#book")
    page.locator("gan-book-input input[type=file]").set_input_files(
        files={"name": name, "mimeType": "text/plain", "buffer": book}
    )
    expect(page.locator("gan-book .work")).to_be_visible()
    expect(page.locator("gan-book .running")).to_be_hidden()


def downloaded(page: "Page") -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the book").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def row(page: "Page", number: int) -> "Locator":
    return page.locator("tr.tune").filter(has=page.get_by_text(f"X:{number}", exact=True))


def proposed(page: "Page", number: int) -> str:
    return row(page, number).locator(".proposed .name").inner_text()


def test_a_book_comes_out_with_titles_and_every_other_byte_unchanged(
    page: "Page", address: str, book: bytes
) -> None:
    open_book(page, address, book)
    expect(page.locator(SAID)).to_have_text("5 tunes: 3 sure, 0 to look at, 2 unknown.")
    expect(page.locator("tbody.group-sure tr.tune")).to_have_count(3)
    expect(page.locator("tbody.group-look")).to_be_hidden()
    expect(row(page, 4)).to_contain_text("The tune has no notes.")
    for number in (1, 2, 5):
        expect(row(page, number).get_by_role("checkbox")).to_be_checked()
    for number in (3, 4):
        expect(row(page, number).get_by_role("checkbox")).not_to_be_checked()
    titles = {number: proposed(page, number).encode("latin-1") for number in (1, 2, 5)}
    row(page, 5).get_by_role("checkbox").uncheck()
    name, filled = downloaded(page)
    assert name == "mine-titled.abc"
    right = book.replace(b"T:Gan Ainm", b"T:" + titles[1])
    right = right.replace(b"X:2\r\n", b"X:2\r\nT:" + titles[2] + b"\r\n")
    assert filled == right


def test_the_incipits_are_drawn_and_the_source_is_named(page: "Page", address: str, book: bytes) -> None:
    open_book(page, address, book)
    expect(row(page, 1).locator(".incipit svg")).to_be_visible()
    expect(row(page, 1).locator(".why")).to_contain_text("The same notes.")
    expect(row(page, 1).locator(".sureness")).to_contain_text("sure, 99 %")
    expect(row(page, 4).locator(".incipit svg")).to_have_count(0)


def test_a_text_is_pasted_and_named(page: "Page", address: str, small_corpus: Corpus) -> None:
    title, tune = known(small_corpus, 5)
    page.goto(f"{address}/#book")
    page.get_by_label("A tunebook in ABC").fill(f"X:1\nT:{title}\n{tune}\nX:2\n{tune}")
    page.get_by_role("button", name="Name these tunes").click()
    expect(page.locator("gan-book .running")).to_be_hidden()
    expect(row(page, 1)).to_contain_text("It already has this title.")
    expect(row(page, 1).get_by_role("checkbox")).not_to_be_checked()
    expect(row(page, 2).get_by_role("checkbox")).to_be_checked()
    assert downloaded(page)[1].decode() == f"X:1\nT:{title}\n{tune}\nX:2\nT:{proposed(page, 2)}\n{tune}"


def test_an_empty_text_is_no_book(page: "Page", address: str) -> None:
    page.goto(f"{address}/#book")
    page.get_by_role("button", name="Name these tunes").click()
    expect(page.locator("gan-book-input .refused")).to_have_text("There is nothing in it yet.")


def test_all_by_keyboard(page: "Page", address: str, small_corpus: Corpus) -> None:
    tunes = [known(small_corpus, index)[1] for index in (5, 20, 40)]
    page.goto(f"{address}/#book")
    page.get_by_label("A tunebook in ABC").focus()
    page.keyboard.insert_text("\n".join(f"X:{number}\n{tune}" for number, tune in enumerate(tunes, start=1)))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("gan-book .running")).to_be_hidden()
    boxes = page.locator("tr.tune").get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    for _ in range(12):  # the tabs, the slider, the first row
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('accept')"):
            break
    expect(boxes.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")  # there is no further row
    expect(boxes.nth(2)).to_be_focused()
    page.keyboard.press("Space")
    expect(boxes.nth(2)).not_to_be_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("tr.detail gan-match svg").first).to_be_visible()
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("tr.detail")).to_have_count(0)
    page.keyboard.press("u")
    expect(boxes.nth(2)).to_be_checked()
    expect(boxes.nth(2)).to_be_focused()


def test_the_slider_accepts_all_above_it_and_leaves_what_was_decided_by_hand(
    page: "Page", address: str, book: bytes
) -> None:
    open_book(page, address, book)
    row(page, 1).get_by_role("checkbox").uncheck()
    slider = page.get_by_label("Accept all that are at least this sure")
    expect(page.locator(".threshold")).to_have_text("90 %: 2 titles accepted")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator(".threshold")).to_have_text("50 %: 2 titles accepted")
    expect(row(page, 1).get_by_role("checkbox")).not_to_be_checked()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".threshold")).to_have_text("90 %: 2 titles accepted")
    page.get_by_role("button", name="Undo").click()
    expect(row(page, 1).get_by_role("checkbox")).to_be_checked()
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_the_same_tunes_are_listed(page: "Page", address: str, small_corpus: Corpus) -> None:
    _, tune = known(small_corpus, 5)
    _, other = known(small_corpus, 20)
    text = f"X:1\nT:One\n{tune}\nX:2\n{other}\nX:3\nT:Two\n{tune}"
    open_book(page, address, text.encode())
    page.get_by_role("tab", name="Titles").focus()
    page.keyboard.press("ArrowRight")
    said = page.locator("gan-duplicates .said")
    expect(said).to_have_text("1 tune is in this book more than once (3 tunes compared).")
    expect(page.locator("gan-duplicates ul > li")).to_have_count(2)
    expect(page.locator("gan-duplicates ul > li").nth(1)).to_contain_text("Two")
    expect(page.locator("gan-duplicates ul > li").nth(1)).to_contain_text("100 % alike, same key")


def test_a_phone_scrolls_in_one_direction_only(page: "Page", address: str, book: bytes) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    open_book(page, address, book)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    row(page, 1).get_by_role("button").click()
    expect(page.locator("tr.detail gan-match svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for button in page.locator("gan-book button:visible").all():
        assert (box := button.bounding_box())
        assert box["height"] >= 44 or button.get_attribute("class") == "stop"


def test_a_busy_service_is_asked_again(page: "Page", address: str, book: bytes) -> None:
    refused: list[str] = []

    def refuse_twice(route: "Route") -> None:
        if len(refused) == 2:
            return route.continue_()
        refused.append(route.request.url)
        problem = {"type": "urn:gan-ainm:problem:overloaded", "status": 429, "detail": "2 batches at a time"}
        return route.fulfill(
            status=429, headers={"Retry-After": "1"}, json=problem, content_type="application/problem+json"
        )

    page.route("**/suggest-titles/batch*", refuse_twice)
    page.goto(f"{address}/#book")
    page.get_by_label("A tunebook in ABC").fill(book.decode("latin-1"))
    page.get_by_role("button", name="Name these tunes").click()
    expect(page.locator(SAID)).to_have_text("The service is busy. Trying again in 1 s.")
    expect(page.locator(SAID)).to_contain_text("5 tunes: 3 sure")
    assert len(refused) == 2


def test_a_connection_that_is_lost_is_asked_again_and_no_tune_comes_twice(
    page: "Page", address: str, book: bytes
) -> None:
    first = httpx.post(
        f"{address}/suggest-titles/batch?top_k=4",
        content=book,
        headers={"Content-Type": "text/vnd.abc", "Accept": "application/x-ndjson"},
    ).text
    lost: list[str] = []

    def lose(route: "Route") -> None:
        if lost:
            return route.continue_()
        lost.append(route.request.url)
        # The third line is cut: JSON that does not end.
        return route.fulfill(body="".join(first.splitlines(keepends=True)[:2]) + '{"number": 3, "li')

    page.route("**/suggest-titles/batch*", lose)
    open_book(page, address, book)
    expect(page.locator("tr.tune")).to_have_count(5)
    assert downloaded(page)[1].count(b"\r\nT:") == 5


def slowly(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    suggest = Suggester.suggest

    def slow(self: Suggester, tune: Tune | str, *others: Any) -> Suggestions:
        time.sleep(seconds)
        return suggest(self, tune, *others)

    monkeypatch.setattr(Suggester, "suggest", slow)


def test_answers_appear_as_they_come_and_can_be_cancelled(
    page: "Page", address: str, monkeypatch: pytest.MonkeyPatch, small_corpus: Corpus
) -> None:
    slowly(monkeypatch, 0.2)
    _, tune = known(small_corpus, 5)
    page.goto(f"{address}/#book")
    text = "\n".join(f"X:{number}\n{tune}" for number in range(1, 101))
    page.get_by_label("A tunebook in ABC").fill(text)
    page.get_by_role("button", name="Name these tunes").click()
    expect(row(page, 3)).to_be_visible()
    expect(page.locator("gan-book .done")).to_have_text(re.compile(r"\d+ of 100 tunes"))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(SAID)).to_have_text(re.compile(r"Cancelled after \d+ tunes\."))
    expect(page.locator("gan-book .running")).to_be_hidden()
    count = page.locator("tr.tune").count()
    assert 3 <= count < 100
    assert downloaded(page)[1].count(b"T:") == count
    page.get_by_role("button", name="Another book").click()
    expect(page.get_by_label("A tunebook in ABC")).to_be_focused()


@pytest.fixture
def small(published: Path, context: "BrowserContext") -> "Iterator[Watched]":
    """The page of a service with small limits."""
    with serve(Settings(artifacts=published, max_batch_tunes=2, max_batch_bytes=4096)) as client:
        watched = watch(context, str(client.base_url))
        watched.page.goto(str(client.base_url))
        yield watched
        watched.check()


def test_a_book_over_the_limits_is_sent_in_parts(small: Watched, book: bytes) -> None:
    page = small.page
    sent: list[int] = []
    page.on("request", lambda request: sent.append(1) if "/batch" in request.url else None)
    open_book(page, page.url.rstrip("/"), book)
    expect(page.locator("tr.tune")).to_have_count(5)
    assert len(sent) >= 3
    titles = {number: proposed(page, number).encode("latin-1") for number in (1, 2, 5)}
    right = book.replace(b"T:Gan Ainm", b"T:" + titles[1])
    for number in (2, 5):
        right = right.replace(b"X:%d\r\n" % number, b"X:%d\r\nT:%b\r\n" % (number, titles[number]))
    assert downloaded(page)[1] == right
    page.get_by_role("tab", name="Duplicates").click()
    expect(page.locator("gan-duplicates .said")).to_contain_text(
        "the service takes at most 4,096 bytes and 2 tunes"
    )


def test_a_tune_over_the_limit_is_refused_before_it_is_sent(small: Watched) -> None:
    page = small.page
    page.on("request", lambda request: pytest.fail(request.url) if "/batch" in request.url else None)
    open_book(page, page.url.rstrip("/"), b"X:1\nK:G\n" + 500 * b"GABc dBAG|" + b"\n")
    said = page.locator(SAID)
    expect(said).to_have_text(
        "The tune at line 1 has 5,009 bytes; this service takes at most 4,096 at a time."
    )
